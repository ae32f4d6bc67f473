"""The last word before an order leaves: is everything in place (gate 1), do the caps allow it (gate 5)."""

from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from strategies.core.book import live_orders
from strategies.core.commands import PAYING
from strategies.core.events import Link
from strategies.core.halts import mode_fault
from strategies.core.holdings import LayerState
from strategies.core.orders import unknown_orders
from strategies.core.quarantine import fault_of
from strategies.core.records import Verdict
from strategies.core.state import State
from strategies.core.turn import Turn

_MINUTE = timedelta(minutes=1)


def ready(turn: Turn, *, adds_risk: bool = True, subject: str = "") -> Verdict:
    """Gate 1: paper account, trading enabled for what the order does, session open, state reconciled.

    An order that takes risk off names its `subject`: what differs elsewhere does not hold it up.

    Freshness of the inputs is checked where each input is read: a stale one is unavailable.
    """
    account = turn.state.account
    unknown = unknown_orders(turn.state)
    reason = hindrance(turn.state, adds_risk=adds_risk, subject=subject) or (
        "" if turn.in_session else "session is closed"
    )
    return Verdict(
        rule="ready",
        verdict="refuse" if reason else "pass",
        reason=reason,
        inputs={
            "link": account.link,
            "account": account.account,
            "epoch": account.epoch,
            "reconciled_epoch": account.reconciled_epoch,
            "unknown_orders": len(unknown),
        },
    )


def hindrance(state: State, *, adds_risk: bool = True, subject: str = "") -> str:
    """Return what keeps us from new risk, or from less of it, whatever the hour; empty where nothing does."""
    account = state.account
    mode = mode_fault(state, adds_risk=adds_risk)
    alone = fault_of(state, subject) if subject else ""
    differs = bool(account.differences) and (adds_risk or not subject)
    faults = (
        (bool(mode), mode),
        (account.link is not Link.UP, "broker is not connected"),
        (not account.upstream, "the gateway has lost its connection to the broker"),
        (not account.paper, "account is not a paper account"),
        (bool(account.clock_fault), account.clock_fault),
        (state.stopping, "daemon is stopping"),
        (account.reconciled_epoch != account.epoch, "not reconciled since the connection came up"),
        (bool(alone), alone),
        (differs, "book and account differ"),
        (bool(unknown_orders(state)), "an order's fate is unknown"),
    )
    return next((text for bad, text in faults if bad), "")


def order_pace(turn: Turn) -> Verdict:
    """Gate 5, orders per minute and per day; every order counts, whatever it is for."""
    caps, counters = turn.rules.caps, turn.state.counters
    today = counters.orders_today if counters.day == turn.today else 0
    minute = sum(1 for at in counters.recent_orders if turn.now - at < _MINUTE)
    reason = ""
    if today >= caps.orders_per_day_max:
        reason = "orders per day are used up"
    elif minute >= caps.orders_per_minute_max:
        reason = "orders per minute are used up"
    return Verdict(
        rule="order_pace",
        verdict="refuse" if reason else "pass",
        reason=reason,
        inputs={"orders_today": today, "orders_last_minute": minute},
        thresholds={
            "orders_per_day_max": caps.orders_per_day_max,
            "orders_per_minute_max": caps.orders_per_minute_max,
        },
    )


def layer_count(turn: Turn) -> Verdict:
    """Gate 5, layers open in the whole book."""
    limit = turn.rules.caps.layers_open_max
    count = sum(1 for layer in turn.state.layers.values() if layer.state is not LayerState.CLOSED)
    full = count >= limit
    return Verdict(
        rule="layers_open",
        verdict="refuse" if full else "pass",
        reason="as many layers as allowed are open" if full else "",
        inputs={"layers_open": count},
        thresholds={"layers_open_max": limit},
    )


def premium_left_usd(turn: Turn) -> Decimal | None:
    """Return how much premium may still be paid today, USD; None without a net liquidation value."""
    caps, state = turn.rules.caps, turn.state
    worth = state.account.net_liquidation_usd
    if worth is None or worth <= 0:
        return None
    paid_today = state.counters.premium_today_usd if state.counters.day == turn.today else Decimal(0)
    held = sum((max(layer.debit_usd, Decimal(0)) for layer in state.layers.values()), Decimal(0))
    working = sum(
        (
            max(order.intent.limit, Decimal(0))
            * (order.intent.quantity - order.filled)
            * order.intent.legs[0].instrument.multiplier
            for order in live_orders(state)
            if order.intent.purpose in PAYING
        ),
        Decimal(0),
    )
    day_left = worth * Decimal(str(caps.premium_day_share_max)) - paid_today
    total_left = worth * Decimal(str(caps.premium_total_share_max)) - held - working
    return max(min(day_left, total_left), Decimal(0))


def premium_verdict(turn: Turn, debit_usd: Decimal) -> Verdict:
    """Gate 5 of a combo whose size is given: it may not pay more than the premium that is left."""
    left = premium_left_usd(turn)
    if left is None:
        return Verdict(rule="premium", verdict="unavailable", reason="net liquidation is not known")
    good = debit_usd <= left
    return Verdict(
        rule="premium",
        verdict="pass" if good else "refuse",
        reason="" if good else "premium cap is used up",
        inputs={"debit_usd": float(debit_usd), "premium_left_usd": float(left)},
    )


def count_order(turn: Turn, premium_usd: Decimal = Decimal(0), *, sent: bool = True) -> None:
    """Count an order, and the premium that it may pay (USD), towards the caps.

    A proposal claims its premium only (not `sent`): the order is counted when it is approved.
    """
    counters = turn.state.counters
    if counters.day != turn.today:
        counters = structs.replace(counters, day=turn.today, orders_today=0, premium_today_usd=Decimal(0))
    recent = tuple(at for at in counters.recent_orders if turn.now - at < _MINUTE)
    turn.set(
        counters=structs.replace(
            counters,
            orders_today=counters.orders_today + sent,
            premium_today_usd=counters.premium_today_usd + premium_usd,
            recent_orders=(*recent, turn.now) if sent else recent,
        )
    )
