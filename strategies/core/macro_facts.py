"""Macro facts: published figures with the time of their release, and how many of them the state keeps.

A figure counts from its own release on, a revision from the revision's. The adapters in the shell send facts
in any order and any number of times: what is known depends on the facts alone.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from strategies.core.facts import finite


class Series(StrEnum):
    """The series that rules may read.

    * fed_funds: effective federal funds rate, percent a year, daily;
    * fomc: a meeting, period = day of the decision, value = the expected change in percentage points;
    * cpi, ppi, reer: index levels, monthly, period = first day of the month;
    * gdp_growth: real GDP, year on year, percent, quarterly, period = first day of the quarter;
    * pe: S&P 500, trailing price over earnings, monthly;
    * ipo_count: new listings of a month;
    * p_cf: price over cash flow, monthly;
    * reit_volatility: 21-session annualised volatility of a REIT index, percent, daily;
    * sp500_cap, sp500_equal: levels of the cap- and the equal-weighted index, daily;
    * spx_rv5m: 5-minute realised variance of a session, as a decimal square (1 % of return squared is 1e-4).
    """

    FED_FUNDS = "fed_funds"
    FOMC = "fomc"
    CPI = "cpi"
    PPI = "ppi"
    REER = "reer"
    GDP_GROWTH = "gdp_growth"
    PE = "pe"
    IPO_COUNT = "ipo_count"
    P_CF = "p_cf"
    REIT_VOLATILITY = "reit_volatility"
    SP500_CAP = "sp500_cap"
    SP500_EQUAL = "sp500_equal"
    SPX_RV5M = "spx_rv5m"


class MacroFact(Struct, frozen=True, array_like=True):
    """One figure: of which period, released when, its value in the unit of its series (`None`: not known).

    Raises:
        ValueError: the release has no zone, or the value is not a number.
    """

    series: Series
    period: date
    released: datetime
    value: float | None

    def __post_init__(self) -> None:
        if self.released.tzinfo is None:
            raise ValueError(f"{self.series} of {self.period}: the release {self.released} has no zone")
        finite(self.value)


class Point(Struct, frozen=True, array_like=True):
    """A figure of a series as far as it is released."""

    period: date
    released: datetime
    value: float | None


Points = tuple[Point, ...]

THINNED_MONTHS = 61
DAYS_KEPT = 300
YEARS_KEPT = timedelta(days=15 * 365.25)
_THINNED = frozenset({Series.FED_FUNDS})
_WHOLE = frozenset({Series.PE})  # its rule compares with all history
_DAILY = frozenset({Series.REIT_VOLATILITY, Series.SP500_CAP, Series.SP500_EQUAL, Series.SPX_RV5M})


class Refused(NamedTuple):
    """A fact that is not believed, and why."""

    fact: MacroFact
    reason: str


def fold(
    known: Mapping[Series, Points], facts: Iterable[MacroFact], now: datetime
) -> tuple[dict[Series, Points], list[Refused]]:
    """Add facts to what is known.

    Args:
        known: points by series, oldest first.
        facts: in any order; what is known already changes nothing.
        now: nothing released later is believed.

    Returns:
        What is known after, and the facts that are not believed.
    """
    after = dict(known)
    refused: list[Refused] = []
    for fact in facts:
        if fact.released > now:
            refused.append(Refused(fact, "it is not released yet"))
            continue
        points = after.get(fact.series, ())
        with_it = _with(points, fact)
        if with_it is None:
            refused.append(Refused(fact, "another value of the same release is known"))
        elif with_it is not points:
            after[fact.series] = with_it
    return after, refused


def _with(points: Points, fact: MacroFact) -> Points | None:
    """Return the points with the fact, the same ones where it adds nothing, None where it contradicts."""
    at = bisect_left(points, fact.period, key=lambda point: point.period)
    new = Point(fact.period, fact.released, fact.value)
    if at == len(points) or points[at].period != fact.period:
        return _bounded(fact.series, points, at, new)
    there = points[at]
    if fact.released > there.released:
        return (*points[:at], new, *points[at + 1 :])
    return None if fact.released == there.released and fact.value != there.value else points


def _bounded(series: Series, points: Points, at: int, new: Point) -> Points:
    """Insert a new period at its place and keep only as much as the rules need."""
    if series in _THINNED:
        if at < len(points) and _month(points[at]) == _month(new):
            return points  # a later day of the month stands for it
        first = at - 1 if at and _month(points[at - 1]) == _month(new) else at
        kept = (*points[:first], new, *points[at:])[-THINNED_MONTHS:]
    elif series in _DAILY:
        kept = (*points[:at], new, *points[at:])[-DAYS_KEPT:]
    elif series in _WHOLE:
        kept = (*points[:at], new, *points[at:])
    else:
        kept = (*points[:at], new, *points[at:])
        oldest = kept[-1].period - YEARS_KEPT
        kept = kept[bisect_left(kept, oldest, key=lambda point: point.period) :]
    return points if kept == points else kept


def _month(point: Point) -> tuple[int, int]:
    return point.period.year, point.period.month
