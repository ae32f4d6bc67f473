"""Made-up macro figures around generated days: a row of period, release and value a figure, by series.

Figures are drawn by their day and name, so that a longer play begins with the shorter one's. Releases follow
the habits of the real publishers; what belongs to a session comes out after its close. Daily figures are made
from the closes of the generated SPX, and no figure is made from a later close than that of its period.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from simulator.market.economies import Economy, economy_of
from simulator.market.macro_dates import add_months, meetings, months, second_weekday
from simulator.market.model import Session
from simulator.randomness import uniform

NEW_YORK = ZoneInfo("America/New_York")
_YEARS_BACK = 16
_NOW = timedelta(days=92)
_WINDOW = 21
_LEAD_SESSIONS = 63
_SESSIONS_A_YEAR = 252.0
_MEETINGS_BEFORE = 24


class Figure(NamedTuple):
    """One row of a series; `value` is None where it is not known."""

    period: date
    released: datetime
    value: float | None


class Close(NamedTuple):
    """A session and its SPX close, points."""

    session: Session
    spx: float


def made_up(regime: str, seed: int, first: date, closes: Sequence[Close]) -> Mapping[str, list[Figure]]:
    """Make the figures around a play.

    Args:
        regime: whose economy.
        seed: of the draws.
        first: first played day.
        closes: of all generated sessions up to the last played one, oldest first.

    Returns:
        Figures by series, oldest first.
    """
    return _MadeUp(regime, seed, first, closes).series()


class _MadeUp:
    def __init__(self, regime: str, seed: int, first: date, closes: Sequence[Close]) -> None:
        self._names = ("macro", regime)
        self._seed = seed
        self._first = first
        self._closes = closes
        self._last = closes[-1].session.day
        self._economy: Economy = economy_of(regime)
        self._meetings = list(meetings(first.year - _YEARS_BACK, self._last.year + 1))

    def series(self) -> dict[str, list[Figure]]:
        e = self._economy
        return {
            "fed_funds": list(self._fed_funds()),
            "fomc": list(self._fomc()),
            "cpi": list(self._index("cpi", e.cpi_growth, 0.001, release_day=13)),
            "ppi": list(self._index("ppi", e.ppi_growth, 0.003, release_day=14)),
            "reer": list(self._index("reer", e.reer_growth, 0.004, release_day=20)),
            "gdp_growth": list(self._gdp()),
            "pe": list(self._monthly("pe", e.pe_usual, e.pe, 0.04, digits=2)),
            "ipo_count": list(self._monthly("ipo_count", e.ipos_usual, e.ipos, 0.15, digits=0)),
            "p_cf": list(self._monthly("p_cf", e.p_cf_usual, e.p_cf, 0.04, digits=2)),
            "reit_volatility": list(self._reit_volatility()),
            "sp500_cap": [
                Figure(c.session.day, _after(c.session, 30), round(c.spx, 2)) for c in self._closes
            ],
            "sp500_equal": list(self._equal_weighted()),
            "spx_rv5m": list(self._realised()),
        }

    def _noise(self, *names: object) -> float:
        """Return a draw of mean 0 and deviation 1, within 3: the sum of three uniforms."""
        return 2.0 * sum(uniform(self._seed, *self._names, *names, n) - 0.5 for n in range(3))

    def _is_now(self, period: date) -> bool:
        return period >= self._first - _NOW

    def _rate(self, day: date) -> float:
        """Return the target rate of a day, percent a year: a step at each meeting, never below 0.05."""
        e = self._economy
        past = sum(1 for meeting in self._meetings if day < meeting <= self._first)
        ahead = sum(1 for meeting in self._meetings if self._first < meeting <= day)
        rate = e.fed_funds - e.step_before * min(past, _MEETINGS_BEFORE) + e.step_after * ahead
        return max(rate, 0.05)

    def _fed_funds(self) -> Iterator[Figure]:
        day = self._first - timedelta(days=365 * 6)
        while day <= self._last:
            if day.weekday() < 5:
                value = round(max(self._rate(day) - 0.08 + 0.01 * self._noise("fed_funds", day), 0.01), 2)
                yield Figure(day, _at(second_weekday(day), time(9)), value)
            day += timedelta(days=1)

    def _fomc(self) -> Iterator[Figure]:
        """Yield each meeting when the year's calendar comes out, and what is expected a month before it."""
        for meeting in self._meetings:
            if meeting.year < self._first.year - 1:
                continue
            yield Figure(meeting, _at(date(meeting.year - 1, 6, 15), time(9)), None)
            step = self._rate(meeting) - self._rate(meeting - timedelta(days=1))
            expected = round(0.8 * step + 0.01 * self._noise("fomc", meeting), 3)
            yield Figure(meeting, _at(meeting - timedelta(days=30), time(9)), expected)

    def _index(self, name: str, growth: float, noise: float, *, release_day: int) -> Iterator[Figure]:
        """Yield a monthly index level that is 100 at the first played month and grows at a steady pace."""
        for month in self._months():
            years = (month - self._first).days / 365.25
            level = 100.0 * (1.0 + growth / 100.0) ** years * math.exp(noise * self._noise(name, month))
            release = add_months(month, 1).replace(day=release_day)
            yield Figure(month, _at(release, time(8, 30)), round(level, 3))

    def _monthly(self, name: str, usual: float, now: float, noise: float, *, digits: int) -> Iterator[Figure]:
        for month in self._months():
            mean = now if self._is_now(month) else usual
            value = mean * math.exp(noise * self._noise(name, month))
            yield Figure(month, _at(add_months(month, 1).replace(day=2), time(9)), round(value, digits))

    def _gdp(self) -> Iterator[Figure]:
        e = self._economy
        for quarter in self._months():
            if quarter.month % 3 == 1:
                recent = quarter >= self._first - timedelta(days=365)
                mean = e.gdp_growth if recent else e.gdp_growth_usual
                value = round(mean + 0.2 * self._noise("gdp_growth", quarter), 1)
                yield Figure(quarter, _at(add_months(quarter, 3).replace(day=28), time(8, 30)), value)

    def _months(self) -> Iterator[date]:
        return months(date(self._first.year - _YEARS_BACK, 1, 1), self._last)

    def _squares(self) -> Iterator[tuple[Close, float, float]]:
        """Yield each close with 21 sessions behind it, its squared log return, and the mean of those 21."""
        squares = [0.0] + [
            math.log(b.spx / a.spx) ** 2 for a, b in zip(self._closes, self._closes[1:], strict=False)
        ]
        for at in range(_WINDOW, len(self._closes)):
            window = squares[at - _WINDOW + 1 : at + 1]
            yield self._closes[at], squares[at], sum(window) / _WINDOW

    def _reit_volatility(self) -> Iterator[Figure]:
        ratio = self._economy.reit_ratio
        for close, _, mean in self._squares():
            day = close.session.day
            spx_pct = 100.0 * math.sqrt(mean * _SESSIONS_A_YEAR)
            value = (
                spx_pct * (ratio if self._is_now(day) else 1.0) * math.exp(0.03 * self._noise("reit", day))
            )
            yield Figure(day, _after(close.session, 45), round(value, 3))

    def _realised(self) -> Iterator[Figure]:
        for close, square, mean in self._squares():
            day = close.session.day
            ratio = self._economy.variance_ratio if self._is_now(day) else 1.0
            value = ratio * 0.5 * (square + mean) * math.exp(0.2 * self._noise("rv5m", day))
            yield Figure(day, _after(close.session, 120), float(f"{value:.4g}"))

    def _equal_weighted(self) -> Iterator[Figure]:
        """Yield the cap-weighted level less a lead that grows from three months before the play on."""
        lead = 0.0
        for close in self._closes:
            day = close.session.day
            if self._is_now(day):
                lead += self._economy.cap_lead / 100.0 / _LEAD_SESSIONS
            level = 2.0 * close.spx * math.exp(0.002 * self._noise("equal", day) - lead)
            yield Figure(day, _after(close.session, 30), round(level, 2))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, NEW_YORK)


def _after(session: Session, minutes: int) -> datetime:
    return (session.close + timedelta(minutes=minutes)).astimezone(NEW_YORK)
