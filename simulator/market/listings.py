"""Which contracts are listed: expiries by the exchange's rules, strikes by the ranges below.

An expiry is the settlement date. VX and VIX: the Wednesday 30 days before the third Friday of the next
month; when that Wednesday or that Friday is a holiday, the business day before that Wednesday (Cboe's rule).
SPX: the third Friday, AM-settled. SPXW: every other Friday and the last session of the month, PM-settled.
XSP, a tenth of SPX that is told of in SPX's points here: the days of both, PM-settled.
A Friday that is a holiday moves to the session before.
"""

import math
from bisect import bisect_left
from collections.abc import Callable
from datetime import date, timedelta

from simulator.market.calendar import Calendar

# How long before its settlement an expiry is listed, in calendar days.
LIFE_DAYS = {"SPX": 190, "SPXW": 100, "XSP": 100, "VIX": 280}
PM_SETTLED = frozenset({"SPXW", "XSP"})

_FRIDAY = 4
# Strike steps in points and how far they reach from the spot range of the expiry's life.
_NEAR_STEP, _NEAR_REACH = 5, 0.15
_FAR_STEP, _FAR_REACH = 25, 0.35
# The replication integral of a VIX of 80 needs strikes this far out.
_WING_PER_STEP, _WING_BELOW, _WING_ABOVE = 1_500, 0.80, 1.00
# VIX: (first, last, step) in points.
_VIX_GRID = ((5.0, 15.0, 0.5), (15.0, 50.0, 1.0), (50.0, 150.0, 5.0))


def third_friday(year: int, month: int) -> date:
    """The calendar day, holiday or not."""
    first = date(year, month, 1)
    return first + timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)


def vx_settlement(calendar: Calendar, year: int, month: int) -> date:
    """Settlement date of the VX future, and of the VIX options, named after a month."""
    following = third_friday(year + month // 12, month % 12 + 1)
    wednesday = following - timedelta(days=30)
    if calendar.session(wednesday) and calendar.session(following):
        return wednesday
    return calendar.on_or_before(wednesday - timedelta(days=1))


def spx_settlement(calendar: Calendar, year: int, month: int) -> date:
    """Settlement date of the AM-settled SPX options of a month."""
    return calendar.on_or_before(third_friday(year, month))


class Listings:
    """All expiries of the classes SPX, SPXW, XSP and VIX that a calendar covers, ascending."""

    def __init__(self, calendar: Calendar) -> None:
        monthlies = _each_month(calendar, spx_settlement)
        weeklies = _weeklies(calendar, monthlies)
        self._dates = {
            "SPX": monthlies,
            "SPXW": weeklies,
            "XSP": tuple(sorted({*monthlies, *weeklies})),
            "VIX": _each_month(calendar, vx_settlement),
        }
        self._known = {name: frozenset(dates) for name, dates in self._dates.items()}

    def expiries(self, trading_class: str, day: date) -> tuple[date, ...]:
        """Settlement dates listed on a day; an AM-settled expiry is gone on its settlement day."""
        life = timedelta(days=LIFE_DAYS.get(trading_class, 0))
        earliest = day if trading_class in PM_SETTLED else day + timedelta(days=1)
        return tuple(
            expiry for expiry in self._dates.get(trading_class, ()) if earliest <= expiry <= day + life
        )

    def settled_before(self, trading_class: str, expiry: date) -> date | None:
        """The settlement date before another one of its class; None where the calendar has none."""
        dates = self._dates[trading_class]
        place = bisect_left(dates, expiry)
        return dates[place - 1] if place else None

    def has(self, trading_class: str, expiry: date) -> bool:
        """Whether the class ever lists this expiry."""
        return expiry in self._known.get(trading_class, frozenset())


def index_strikes(lowest: float, highest: float) -> tuple[float, ...]:
    """Strikes in points: every 5 to 15 % outside the spot range, every 25 to 35 %, every 25 to 75 beyond."""
    near = _grid(lowest * (1 - _NEAR_REACH), highest * (1 + _NEAR_REACH), _NEAR_STEP)
    far = _grid(lowest * (1 - _FAR_REACH), highest * (1 + _FAR_REACH), _FAR_STEP)
    coarse = _FAR_STEP * math.ceil(lowest / _WING_PER_STEP)
    wing = _grid(lowest * (1 - _WING_BELOW), highest * (1 + _WING_ABOVE), coarse)
    return tuple(float(strike) for strike in sorted({*near, *far, *wing}))


def vix_strikes() -> tuple[float, ...]:
    """The strikes of every VIX expiry, in points."""
    strikes: set[float] = set()
    for first, last, step in _VIX_GRID:
        strikes.update(first + step * count for count in range(round((last - first) / step) + 1))
    return tuple(sorted(strikes))


def _grid(low: float, high: float, step: int) -> range:
    return range(-(-int(low) // step) * step, int(high) + 1, step)


def _each_month(calendar: Calendar, rule: Callable[[Calendar, int, int], date]) -> tuple[date, ...]:
    first, last = calendar.first_day, calendar.last_day
    months = [
        divmod(count, 12) for count in range(first.year * 12 + first.month, last.year * 12 + last.month - 2)
    ]
    return tuple(rule(calendar, year, month + 1) for year, month in months)


def _weeklies(calendar: Calendar, monthlies: tuple[date, ...]) -> tuple[date, ...]:
    day = monthlies[0]
    found: set[date] = set()
    while day <= monthlies[-1]:
        tomorrow = day + timedelta(days=1)
        if day.weekday() == _FRIDAY or tomorrow.day == 1:
            found.add(calendar.on_or_before(day))
        day = tomorrow
    return tuple(sorted(found - set(monthlies)))
