"""From quotes to a limit price on the tick grid, and from a decision to an intent."""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from strategies.core.commands import Intent, Leg, Purpose
from strategies.core.facts import Quote
from strategies.core.instruments import tick_at
from strategies.core.market import mid
from strategies.core.turn import Turn

_COMBO_TICK = 0.05


def limit_price(legs: Sequence[Leg], quotes: Sequence[Quote], cross_share: float) -> Decimal:
    """Return the limit per unit (points; positive is paid) between mid (0) and the far side (1).

    Rounded to the tick in the direction that is easier to fill. A single leg's limit is always positive, one
    tick at least: the side says whether it is paid or received.
    """
    middle = math.fsum(leg.ratio * mid(quote) for leg, quote in zip(legs, quotes, strict=True))
    far = math.fsum(leg.ratio * _far(leg, quote) for leg, quote in zip(legs, quotes, strict=True))
    net = middle + cross_share * (far - middle)
    if len(legs) > 1:
        return to_tick(net, _COMBO_TICK, up=True)
    leg = legs[0]
    tick = tick_at(leg.instrument.ticks, net)
    return max(to_tick(abs(net), tick, up=leg.ratio > 0), Decimal(str(tick)))


def _far(leg: Leg, quote: Quote) -> float:
    price = quote.ask if leg.ratio > 0 else quote.bid
    assert price is not None
    return price


def to_tick(price: float, tick: float, *, up: bool) -> Decimal:
    """Return `price` on the grid of `tick`, rounded up or down; a price on the grid (to 1e-9) stays."""
    step = Decimal(str(tick))
    ticks = Decimal(repr(round(price / tick, 9)))
    return ticks.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * step


def make_intent(
    turn: Turn,
    purpose: Purpose,
    subject: str,
    legs: tuple[Leg, ...],
    quantity: int,
    limit: Decimal,
    supersedes: str = "",
) -> Intent:
    """Return an intent whose reference is a pure function of the journal: its id, the event, a count."""
    made = sum(1 for ref in turn.state.orders if ref.startswith(f"{turn.state.journal_id}-{turn.state.seq}-"))
    return Intent(
        order_ref=f"{turn.state.journal_id}-{turn.state.seq}-{made + 1}",
        purpose=purpose,
        subject=subject,
        legs=legs,
        quantity=quantity,
        limit=limit,
        account=turn.state.account.account,
        supersedes=supersedes,
    )
