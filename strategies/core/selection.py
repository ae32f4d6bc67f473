"""Finding the strike whose delta is nearest a target, by quoting few strikes and closing in.

A chain has hundreds of strikes and a broker allows about a hundred quotes at a time. |delta| is monotone in
strike, so each round quotes a few strikes inside the bracket around the target until its ends are neighbours.
"""

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from strategies.core.facts import Quote
from strategies.core.instruments import Instrument, Right
from strategies.core.market import Unavailable, future_of, future_price, mid, quote_of, spx_last, two_sided
from strategies.core.option_model import Greeks, black76, implied_volatility, years_to_settlement
from strategies.core.turn import Turn

_ROUND = 6


class QuoteMore(Struct, frozen=True):
    """Quote these strikes (index points), then ask again."""

    strikes: tuple[float, ...]


def nearest_delta(
    listed: Sequence[float], deltas: Mapping[float, float], target: float, right: Right
) -> float | QuoteMore | Unavailable:
    """Return the listed strike whose |delta| is nearest `target`; the higher strike on a tie.

    Args:
        listed: the strikes that may be chosen, ascending.
        deltas: |delta| of those that are quoted.
        target: the wanted |delta|.
        right: put or call; |delta| rises with strike for puts, falls for calls.
    """
    if not listed:
        return Unavailable("no strike is listed and quoted")
    if not deltas:
        return QuoteMore(_spread(listed))
    below = [k for k in listed if k in deltas and (deltas[k] > target) == (right is Right.CALL)]
    above = [k for k in listed if k in deltas and k not in below]
    low = max(below, default=None)
    high = min(above, default=None)
    between = [k for k in listed if k not in deltas and _inside(k, low, high)]
    if between:
        return QuoteMore(_spread(between))
    ends = [k for k in (low, high) if k is not None]
    return min(ends, key=lambda k: (abs(deltas[k] - target), -k))


def _inside(strike: float, low: float | None, high: float | None) -> bool:
    return (low is None or strike > low) and (high is None or strike < high)


def _spread(strikes: Sequence[float]) -> tuple[float, ...]:
    """Return at most a round's worth of strikes, evenly spread, ends included."""
    if len(strikes) <= _ROUND:
        return tuple(strikes)
    step = (len(strikes) - 1) / (_ROUND - 1)
    return tuple(strikes[round(i * step)] for i in range(_ROUND))


def forward_of(turn: Turn, option: Instrument) -> float | Unavailable:
    """Return the forward of an option's expiry: the VX future for VIX, S exp((r - q) T) for SPX and XSP.

    XSP is a tenth of SPX, by definition.
    """
    if option.symbol == "VIX":
        assert option.expiry is not None
        future = future_of(turn, option.expiry)
        return future if isinstance(future, Unavailable) else future_price(turn, future)
    spot = spx_last(turn)
    if isinstance(spot, Unavailable):
        return spot
    pricing = turn.rules.pricing
    years = years_to_settlement(option, turn.now)
    scale = 0.1 if option.symbol == "XSP" else 1.0
    return scale * spot * math.exp((pricing.rate - pricing.dividend_yield) * years)


def quoted_greeks(turn: Turn, option: Instrument) -> Greeks | Unavailable:
    """Return the Black-76 greeks of an option at its mid quote."""
    quote = two_sided(turn, option)
    if isinstance(quote, Unavailable):
        return quote
    return greeks_at(turn, option, mid(quote))


def volatility_at(turn: Turn, option: Instrument, price: float) -> float | Unavailable:
    """Return the volatility (a decimal a year) that explains an option's price (points)."""
    forward = forward_of(turn, option)
    if isinstance(forward, Unavailable):
        return forward
    assert option.right is not None
    volatility = implied_volatility(
        price=price,
        forward=forward,
        strike=option.strike,
        years=years_to_settlement(option, turn.now),
        rate=turn.rules.pricing.rate,
        right=option.right,
    )
    return Unavailable("no volatility explains the quote") if volatility is None else volatility


def greeks_at(turn: Turn, option: Instrument, price: float) -> Greeks | Unavailable:
    """Return the Black-76 greeks of an option at a price (points)."""
    forward = forward_of(turn, option)
    if isinstance(forward, Unavailable):
        return forward
    volatility = volatility_at(turn, option, price)
    if isinstance(volatility, Unavailable):
        return volatility
    assert option.right is not None
    return black76(
        forward=forward,
        strike=option.strike,
        years=years_to_settlement(option, turn.now),
        volatility=volatility,
        rate=turn.rules.pricing.rate,
        right=option.right,
    )


def extrinsic_of(turn: Turn, option: Instrument, price: float) -> float | Unavailable:
    """Return the time value (points) in an option's price; a share has none."""
    if option.right is None:
        return Unavailable("not an option")
    forward = forward_of(turn, option)
    if isinstance(forward, Unavailable):
        return forward
    sign = 1.0 if option.right is Right.CALL else -1.0
    return price - max(sign * (forward - option.strike), 0.0)


def bid_or_zero(turn: Turn, instrument: Instrument) -> Quote | Unavailable:
    """Return the fresh quote of what is to be closed; where nobody bids, the bid is zero."""
    quote = quote_of(turn, instrument)
    if isinstance(quote, Unavailable):
        return quote
    if quote.ask is None:
        return Unavailable(f"{instrument.key}: no ask")
    return structs.replace(quote, bid=quote.bid or 0.0)


def quoted_deltas(turn: Turn, options: Sequence[Instrument]) -> dict[float, float]:
    """Return |delta| by strike of those options whose quotes can be read."""
    found: dict[float, float] = {}
    for option in options:
        greeks = quoted_greeks(turn, option)
        if not isinstance(greeks, Unavailable):
            found[option.strike] = abs(greeks.delta)
    return found


def quote_of_all(turn: Turn, options: Sequence[Instrument]) -> tuple[Quote, ...] | Unavailable:
    """Return the two-sided quotes of all the options, or why one of them has none."""
    quotes: list[Quote] = []
    for option in options:
        quote = two_sided(turn, option)
        if isinstance(quote, Unavailable):
            return Unavailable(f"{option.key}: {quote.reason}")
        quotes.append(quote)
    return tuple(quotes)


def closing_quotes(turn: Turn, options: Sequence[Instrument]) -> list[Quote] | Unavailable:
    """Return the legs' quotes; a worthless option has no bid, which is a bid of zero."""
    quotes: list[Quote] = []
    for option in options:
        quote = bid_or_zero(turn, option)
        if isinstance(quote, Unavailable):
            return quote
        quotes.append(quote)
    return quotes
