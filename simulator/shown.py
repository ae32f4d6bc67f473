"""What a subscriber has been shown of a contract, and the ticks that lead from there to a new quote."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator import tick_frames
from simulator.instruments import Instrument
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
    LOW,
    MARK_GENERICS,
    MARK_PRICE,
    MODEL_COMPUTATION,
    OPEN,
    SIZE_GENERICS,
    shown_as,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The ticks a subscriber has; never changed, so that subscribers may share one.

    Attributes:
        prices: price and size by tick number.
        values: generic ticks by number.
        model: the model computation.
    """

    prices: dict[int, tuple[float, int]] = field(default_factory=dict)
    values: dict[int, float] = field(default_factory=dict)
    model: OptionValue | None = None


NOTHING = Shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What is to be shown of a contract at an instant.

    Attributes:
        day: open, high and low of today.
        values: generic ticks by number.
    """

    quote: Quote
    day: TimedBar | None = None
    values: Mapping[int, float] = field(default_factory=dict)


def advance(
    before: Shown, present: Present, item: Instrument, generics: frozenset[str], kind: int
) -> tuple[Shown, list[Tick]]:
    """Return what is shown from now on, and the ticks for what has changed, in a fixed order.

    Args:
        before: what was shown.
        present: what there is now; what is missing in it stays as it was shown.
        item: of which contract.
        generics: the generic tick numbers that were asked for.
        kind: of market data: live, frozen, delayed.
    """
    making = _Making(before, kind)
    quote = present.quote
    if item.is_quoted:
        making.price(BID, quote.bid, quote.bid_size)
        making.price(ASK, quote.ask, quote.ask_size)
    if quote.last is not None:
        making.price(LAST, quote.last, 0)
    if quote.close is not None:
        making.price(CLOSE, quote.close, 0)
    if quote.mark is not None and generics & MARK_GENERICS:
        making.price(MARK_PRICE, quote.mark, 0)
    if quote.model is not None:
        making.computations(quote, quote.model)
    if present.day is not None:
        day = present.day
        for tick, price in ((OPEN, day.open), (HIGH, day.high), (LOW, day.low)):
            making.price(tick, price, 0)
    for tick, value in present.values.items():
        making.value(tick, value)
    return making.shown(), making.ticks


class _Making:
    """One step from what was shown to what is shown."""

    def __init__(self, before: Shown, kind: int) -> None:
        self._before = before
        self._kind = kind
        self._prices = before.prices
        self._values = before.values
        self._model = before.model
        self._moved: list[int] = []
        self.ticks: list[Tick] = []

    def shown(self) -> Shown:
        """Return what is shown now; the very same object if nothing has changed."""
        if not self.ticks:
            return self._before
        return Shown(prices=self._prices, values=self._values, model=self._model)

    def price(self, tick: int, price: float, size: int) -> None:
        """Show a price with its size, or the size alone if only that has changed."""
        before = self._before.prices.get(tick)
        if before == (price, size):
            return
        if self._prices is self._before.prices:
            self._prices = dict(self._prices)
        self._prices[tick] = (price, size)
        if before is not None and before[0] == price:
            side = shown_as(BID_SIZE if tick == BID else ASK_SIZE, self._kind)
            self.ticks.append(tick_frames.size_alone(side, size))
        else:
            self._moved.append(tick)
            self.ticks.append(tick_frames.price(shown_as(tick, self._kind), price, size))

    def value(self, tick: int, value: float) -> None:
        """Show a generic tick."""
        if self._before.values.get(tick) == value:
            return
        self._values = self._values | {tick: value}
        if tick in SIZE_GENERICS:
            self.ticks.append(tick_frames.size_alone(tick, int(value)))
        else:
            self.ticks.append(tick_frames.generic(shown_as(tick, self._kind), value))

    def computations(self, quote: Quote, model: OptionValue) -> None:
        """Show the model's value, and before it those of the sides that have moved."""
        if model == self._model:
            return
        self._model = model
        sides = ((BID, BID_COMPUTATION, quote.bid), (ASK, ASK_COMPUTATION, quote.ask))
        rows = [
            (shown_as(number, self._kind), price, _side_vol(model, price))
            for tick, number, price in sides
            if tick in self._moved
        ]
        rows.append((shown_as(MODEL_COMPUTATION, self._kind), model.price, model.implied_vol))
        self.ticks += tick_frames.options(rows, model)


def _side_vol(model: OptionValue, price: float) -> float:
    """Return the implied volatility of a side's price, to first order from the model's value and vega."""
    if model.vega <= 0.0:
        return model.implied_vol
    # Vega is points per vol point, a hundredth of the unit of implied_vol.
    return max(0.0, model.implied_vol + (price - model.price) / model.vega / 100.0)
