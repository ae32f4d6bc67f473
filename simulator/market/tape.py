"""The facts of a world, day by day, before they are played: read from files or generated."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from simulator.market.calendar import Calendar
from simulator.market.intraday import Guide
from simulator.market.model import Bar, Session


class Dated(Protocol):
    """Anything that belongs to one day."""

    @property
    def day(self) -> date:
        """The New York day."""


Row = TypeVar("Row", bound=Dated)


class Series(Generic[Row]):
    """Rows in ascending order of their days, one a day."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = tuple(rows)
        self._days = tuple(row.day for row in rows)

    def at(self, day: date) -> Row | None:
        """The row of a day, if there is one."""
        place = bisect_left(self._days, day)
        return self._rows[place] if place < len(self._days) and self._days[place] == day else None

    def upto(self, day: date, count: int) -> tuple[Row, ...]:
        """The last `count` rows up to and including `day`, oldest first."""
        stop = bisect_right(self._days, day)
        return self._rows[max(stop - max(count, 0), 0) : stop]

    def before(self, day: date) -> Row | None:
        """The last row before `day`."""
        place = bisect_left(self._days, day)
        return self._rows[place - 1] if place else None

    def between(self, first: date, last: date) -> tuple[Row, ...]:
        """The rows from `first` to `last`, both included."""
        return self._rows[bisect_left(self._days, first) : bisect_right(self._days, last)]

    @property
    def first_day(self) -> date | None:
        """The first row's day, None if there are no rows."""
        return self._days[0] if self._days else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One number a day: VVIX or VIX3M in points."""

    day: date
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Breadth:
    """Issues of the New York Stock Exchange at a day's close."""

    day: date
    advancing: int
    declining: int
    unchanged: int

    @property
    def ratio(self) -> float:
        """(advancing - declining) / (advancing + declining), comparable across sources."""
        return (self.advancing - self.declining) / (self.advancing + self.declining)


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureDay:
    """One VX future on one day, in points; `bar` is None where only the settlement is known."""

    day: date
    settle: float
    bar: Bar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """Everything that a played market is made from.

    Attributes:
        calendar: Covers the played sessions, the expiries listed in them and the days before.
        sessions: The sessions to play.
        spx: Daily bars, warm-up included.
        vix: Daily bars, warm-up included.
        vvix: Daily levels; may have gaps or be empty.
        vix3m: Daily levels, the same.
        breadth: Daily counts, the same.
        guides: Bars inside the played days, where they are known.
        futures: By settlement date; rows end before that date.
        finals: Final settlement values of VX and VIX that are known apart from the VIX opening print.
        seed: Seed of the paths between the daily facts.
    """

    calendar: Calendar
    sessions: tuple[Session, ...]
    spx: Series[Bar]
    vix: Series[Bar]
    vvix: Series[Level]
    vix3m: Series[Level]
    breadth: Series[Breadth]
    guides: Mapping[date, Guide]
    futures: Mapping[date, Series[FutureDay]]
    finals: Mapping[date, float]
    seed: int
