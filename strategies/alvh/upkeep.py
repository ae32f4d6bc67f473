"""Keeping the state small, and the day's figures."""

from datetime import date, timedelta
from decimal import Decimal

from msgspec import structs

from strategies.alvh.equity import condor_result_usd, hedge_result_usd
from strategies.alvh.plans import PLAN_PREFIX
from strategies.core.book import has_live_order
from strategies.core.halts import alarm
from strategies.core.holdings import CondorState, LayerState
from strategies.core.mode import Cause
from strategies.core.records import Summary
from strategies.core.state import State
from strategies.core.turn import Turn

_KEEP_BOOKED = timedelta(days=8)  # the broker repeats executions for up to seven days


def prune(turn: Turn) -> None:
    """Forget what has closed, after adding its result to the totals, and orders that ended a day ago."""
    state = turn.state
    layers = {k: v for k, v in state.layers.items() if v.state is LayerState.CLOSED}
    condors = {k: v for k, v in state.condors.items() if v.state is CondorState.CLOSED}
    gone = {k for k in (*layers, *condors) if not has_live_order(state, k)}
    counters = structs.replace(
        state.counters,
        hedge_closed_usd=state.counters.hedge_closed_usd
        + sum((v.realised_usd for k, v in layers.items() if k in gone), Decimal(0)),
        condors_closed_usd=state.counters.condors_closed_usd
        + sum((v.cash_usd for k, v in condors.items() if k in gone), Decimal(0)),
    )
    _miss_commissions(turn)
    day_start = turn.now - timedelta(days=1)
    turn.set(
        counters=counters,
        layers={k: v for k, v in state.layers.items() if k not in gone},
        condors={k: v for k, v in state.condors.items() if k not in gone},
        orders={
            k: v
            for k, v in state.orders.items()
            if not v.ended or (v.changed_at > day_start and not {v.intent.subject, v.successor} & gone)
        },
        booked={k: v for k, v in state.booked.items() if turn.today - v.day <= _KEEP_BOOKED},
        market=structs.replace(
            state.market,
            quotes={k: v for k, v in state.market.quotes.items() if k in state.watch},
            marks={k: v for k, v in state.market.marks.items() if k in state.watch},
            asked={k: v for k, v in state.market.asked.items() if v > day_start},
        ),
        verdicts={k: v for k, v in state.verdicts.items() if not _is_over(state, k.rpartition(":")[2], gone)},
    )


def _miss_commissions(turn: Turn) -> None:
    """Say once that executions of an earlier day were never charged: results look better than they are."""
    owed = [k for k, v in turn.state.booked.items() if v.day < turn.today and not v.commissioned]
    if owed:
        text = f"no commission ever came for {len(owed)} executions, the first of them {min(owed)}"
        alarm(turn, Cause.COMMISSION_MISSING, text)


def _is_over(state: State, name: str, gone: set[str]) -> bool:
    """Whether nothing more is decided on a subject: a closed layer or condor, a plan that was dropped."""
    is_plan = name[:1] == PLAN_PREFIX and name[1:].isdigit()
    return name in gone or (is_plan and name not in state.plans)


def summarise(turn: Turn, session: date) -> None:
    """Write the day's figures: what the condors and the hedge have made since the journal began."""
    state = turn.state
    turn.records.append(
        Summary(
            time=turn.now,
            session=session,
            condors_open=sum(1 for c in state.condors.values() if any(c.held.values())),
            layers_open=sum(1 for layer in state.layers.values() if layer.positions),
            condor_result_usd=condor_result_usd(turn),
            hedge_result_usd=hedge_result_usd(turn),
            net_liquidation_usd=state.account.net_liquidation_usd,
            orders_today=state.counters.orders_today if state.counters.day == turn.today else 0,
        )
    )
