"""Carrying out a planned layer: choosing the contract, sizing it, asking the gates, sending."""

from decimal import Decimal

from msgspec import structs

from strategies.alvh.layer_gates import Proposal, gate_verdicts
from strategies.alvh.plans import (
    Tenor,
    end_plan,
    listing_for,
    plan_subject,
    search,
    send,
    start_selecting,
    timed_out,
    watch_more,
)
from strategies.alvh.sizing import base_size, capped_size
from strategies.core.commands import Leg, Purpose
from strategies.core.gates import ready
from strategies.core.holdings import Condor, CondorState, Engine, Layer, LayerState, Plan, PlanStage
from strategies.core.instruments import VXX, Instrument, Right
from strategies.core.market import Unavailable, future_of, future_price, two_sided
from strategies.core.notes import note_layer
from strategies.core.order_price import limit_price, make_intent
from strategies.core.selection import extrinsic_of
from strategies.core.turn import Turn

# Strikes beyond these multiples of F have deltas far outside any target in use.
_STRIKE_LOW, _STRIKE_HIGH = 0.85, 3.0


def carry_out(turn: Turn, plan: Plan) -> None:
    """Choose the contract, size it, ask the gates, and send."""
    condor = turn.state.condors.get(plan.subject)
    if condor is None or condor.state is not CondorState.OPEN:
        end_plan(turn, plan, "refused", "the condor is no longer open")
        return
    gate = ready(turn)
    if gate.verdict != "pass":
        turn.decide(plan_subject(plan), "waiting", [gate])
    elif plan.stage is PlanStage.WAITING:
        _start(turn, plan)
    elif timed_out(turn, plan):
        end_plan(turn, plan, "refused", "no contract could be chosen from quotes in time")
    elif plan.listed is None:
        _order(turn, plan, condor, VXX, None)
    else:
        _select(turn, plan, condor)


def in_shares(turn: Turn, engine: Engine | None) -> bool:
    """Whether an engine buys VXX shares instead of VIX calls."""
    return engine is Engine.SECOND and turn.rules.second.instrument == "VXX"


def tenor_of(turn: Turn, engine: Engine | None) -> Tenor:
    """Return the tenor that an engine buys and rolls to."""
    rules = turn.rules.second if engine is Engine.SECOND else turn.rules.first_engine
    return Tenor(target=rules.dte_target, low=rules.dte_min, high=rules.dte_max)


def _start(turn: Turn, plan: Plan) -> None:
    if in_shares(turn, plan.engine):
        turn.put_plan(
            structs.replace(plan, stage=PlanStage.SELECTING, watching=(VXX,), selecting_since=turn.now)
        )
    else:
        start_selecting(turn, plan, ("VIX",), tenor_of(turn, plan.engine))


def _select(turn: Turn, plan: Plan, condor: Condor) -> None:
    """Close in on the target delta; with the contract found, order."""
    assert plan.listed is not None
    listing = listing_for(turn, plan)
    future = future_of(turn, plan.listed.expiry)
    forward = future if isinstance(future, Unavailable) else future_price(turn, future)
    if isinstance(forward, Unavailable) or listing is None:
        return
    options = [
        listing.instrument(strike, Right.CALL)
        for strike in listing.calls
        if _STRIKE_LOW * forward <= strike <= _STRIKE_HIGH * forward
    ]
    target = turn.rules.second if plan.engine is Engine.SECOND else turn.rules.first_engine
    found = search(turn, plan, options, target.delta_target, Right.CALL)
    if isinstance(found, Unavailable):
        end_plan(turn, plan, "refused", found.reason)
    elif isinstance(found, tuple):
        watch_more(turn, plan, found)
    else:
        _order(turn, plan, condor, found, forward)


def _order(turn: Turn, plan: Plan, condor: Condor, bought: Instrument, forward: float | None) -> None:
    """Size, gates, intent."""
    quote = two_sided(turn, bought)
    if isinstance(quote, Unavailable):
        return
    assert plan.engine is not None
    leg = Leg(instrument=bought, ratio=1)
    limit = limit_price([leg], [quote], turn.rules.orders.cross_share)
    base = base_size(turn, plan, condor, bought, forward)
    size = capped_size(turn, base, plan.factor, limit * bought.multiplier, bought)
    proposal = Proposal(
        engine=plan.engine,
        condor=condor,
        legs=(leg,),
        contracts=size.contracts,
        debit_usd=limit * size.contracts * bought.multiplier,
    )
    verdicts = [ready(turn), size.verdict, *gate_verdicts(turn, proposal)]
    if any(v.verdict in {"refuse", "unavailable"} for v in verdicts):
        turn.drop_plan(plan.plan_id)
        turn.decide(plan_subject(plan), "refused", verdicts)
        return
    layer_id = next_layer_id(turn)
    intent = make_intent(turn, Purpose.LAYER_OPEN, layer_id, (leg,), size.contracts, limit, plan.last_ref)
    layer = new_layer(turn, plan, layer_id, bought, limit)
    send(turn, plan, intent, verdicts, lambda: note_layer(turn, layer), proposal.debit_usd)


def next_layer_id(turn: Turn) -> str:
    """Count one more layer and return its id."""
    number = turn.state.counters.layers + 1
    turn.set(counters=structs.replace(turn.state.counters, layers=number))
    return f"L{number:04d}"


def new_layer(turn: Turn, plan: Plan, layer_id: str, bought: Instrument, price: Decimal) -> Layer:
    """Return the layer that a plan's order is for."""
    assert plan.engine is not None
    extrinsic = extrinsic_of(turn, bought, float(price))
    return Layer(
        layer_id=layer_id,
        condor_id=plan.subject,
        engine=plan.engine,
        instrument=bought,
        state=LayerState.INTENDED,
        opened_at=turn.now,
        trigger=plan.trigger,
        slot=plan.slot,
        episode=plan.episode,
        extrinsic=None if isinstance(extrinsic, Unavailable) else extrinsic,
    )
