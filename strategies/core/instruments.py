"""Instruments and their keys.

A key is a pure function of the fields by which the broker names a contract, so that a position, a quote and
an order of the same contract meet under one key without a lookup.
"""

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NewType, assert_never

from msgspec import Struct

InstrumentKey = NewType("InstrumentKey", str)


class Kind(StrEnum):
    """What a contract is, in the broker's own letters."""

    INDEX = "IND"
    FUTURE = "FUT"
    OPTION = "OPT"
    STOCK = "STK"


class Right(StrEnum):
    """Put or call."""

    PUT = "P"
    CALL = "C"


class Tick(Struct, frozen=True, array_like=True):
    """From a price of `low_edge` on, prices are multiples of `increment` (both USD)."""

    low_edge: float
    increment: float


class Instrument(Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """A tradable or quoted contract.

    `last_trade` is the date by which the broker names the contract; `expiry` is the day of its settlement.
    They differ for AM-settled options: VIX options stop trading the day before, SPX monthlies likewise.
    """

    kind: Kind
    symbol: str
    exchange: str
    trading_class: str = ""
    last_trade: date | None = None
    expiry: date | None = None
    strike: float = 0.0
    right: Right | None = None
    multiplier: int = 1
    ticks: tuple[Tick, ...] = ()

    @cached_property
    def key(self) -> InstrumentKey:
        """The name under which quotes, orders and positions of this contract are kept."""
        return _key(self.kind, self.symbol, self.trading_class, self.last_trade, self.strike, self.right)


def instrument_key(
    *,
    kind: Kind,
    symbol: str,
    trading_class: str = "",
    last_trade: date | None = None,
    strike: float = 0.0,
    right: Right | None = None,
) -> InstrumentKey:
    """Return e.g. `IND.SPX`, `FUT.VX.20180214`, `OPT.VIX.20180320.16.C`."""
    return _key(kind, symbol, trading_class, last_trade, strike, right)


def _key(
    kind: Kind, symbol: str, trading_class: str, last_trade: date | None, strike: float, right: Right | None
) -> InstrumentKey:
    match kind:
        case Kind.INDEX | Kind.STOCK:
            return InstrumentKey(f"{kind}.{symbol}")
        case Kind.FUTURE:
            return InstrumentKey(f"{kind}.{trading_class}.{_compact(last_trade)}")
        case Kind.OPTION:
            return InstrumentKey(f"{kind}.{trading_class}.{_compact(last_trade)}.{strike:g}.{right}")
        case _:
            assert_never(kind)


_PARTS_BEFORE_RIGHT = 4


class OptionName(Struct, frozen=True):
    """What an option's key says of it."""

    trading_class: str
    last_trade: date
    strike: float
    right: Right


def option_of_key(key: InstrumentKey) -> OptionName | None:
    """Return what a key names, None unless it is an option's (the inverse of `instrument_key`)."""
    head, _, right = key.rpartition(".")
    parts = head.split(".", 3)
    if parts[0] != Kind.OPTION or len(parts) < _PARTS_BEFORE_RIGHT or not parts[2].isdigit():
        return None
    _, trading_class, day, strike = parts
    at = date(int(day[:4]), int(day[4:6]), int(day[6:8]))
    return OptionName(trading_class, at, float(strike), Right(right))


def _compact(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else "undated"


SPX = Instrument(kind=Kind.INDEX, symbol="SPX", exchange="CBOE")
VIX = Instrument(kind=Kind.INDEX, symbol="VIX", exchange="CBOE")
XSP = Instrument(kind=Kind.INDEX, symbol="XSP", exchange="CBOE")
VXX = Instrument(kind=Kind.STOCK, symbol="VXX", exchange="SMART")
AD_NYSE = Instrument(kind=Kind.INDEX, symbol="AD-NYSE", exchange="NYSE")
"""Ticks as bid = advancing issues, ask = declining ones, bid size = unchanged; there is no last."""


def tick_at(ticks: tuple[Tick, ...], price: float) -> float:
    """Return the price increment in force at `price` (USD); 0.01 where the broker gave no rule."""
    increment = 0.01
    for tick in ticks:
        if abs(price) >= tick.low_edge and tick.increment > 0:
            increment = tick.increment
    return increment
