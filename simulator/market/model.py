"""The contract between the exchange side of the simulator and the world that it plays.

A `Market` is a clock that moves forward and a set of questions about that moment. Nothing later than the
moment can be seen: a settlement or a closing bar is unknown until its session has closed.
Instants are aware UTC datetimes; days are New York calendar days; prices are in points of the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

# SPX, SPXW and VIX options trade a quarter of an hour past the cash close.
OPTIONS_AFTER_CASH = timedelta(minutes=15)


class MarketDataError(Exception):
    """The asked-for world cannot be built: data missing or wrong, or an unknown regime.

    Raised by the factories only. The message names the file or field, the value, and what to do.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One trading day of the cash index: 09:30 to 16:00 New York, 13:00 on a half day; instants in UTC."""

    day: date
    open: datetime
    close: datetime
    half_day: bool

    @property
    def options_close(self) -> datetime:
        """The last instant of index option trading: 15 minutes after the cash close."""
        return self.close + OPTIONS_AFTER_CASH


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One completed daily bar in points; volume as the source has it, 0 where it has none."""

    day: date
    open: float
    high: float
    low: float
    close: float
    volume: float


class OptionValue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A modelled option value and its sensitivities, in points per unit of the underlying (not times 100).

    Attributes:
        price: Discounted value.
        implied_vol: Annual volatility as a fraction (0.20 is 20 %).
        delta: Change of price per point of the underlying: the spot for SPX, the VIX future for VIX.
        gamma: Change of delta per point of the underlying.
        vega: Change of price per vol point (1 %).
        theta: Change of price per calendar day, usually negative.
        underlying: What `delta` refers to: the SPX spot, or the VIX future of the option's settlement date.
    """

    price: float
    implied_vol: float
    delta: float
    gamma: float
    vega: float
    theta: float
    underlying: float


Column = npt.NDArray[np.float64]


class OptionColumns(NamedTuple):
    """The values of several options, a column each.

    Attributes:
        numbers: in rows, in the order and units of `OptionValue`.
    """

    numbers: Column

    def row(self, place: int) -> OptionValue:
        """The value of one of them."""
        price, vol, delta, gamma, vega, theta, underlying = self.numbers[:, place].tolist()
        return OptionValue(
            price=price,
            implied_vol=vol,
            delta=delta,
            gamma=gamma,
            vega=vega,
            theta=theta,
            underlying=underlying,
        )


class OptionKey(NamedTuple):
    """An option by its terms; right "C" or "P"."""

    trading_class: str
    expiry: date
    strike: float
    right: str


class IssueCounts(Protocol):
    """New York Stock Exchange issues that advance, decline and do neither."""

    @property
    def advancing(self) -> int:
        """Issues above the previous close."""

    @property
    def declining(self) -> int:
        """Issues below it."""

    @property
    def unchanged(self) -> int:
        """Issues at it."""


class Market(Protocol):
    """The world as of one moment, moved forward by its owner.

    Symbols: "SPX", "VIX", "VXX", and without daily bars "VIX3M", "VVIX". Trading classes: "SPX" (AM-settled),
    "SPXW" (PM-settled), "VIX" (AM-settled).
    An expiry is always the settlement date (VIX: the Wednesday; SPX: the Friday), not the last trading day.
    An unknown symbol, class, expiry or strike answers None or an empty tuple, never an exception.
    """

    @property
    def sessions(self) -> Sequence[Session]:
        """The sessions that are played, in order."""

    def move_to(self, when: datetime) -> None:
        """Move the present to `when` (aware); it may lie outside a session, where values stand still.

        Raises:
            ValueError: `when` is naive, or earlier than the present.
        """

    def index(self, symbol: str) -> float | None:
        """The last print of an index in points; None before the first print ever known."""

    def level(self, symbol: str) -> float | None:
        """What "SPX" or "VIX" stands at: its last print, and between sessions what other products go by."""

    def breadth(self) -> IssueCounts | None:
        """Counts of issues so far in the session, the last ones outside it; None where they are not known."""

    def futures(self, day: date) -> tuple[date, ...]:
        """Settlement dates of the monthly VX futures listed on `day`, nearest first.

        The first is M1: on its settlement day a contract is no longer listed, from that morning on.
        """

    def future(self, expiry: date) -> float | None:
        """The VX future's traded price now in points, rounded to no grid; None if it is not listed."""

    def settlement(self, expiry: date, day: date) -> float | None:
        """The official daily settlement of a VX future; None until that day's session has closed."""

    def expiries(self, trading_class: str, day: date) -> tuple[date, ...]:
        """Settlement dates of the options of a class that are listed on `day`, nearest first."""

    def strikes(self, trading_class: str, expiry: date) -> tuple[float, ...]:
        """All strikes that the expiry has over its life, ascending; does not change with time."""

    def option(self, trading_class: str, expiry: date, strike: float, right: str) -> OptionValue | None:
        """The modelled value of an option now; right "C" or "P"; None if it is unknown or has expired."""

    def options(self, keys: tuple[OptionKey, ...]) -> OptionColumns | None:
        """The modelled values of several options now, as `option` has them; cheapest for the same tuple.

        None unless there are keys and `option` knows them all.
        """

    def final_settlement(self, trading_class: str, expiry: date) -> float | None:
        """The cash settlement value once it is known, else None.

        "SPX", "VIX" and "VX": from the open of the settlement day on, that day's opening print (VIX and VX:
        the official value instead, where the data has it). "SPXW": from the close on, that close.
        """

    def path(self, symbol: str, day: date) -> tuple[float, ...]:
        """Levels of "SPX", "VIX" or "VXX" in a session at each minute, 0 the open; up to now in today's.

        () on a day that is no session, lies ahead, or is not known. Between real bars they are modelled.
        """

    def future_path(self, expiry: date, day: date) -> tuple[float, ...]:
        """Like `path` for one VX future."""

    def daily(self, symbol: str, end: date, count: int) -> tuple[Bar, ...]:
        """The last `count` completed daily bars of an index up to `end`, oldest first.

        `end` itself is included once its session has closed; at least 600 sessions before the first
        played one can be had, where data exist.
        """

    def daily_future(self, expiry: date, end: date, count: int) -> tuple[Bar, ...]:
        """Like `daily` for one VX future; the bar's close is the settlement."""
