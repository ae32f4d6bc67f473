"""Quotes around the market's values, as the paper gateway shows them; option values are modelled.

Half spreads grow with the price and with the square root of VIX over its calm level; sizes are drawn per half
hour. `tests/research` holds the constants against the gateway's.
"""

import math
import zlib
from datetime import datetime

from simulator.market.model import Market
from strategies.core.facts import Quote
from strategies.core.instruments import Instrument, Kind, Tick, tick_at

SPX_TICKS = (Tick(0.0, 0.05), Tick(3.0, 0.10))
VIX_TICKS = (Tick(0.0, 0.01), Tick(3.0, 0.05))
FUTURE_TICKS = (Tick(0.0, 0.05),)
# Half spread in points: constant + share of the price, times the stress factor.
HALF_SPREAD = {"SPX": (0.04, 0.012), "SPXW": (0.04, 0.012), "VIX": (0.012, 0.012), "VX": (0.02, 0.0)}
SIZES = {"SPX": (10, 90), "SPXW": (10, 90), "VIX": (50, 500), "VX": (20, 200)}
CALM_VIX = 15.0
_SIZE_PERIOD_S = 1800
_ON_GRID = 1e-9


class Quoting:
    """What is displayed of an instrument at the market's present.

    Args:
        market: moved forward by its owner.
        seed: of the displayed sizes.
    """

    def __init__(self, market: Market, seed: int) -> None:
        self._market = market
        self._seed = seed
        self._now: datetime | None = None
        self._stress = 1.0
        self._settled = False
        self._options_trade = False

    def refresh(self, now: datetime, *, options_trade: bool) -> None:
        """Begin a new instant: the market has been moved there before.

        Args:
            now: the instant, aware.
            options_trade: whether options are quoted at it.
        """
        self._now = now
        self._options_trade = options_trade
        vix = self._market.index("VIX") or CALM_VIX
        self._stress = math.sqrt(max(1.0, vix / CALM_VIX))

    def quote(self, item: Instrument) -> Quote:
        """Return the quote of an instrument now; fields that there are not are None."""
        match item.kind:
            case Kind.FUTURE:
                return self._future(item)
            case Kind.OPTION:
                return self._option(item)
            case Kind.INDEX if item.symbol == "AD-NYSE":
                counts = self._market.breadth()
                if counts is None:
                    return Quote(instrument=item.key)
                bid, ask = float(counts.advancing), float(counts.declining)
                return Quote(instrument=item.key, bid=bid, ask=ask, bid_size=float(counts.unchanged))
            case _:
                last = self._market.index(item.symbol)
                return Quote(instrument=item.key, last=None if last is None else round(last, 2))

    def value(self, item: Instrument) -> float | None:
        """Return an option's modelled value in points; None where there is none, as after settlement."""
        if item.expiry is None or item.right is None:
            return None
        found = self._market.option(item.trading_class, item.expiry, item.strike, str(item.right))
        return None if found is None else found.price

    def _future(self, item: Instrument) -> Quote:
        assert item.expiry is not None
        assert self._now is not None
        price = self._market.future(item.expiry)
        if price is None:
            return Quote(instrument=item.key)
        settled = self._market.settlement(item.expiry, self._now.date())
        quote = self._around(item, "VX", price, FUTURE_TICKS)
        if settled is not None:
            return Quote(
                instrument=item.key, bid=quote.bid, ask=quote.ask, last=round(price, 4), mark=settled
            )
        return quote

    def _option(self, item: Instrument) -> Quote:
        price = self.value(item) if self._options_trade and self._trades(item) else None
        if price is None:
            return Quote(instrument=item.key)
        return self._around(item, item.trading_class, price, ticks_of(item.trading_class))

    def _trades(self, item: Instrument) -> bool:
        assert self._now is not None
        return item.last_trade is None or self._now.date() <= item.last_trade

    def _around(self, item: Instrument, kind: str, price: float, ticks: tuple[Tick, ...]) -> Quote:
        base, share = HALF_SPREAD[kind]
        half = (base + share * price) * self._stress
        bid, ask = _down(max(0.0, price - half), ticks), _up(price + half, ticks)
        return Quote(
            instrument=item.key,
            bid=bid if bid > 0 else None,
            ask=ask,
            bid_size=self._size(item, kind, "bid") if bid > 0 else None,
            ask_size=self._size(item, kind, "ask"),
            mark=round(0.5 * (bid + ask), 6),
        )

    def _size(self, item: Instrument, kind: str, side: str) -> float:
        assert self._now is not None
        low, high = SIZES[kind]
        period = int(self._now.timestamp()) // _SIZE_PERIOD_S
        drawn = zlib.crc32(f"{self._seed}/{item.key}/{side}/{period}".encode()) / 2**32
        return float(low + int(drawn * (high - low)))


def ticks_of(trading_class: str) -> tuple[Tick, ...]:
    """Return the price grid of an option class."""
    return VIX_TICKS if trading_class == "VIX" else SPX_TICKS


def _down(price: float, ticks: tuple[Tick, ...]) -> float:
    step = tick_at(ticks, price)
    return round(math.floor(price / step + _ON_GRID) * step, 4)


def _up(price: float, ticks: tuple[Tick, ...]) -> float:
    step = tick_at(ticks, price)
    return round(math.ceil(price / step - _ON_GRID) * step, 4)
