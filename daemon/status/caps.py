"""The account's caps and how much of each is used."""

from decimal import Decimal

from daemon.status.report import Cap
from strategies.core.gates import layer_count, order_pace
from strategies.core.turn import Turn


def caps(turn: Turn) -> tuple[Cap, ...]:
    """Return every cap; counts in pieces, premium in USD."""
    state, limits = turn.state, turn.rules.caps
    pace, layers = order_pace(turn), layer_count(turn)
    worth = state.account.net_liquidation_usd
    paid_today = state.counters.premium_today_usd if state.counters.day == turn.today else Decimal(0)
    open_debit = sum((layer.debit_usd for layer in state.layers.values()), Decimal(0))

    def share(of_worth: float) -> Decimal | None:
        return None if worth is None else (worth * Decimal(str(of_worth))).quantize(Decimal("0.01"))

    return (
        Cap(
            name="layers_open",
            used=_count(layers.inputs["layers_open"]),
            limit=Decimal(limits.layers_open_max),
        ),
        Cap(
            name="orders_last_minute",
            used=_count(pace.inputs["orders_last_minute"]),
            limit=Decimal(limits.orders_per_minute_max),
        ),
        Cap(
            name="orders_today",
            used=_count(pace.inputs["orders_today"]),
            limit=Decimal(limits.orders_per_day_max),
        ),
        Cap(name="premium_today_usd", used=paid_today, limit=share(limits.premium_day_share_max)),
        Cap(name="premium_open_usd", used=open_debit, limit=share(limits.premium_total_share_max)),
    )


def _count(value: object) -> Decimal:
    assert isinstance(value, int)
    return Decimal(value)
