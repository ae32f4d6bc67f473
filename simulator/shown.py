"""What a subscriber has been shown of a contract, and the ticks that lead from there to a new quote."""

from collections.abc import Mapping
from typing import NamedTuple

from simulator import tick_frames
from simulator.instruments import Combo, Instrument
from simulator.market.model import OptionValue
from simulator.quotes import Quote
from simulator.recorder import TimedBar
from simulator.tick_frames import Tick
from simulator.tick_numbers import (
    ASK,
    ASK_COMPUTATION,
    ASK_SIZE,
    BID,
    BID_COMPUTATION,
    BID_SIZE,
    CLOSE,
    HIGH,
    LAST,
    LAST_TIMESTAMP,
    LOW,
    MARK_GENERICS,
    MARK_PRICE,
    MODEL_COMPUTATION,
    OPEN,
    SIZE_GENERICS,
    shown_as,
)


class Shown(NamedTuple):
    """The ticks a subscriber has; never changed, so that subscribers may share one.

    Attributes:
        prices: price and size by tick number.
        values: generic ticks by number.
        model: the model computation.
    """

    prices: dict[int, tuple[float, int]]
    values: dict[int, float]
    model: OptionValue | None


# Points per vol point, and a fraction a year: beyond these a side's volatility tells nothing.
VEGA_LEAST, VOL_MOST = 1e-6, 20.0
NOTHING = Shown({}, {}, None)


class Present(NamedTuple):
    """What is to be shown of a contract at an instant.

    Attributes:
        day: open, high and low of today.
        values: generic ticks by number.
        at: when a last that is new was printed, epoch seconds; None outside the contract's hours.
    """

    quote: Quote
    day: TimedBar | None
    values: Mapping[int, float]
    at: int | None = None


def advance(
    before: Shown, present: Present, item: Instrument | Combo, generics: frozenset[str], kind: int
) -> tuple[Shown, list[Tick]]:
    """Return what is shown from now on, and the ticks for what has changed, in a fixed order.

    Args:
        before: what was shown; the very same object is returned if nothing has changed.
        present: what there is now; what is missing in it stays as it was shown.
        item: of which contract.
        generics: the generic tick numbers that were asked for.
        kind: of market data: live, frozen, delayed.
    """
    quote, day, values, at = present
    known = before.prices
    changed: dict[int, tuple[float, int]] = {}
    ticks: list[Tick] = []
    if item.is_quoted:
        _take(BID, (quote.bid, quote.bid_size), known, changed)
        _take(ASK, (quote.ask, quote.ask_size), known, changed)
    _take_last(LAST, quote.last, known, changed)
    _take_last(CLOSE, quote.close, known, changed)
    if generics and generics & MARK_GENERICS:
        _take_last(MARK_PRICE, quote.mark, known, changed)
    if changed:
        ticks = _price_ticks(known, changed, kind, at)
    model = before.model
    if quote.model is not None and quote.model != model:
        model = quote.model
        ticks += _computations(quote, model, (_moves(BID, known, changed), _moves(ASK, known, changed)), kind)
    if day is not None:
        days: dict[int, tuple[float, int]] = {}
        for tick, price in ((OPEN, day.open), (HIGH, day.high), (LOW, day.low)):
            _take(tick, (price, 0), known, days)
        ticks += _price_ticks(known, days, kind)
        changed |= days
    shown = before.values
    for tick, value in values.items():
        if shown.get(tick) != value:
            shown = shown | {tick: value}
            ticks.append(_value_tick(tick, value, kind))
    if not ticks:
        return before, ticks
    return Shown(known | changed if changed else known, shown, model), ticks


_Prices = dict[int, tuple[float, int]]


def _take(tick: int, now: tuple[float, int], known: _Prices, changed: _Prices) -> None:
    """Take a price with its size among the changed ones if it is not what is known."""
    if known.get(tick) != now:
        changed[tick] = now


def _take_last(tick: int, price: float | None, known: _Prices, changed: _Prices) -> None:
    """Take a price without a size, if there is one, among the changed ones if it is not what is known."""
    if price is not None and known.get(tick) != (price, 0):
        changed[tick] = (price, 0)


def _moves(tick: int, known: _Prices, changed: _Prices) -> bool:
    """Whether a price has changed, not its size alone."""
    return tick in changed and (tick not in known or known[tick][0] != changed[tick][0])


def _price_ticks(known: _Prices, changed: _Prices, kind: int, at: int | None = None) -> list[Tick]:
    """Return each price with its size, or the size alone if only that has changed; after a last its time."""
    ticks = []
    for tick, (price, size) in changed.items():
        before = known.get(tick)
        if before is not None and before[0] == price:
            side = shown_as(BID_SIZE if tick == BID else ASK_SIZE, kind)
            ticks.append(tick_frames.size_alone(side, size))
        else:
            ticks.append(tick_frames.price(shown_as(tick, kind), price, size))
        if tick == LAST and at is not None:
            ticks.append(tick_frames.string(shown_as(LAST_TIMESTAMP, kind), str(at)))
    return ticks


def _value_tick(tick: int, value: float, kind: int) -> Tick:
    if tick in SIZE_GENERICS:
        return tick_frames.size_alone(tick, int(value))
    return tick_frames.generic(shown_as(tick, kind), value)


def _computations(quote: Quote, model: OptionValue, moved: tuple[bool, bool], kind: int) -> list[Tick]:
    """Return the computations of the sides (bid, ask) that have moved, and that of the model."""
    rows = [(shown_as(MODEL_COMPUTATION, kind), model.price, model.implied_vol)]
    if moved[1]:
        rows.insert(0, (shown_as(ASK_COMPUTATION, kind), quote.ask, _side_vol(model, quote.ask)))
    if moved[0]:
        rows.insert(0, (shown_as(BID_COMPUTATION, kind), quote.bid, _side_vol(model, quote.bid)))
    return tick_frames.options(rows, model)


def _side_vol(model: OptionValue, price: float) -> float:
    """Return the implied volatility of a side's price, to first order from the model's value and vega.

    Where hardly any price depends on it (deep in the money, hours to go) it is the model's.
    """
    if model.vega < VEGA_LEAST:
        return model.implied_vol
    # Vega is points per vol point, a hundredth of the unit of implied_vol.
    return min(max(0.0, model.implied_vol + (price - model.price) / model.vega / 100.0), VOL_MOST)
