"""What the running daemon knows, as a pure function of its state and a few figures about itself."""

from collections.abc import Sequence
from datetime import datetime

from daemon.control.proposals import waiting
from daemon.status.caps import caps
from daemon.status.report import (
    CondorLine,
    Connection,
    Journal,
    LastDecision,
    LayerLine,
    OrderLine,
    PlanLine,
    Process,
    Session,
    Status,
    Trading,
)
from daemon.status.signals import episodes, signals
from strategies.core.book import live_orders
from strategies.core.facts import SessionHours
from strategies.core.gates import hindrance, ready
from strategies.core.holdings import CondorState, LayerState, OrderStage
from strategies.core.orders import unknown_orders
from strategies.core.state import Account, State
from strategies.core.turn import Turn


def status_of(
    state: State,
    now: datetime,
    process: Process,
    journal: Journal,
    last_decision: LastDecision | None,
    window: str = "",
) -> Status:
    """Return the status at `now` (aware, the trading world's time); `state` is not changed."""
    turn = Turn(state, now)
    verdict = ready(turn)
    return Status(
        time=now,
        process=process,
        connection=_connection(state.account),
        ready=verdict.verdict == "pass",
        not_ready_because=verdict.reason,
        hindrance=hindrance(state),
        trading=_trading(state, window),
        stopping=state.stopping,
        session=_session(state.sessions, turn.session, now),
        signals=signals(turn),
        episodes=episodes(turn),
        condors=_condors(state),
        layers=_layers(state),
        plans=_plans(state),
        orders=_orders(state, now),
        proposals=waiting(state, now),
        unknown_orders=tuple(order.ref for order in unknown_orders(state)),
        quarantine=state.quarantine,
        caps=caps(turn),
        last_decision=last_decision,
        journal=journal,
    )


def _trading(state: State, window: str) -> Trading:
    trading = state.trading
    return Trading(
        mode=trading.mode,
        cause=trading.cause,
        who=trading.who,
        reason=trading.reason,
        since=trading.since,
        flatten=trading.flatten,
        window=window,
    )


def _connection(account: Account) -> Connection:
    return Connection(
        link=account.link,
        upstream=account.upstream,
        epoch=account.epoch,
        account=account.account,
        paper=account.paper,
        clock_fault=account.clock_fault,
        reconciled=account.reconciled_epoch == account.epoch,
        reconciled_at=account.reconciled_at,
        differences=account.differences,
        net_liquidation_usd=account.net_liquidation_usd,
    )


def _session(sessions: Sequence[SessionHours], today: SessionHours | None, now: datetime) -> Session:
    return Session(
        open=today is not None and today.open <= now < today.close,
        day=today.day if today else None,
        opens_at=today.open if today else None,
        closes_at=today.close if today else None,
        next_open=next((session.open for session in sessions if session.open > now), None),
    )


def _condors(state: State) -> tuple[CondorLine, ...]:
    return tuple(
        CondorLine(
            condor_id=condor.condor_id,
            state=condor.state,
            contracts=condor.contracts,
            expiry=condor.expiry,
            strikes=condor.strikes,
            credit_usd=condor.credit_usd,
            armed=condor.armed,
            layers=sum(
                layer.condor_id == condor.condor_id and layer.state is not LayerState.CLOSED
                for layer in state.layers.values()
            ),
            adopted=condor.adopted,
            breaches={side: episode.name for side, episode in condor.breaches.items()},
            used=condor.used,
        )
        for condor in state.condors.values()
        if condor.state is not CondorState.CLOSED
    )


def _layers(state: State) -> tuple[LayerLine, ...]:
    return tuple(
        LayerLine(
            layer_id=layer.layer_id,
            condor_id=layer.condor_id,
            engine=layer.engine,
            instrument=layer.instrument.key,
            state=layer.state,
            held=layer.held,
            bought=layer.bought,
            debit_usd=layer.debit_usd,
            realised_usd=layer.realised_usd,
            mark=state.market.marks.get(layer.instrument.key),
            trigger=layer.trigger,
            rolled_from=layer.rolled_from,
            short="" if layer.short is None else layer.short.key,
            short_held=layer.short_held,
            short_mark=None if layer.short is None else state.market.marks.get(layer.short.key),
        )
        for layer in state.layers.values()
        if layer.state is not LayerState.CLOSED
    )


def _plans(state: State) -> tuple[PlanLine, ...]:
    return tuple(
        PlanLine(
            plan_id=plan.plan_id,
            purpose=plan.purpose,
            subject=plan.subject,
            stage=plan.stage,
            not_before=plan.not_before,
            attempts=plan.attempts,
            reason=plan.reason,
        )
        for plan in state.plans.values()
    )


def _orders(state: State, now: datetime) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            order_ref=order.ref,
            purpose=order.intent.purpose,
            subject=order.intent.subject,
            stage=order.stage,
            quantity=order.intent.quantity,
            filled=order.filled,
            limit=order.intent.limit,
            age_s=(now - order.intended_at).total_seconds(),
            order_id=order.order_id,
            perm_id=order.perm_id,
        )
        for order in live_orders(state)
        if order.stage is not OrderStage.PROPOSED
    )
