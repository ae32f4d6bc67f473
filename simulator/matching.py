"""Deciding a fill: pure functions of an order's terms and the displayed market."""

from dataclasses import dataclass

from simulator.instruments import Leg
from simulator.quotes import Quote

# A limit at or better than mid meets a counterparty in this share of minutes. IBKR's paper fills are top of
# book; a condor worked at mid in a real book fills within minutes to tens of minutes.
INSIDE_FILL_CHANCE = 0.15
_PENNY = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A fill of `quantity` units at `price` points per unit."""

    price: float
    quantity: int


def decide(
    *, buys: bool, limit: float | None, wanted: int, rested: bool, quote: Quote, chance: float
) -> Fill | None:
    """Decide what an order gets now.

    Args:
        buys: whether the order buys.
        limit: its limit price, None for a market order.
        wanted: units it may still fill.
        rested: it has stood in the book: once the far side reaches it, it trades at its own limit.
        quote: the displayed market of the contract, or the net one of a BAG for its BUY side.
        chance: a draw in [0, 1) for a fill inside the spread.

    Returns:
        The fill, None if there is none now.
    """
    far, size = (quote.ask, quote.ask_size) if buys else (quote.bid, quote.bid_size)
    if quote.mark is None or size < 1 or wanted < 1:
        return None
    quantity = min(wanted, size)
    if limit is None:
        return Fill(price=far, quantity=quantity)
    sign = 1 if buys else -1
    if sign * (limit - far) >= -1e-9:
        return Fill(price=limit if rested else far, quantity=quantity)
    mid = (quote.bid + quote.ask) / 2
    if sign * (limit - mid) >= -1e-9 and chance < INSIDE_FILL_CHANCE:
        return Fill(price=limit, quantity=quantity)
    return None


def is_reached(*, buys: bool, stop: float, quote: Quote) -> bool:
    """Return whether a stop price is reached: by one ask for a buy, one bid for a sale (IBKR's method 4)."""
    if quote.mark is None:
        return False
    return quote.ask >= stop if buys else quote.bid <= stop


def midpoint_limit(*, buys: bool, cap: float | None, quote: Quote) -> float | None:
    """Return the limit of a MIDPRICE order: the mid, or its cap where that is worse for it.

    Without a quote it is None, which fills nothing there.
    """
    if quote.mark is None:
        return cap
    mid = round((quote.bid + quote.ask) / 2, 4)
    if cap is None:
        return mid
    return min(mid, cap) if buys else max(mid, cap)


def leg_prices(legs: tuple[Leg, ...], quotes: list[Quote], *, buys: bool, price: float) -> list[float]:
    """Share a BAG's net price among its legs, so that they add up to it exactly.

    Each leg moves from its far side towards its near side by the same share of its spread, rounded to a cent
    (legs of complex orders may trade in cents); what is left over goes to the dearest leg of ratio 1.

    Args:
        legs: of the BAG.
        quotes: of the legs, with both sides.
        buys: whether the order buys the BAG.
        price: net price per unit of the BAG in its BUY sense.

    Returns:
        Prices in points, in the order of the legs.
    """
    order_action = "BUY" if buys else "SELL"
    signs = [leg.sign(order_action) for leg in legs]
    far = [quote.ask if sign > 0 else quote.bid for sign, quote in zip(signs, quotes, strict=True)]
    near = [quote.bid if sign > 0 else quote.ask for sign, quote in zip(signs, quotes, strict=True)]
    weights = [sign * leg.ratio for sign, leg in zip(signs, legs, strict=True)]
    wanted = price if buys else -price
    net_far = sum(w * p for w, p in zip(weights, far, strict=True))
    net_near = sum(w * p for w, p in zip(weights, near, strict=True))
    share = 0.0 if net_near == net_far else (wanted - net_far) / (net_near - net_far)
    prices = [
        max(0.0, round(round((f + share * (n - f)) / _PENNY) * _PENNY, 2))
        for f, n in zip(far, near, strict=True)
    ]
    left = wanted - sum(w * p for w, p in zip(weights, prices, strict=True))
    taker = max(range(len(legs)), key=lambda i: (legs[i].ratio == 1, prices[i], -i))
    prices[taker] = round(prices[taker] + left / weights[taker], 4)
    return prices
