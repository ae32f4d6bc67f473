"""Market data subscriptions: turning quotes into ticks, of which only what changed is sent."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator import data_replies as replies
from simulator.instruments import Instrument
from simulator.market.model import OptionValue
from simulator.order_fields import names
from simulator.quotes import Quote
from simulator.recorder import TimedBar
from simulator.requests import invalid

LIVE, FROZEN, DELAYED, DELAYED_FROZEN = 1, 2, 3, 4
BID_SIZE, BID, ASK, ASK_SIZE, LAST, HIGH, LOW, CLOSE, OPEN = 0, 1, 2, 3, 4, 6, 7, 9, 14
BID_COMPUTATION, ASK_COMPUTATION, MODEL_COMPUTATION = 10, 11, 13
MARK_PRICE, HALTED = 37, 49
_MARK_GENERICS = {"221", "232"}
# How delayed data number the same ticks.
_DELAYED_IDS = {
    BID_SIZE: 69,
    BID: 66,
    ASK: 67,
    ASK_SIZE: 70,
    LAST: 68,
    HIGH: 72,
    LOW: 73,
    CLOSE: 75,
    OPEN: 76,
    BID_COMPUTATION: 80,
    ASK_COMPUTATION: 81,
    MODEL_COMPUTATION: 83,
    HALTED: 90,
}
DELAY = timedelta(minutes=15)
# The generic tick numbers that IBKR documents; any other is an error.
_KNOWN_GENERICS = frozenset(
    names(
        "100 101 104 105 106 162 165 221 225 232 233 236 256 258 292 293 294 295 318 375 411 456 460 499 506 "
        "576 577 578 586 587 588 595 614 619 623 662 mdoff"
    )
)
# Open interest and volumes are sizes, the volatilities are numbers.
_SIZE_GENERICS = frozenset({27, 28, 29, 30})


@dataclass(slots=True, kw_only=True)
class Subscription:
    """One request for market data and what has been sent for it.

    Attributes:
        generics: the generic tick numbers asked for.
        kind: what is sent now: live, frozen or delayed.
        wants_frozen: outside the contract's hours its last quote is shown.
        prices: last sent price and size by tick number.
        values: last sent value of generic ticks.
        model: the last sent model computation.
        delayed: quotes that are not old enough yet to be shown.
    """

    request_id: int
    item: Instrument
    generics: frozenset[str]
    kind: int = LIVE
    wants_frozen: bool = False
    prices: dict[int, tuple[float, int]] = field(default_factory=dict)
    values: dict[int, float] = field(default_factory=dict)
    model: OptionValue | None = None
    delayed: deque[tuple[datetime, Quote]] = field(default_factory=deque)

    def update(
        self,
        quote: Quote,
        now: datetime,
        day: TimedBar | None = None,
        values: Mapping[int, float] | None = None,
    ) -> list[bytes]:
        """Return the ticks for what has changed, in a fixed order, and remember them as sent.

        Args:
            quote: the present quote.
            now: the instant it is of.
            day: open, high and low of today.
            values: generic ticks by number.
        """
        out: list[bytes] = []
        if self.kind in {DELAYED, DELAYED_FROZEN}:
            due = self._due(quote, now)
            if due is None:
                return out
            quote = due
        self._quotes(out, quote)
        if day is not None:
            for tick, price in ((OPEN, day.open), (HIGH, day.high), (LOW, day.low)):
                self._price(out, tick, price, 0)
        for tick, value in (values or {}).items():
            self._value(out, tick, value)
        return out

    def change_kind(self, kind: int) -> list[bytes]:
        """Return the announcement of another kind of data, nothing if it is the present one."""
        if kind == self.kind:
            return []
        self.kind = kind
        return [replies.market_data_type(self.request_id, kind)]

    def _due(self, quote: Quote, now: datetime) -> Quote | None:
        """Return the newest quote that is old enough; the very first is shown at once, as one of then."""
        first = not self.prices and not self.delayed
        self.delayed.append((now, quote))
        if first:
            return quote
        found = None
        while self.delayed and self.delayed[0][0] <= now - DELAY:
            found = self.delayed.popleft()[1]
        return found

    def _quotes(self, out: list[bytes], quote: Quote) -> None:
        moved = set()
        if self.item.is_quoted:
            if self._price(out, BID, quote.bid, quote.bid_size):
                moved.add(BID)
            if self._price(out, ASK, quote.ask, quote.ask_size):
                moved.add(ASK)
        if quote.last is not None:
            self._price(out, LAST, quote.last, 0)
        if quote.close is not None:
            self._price(out, CLOSE, quote.close, 0)
        if quote.mark is not None and self.generics & _MARK_GENERICS:
            self._price(out, MARK_PRICE, quote.mark, 0)
        if quote.model is not None:
            self._computations(out, quote, quote.model, moved)

    def _number(self, tick: int) -> int:
        return tick if self.kind in {LIVE, FROZEN} else _DELAYED_IDS.get(tick, tick)

    def _price(self, out: list[bytes], tick: int, price: float, size: int) -> bool:
        """Send a price with its size, or the size alone if only that changed; return if the price did."""
        before = self.prices.get(tick)
        if before == (price, size):
            return False
        self.prices[tick] = (price, size)
        if before is not None and before[0] == price:
            side = self._number(BID_SIZE if tick == BID else ASK_SIZE)
            out.append(replies.tick_size(self.request_id, side, size))
            return False
        out.append(replies.tick_price(self.request_id, self._number(tick), price, size))
        return True

    def _value(self, out: list[bytes], tick: int, value: float) -> None:
        if self.values.get(tick) == value:
            return
        self.values[tick] = value
        if tick in _SIZE_GENERICS:
            out.append(replies.tick_size(self.request_id, tick, int(value)))
        else:
            out.append(replies.tick_generic(self.request_id, self._number(tick), value))

    def _computations(self, out: list[bytes], quote: Quote, model: OptionValue, moved: set[int]) -> None:
        if model == self.model:
            return
        self.model = model
        sides = ((BID, BID_COMPUTATION, quote.bid), (ASK, ASK_COMPUTATION, quote.ask))
        shown = [(number, price, _side_vol(model, price)) for tick, number, price in sides if tick in moved]
        for number, price, vol in (*shown, (MODEL_COMPUTATION, model.price, model.implied_vol)):
            out.append(replies.tick_option(self.request_id, self._number(number), price, vol, model))


def _side_vol(model: OptionValue, price: float) -> float:
    """Return the implied volatility of a side's price, to first order from the model's value and vega."""
    if model.vega <= 0.0:
        return model.implied_vol
    # Vega is points per vol point, a hundredth of the unit of implied_vol.
    return max(0.0, model.implied_vol + (price - model.price) / model.vega / 100.0)


def parse_generics(text: str, sec_type: str) -> frozenset[str]:
    """Read the generic tick list of a request, e.g. ``221,232``.

    Raises:
        RequestError: 321, a number that does not exist.
    """
    found = frozenset(part.partition(":")[0].strip() for part in text.split(",") if part.strip())
    if found - _KNOWN_GENERICS:
        raise invalid(
            f"Incorrect generic tick list of {text}.  Legal ones for ({sec_type}) are: "
            f"{','.join(sorted(_KNOWN_GENERICS))}"
        )
    return found
