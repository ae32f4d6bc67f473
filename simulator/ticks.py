"""Market data subscriptions: turning quotes into ticks, of which only what changed is sent."""

from dataclasses import dataclass, field

from simulator import replies
from simulator.instruments import Instrument
from simulator.market.model import OptionValue
from simulator.quotes import Quote

BID_SIZE, BID, ASK, ASK_SIZE, LAST, CLOSE = 0, 1, 2, 3, 4, 9
BID_COMPUTATION, ASK_COMPUTATION, MODEL_COMPUTATION = 10, 11, 13
MARK_PRICE = 37
_MARK_GENERICS = {"221", "232"}


@dataclass(slots=True, kw_only=True)
class Subscription:
    """One request for market data and what has been sent for it.

    Attributes:
        generics: the generic tick numbers asked for.
        prices: last sent price and size by tick number.
        model: the last sent model computation.
    """

    request_id: int
    item: Instrument
    generics: frozenset[str]
    prices: dict[int, tuple[float, int]] = field(default_factory=dict)
    model: OptionValue | None = None

    def update(self, quote: Quote) -> list[bytes]:
        """Return the ticks for what has changed, in a fixed order, and remember them as sent."""
        out: list[bytes] = []
        moved = set()
        if self.item.sec_type != "IND":
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
        return out

    def _price(self, out: list[bytes], tick: int, price: float, size: int) -> bool:
        """Send a price with its size, or the size alone if only that changed; return if the price did."""
        before = self.prices.get(tick)
        if before == (price, size):
            return False
        self.prices[tick] = (price, size)
        if before is not None and before[0] == price:
            out.append(replies.tick_size(self.request_id, BID_SIZE if tick == BID else ASK_SIZE, size))
            return False
        out.append(replies.tick_price(self.request_id, tick, price, size))
        return True

    def _computations(self, out: list[bytes], quote: Quote, model: OptionValue, moved: set[int]) -> None:
        if model == self.model:
            return
        self.model = model
        for tick, number, price in ((BID, BID_COMPUTATION, quote.bid), (ASK, ASK_COMPUTATION, quote.ask)):
            if tick in moved:
                out.append(
                    replies.tick_option(self.request_id, number, price, _side_vol(model, price), model)
                )
        out.append(
            replies.tick_option(self.request_id, MODEL_COMPUTATION, model.price, model.implied_vol, model)
        )


def _side_vol(model: OptionValue, price: float) -> float:
    """Return the implied volatility of a side's price, to first order from the model's value and vega."""
    if model.vega <= 0.0:
        return model.implied_vol
    # Vega is points per vol point, a hundredth of the unit of implied_vol.
    return max(0.0, model.implied_vol + (price - model.price) / model.vega / 100.0)


def parse_generics(text: str) -> frozenset[str]:
    """Read the generic tick list of a request, e.g. ``221,232``."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())
