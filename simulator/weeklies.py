"""Weekly VX futures: the Wednesdays that no monthly settles near, on the line of VIX and the monthlies."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from simulator.hours import Hours, new_york_day
from simulator.market.model import Bar, Market

WEEKS_LISTED = 6
_WEDNESDAY = 2
# Monthlies that reach beyond the last weekly.
_NEAR_MONTHLIES = 3


class Weeklies:
    """The weekly VX futures of a market.

    Args:
        market: VIX and the monthlies.
        hours: the calendar.
    """

    def __init__(self, market: Market, hours: Hours) -> None:
        self._market = market
        self._hours = hours
        self._listed: dict[date, tuple[date, ...]] = {}
        # The instant asked about last, with the line through VIX and the monthlies then.
        self._line: tuple[datetime, float, list[tuple[float, float]]] | None = None

    def listed(self, day: date) -> tuple[date, ...]:
        """Return the settlement dates listed on a day, nearest first."""
        if day not in self._listed:
            self._listed[day] = () if day < self._hours.first_day else self._find(day)
        return self._listed[day]

    def settlement(self, expiry: date, day: date) -> float | None:
        """Return the settlement of a past day; None before its close or where it was not listed."""
        if expiry not in self.listed(day):
            return None
        (vix,) = self._market.daily("VIX", day, 1) or (None,)
        if vix is None or vix.day != day:
            return None
        monthlies = ((m, self._market.settlement(m, day)) for m in self._market.futures(day))
        return round(_on_line(vix.close, _points(monthlies, day), (expiry - day).days), 4)

    def daily(self, expiry: date, end: date, count: int) -> tuple[Bar, ...]:
        """Return completed daily bars, oldest first: each price on its own line."""
        bars = (
            self._bar(expiry, vix)
            for vix in self._market.daily("VIX", end, min(count, 5 * WEEKS_LISTED + 5))
            if expiry in self.listed(vix.day)
        )
        return tuple(bar for bar in bars if bar is not None)

    def on_curve(self, now: datetime, days: float) -> float | None:
        """Return the VIX expected in so many days, None before the first print."""
        line = self._line
        if line is None or line[0] != now:
            vix, today = self._market.level("VIX"), new_york_day(now)
            if vix is None:
                return None
            monthlies = ((m, self._market.future(m)) for m in self._market.futures(today))
            line = self._line = (now, vix, list(_points(monthlies, today)))
        return _on_line(line[1], line[2], days)

    def _find(self, day: date) -> tuple[date, ...]:
        monthlies = set(self._market.futures(day)) | set(self._market.expiries("VIX", day))
        found = []
        for ahead in range(7 * WEEKS_LISTED):
            wednesday = day + timedelta(days=ahead)
            if wednesday.weekday() != _WEDNESDAY:
                continue
            settles = wednesday if self._hours.session(wednesday) else self._hours.day_before(wednesday)
            # From the morning of its settlement on it is no longer listed.
            if settles > day and not _near(settles, monthlies):
                found.append(settles)
        return tuple(found)

    def _bar(self, expiry: date, vix: Bar) -> Bar | None:
        monthlies = []
        for monthly in self._market.futures(vix.day)[:_NEAR_MONTHLIES]:
            known = self._market.daily_future(monthly, vix.day, 1)
            if known and known[0].day == vix.day:
                monthlies.append((monthly, known[0]))
        if not monthlies:
            return None
        days = (expiry - vix.day).days

        def priced(field: str) -> float:
            points = _points(((m, getattr(bar, field)) for m, bar in monthlies), vix.day)
            return round(_on_line(getattr(vix, field), points, days), 4)

        opened, high, low, close = (priced(field) for field in ("open", "high", "low", "close"))
        high, low = max(opened, high, low, close), min(opened, high, low, close)
        return replace(vix, open=opened, high=high, low=low, close=close, volume=0.0)


def _near(settles: date, monthlies: set[date]) -> bool:
    """Whether a monthly settles in the same week."""
    return any(settles.isocalendar()[:2] == monthly.isocalendar()[:2] for monthly in monthlies)


def _points(monthlies: Iterable[tuple[date, float | None]], day: date) -> Iterator[tuple[float, float]]:
    """Yield days to settlement and price of the monthlies whose price is known."""
    return ((float((expiry - day).days), price) for expiry, price in monthlies if price is not None)


def _on_line(spot: float, points: Iterable[tuple[float, float]], days: float) -> float:
    """Return the price of so many days on the line from a spot through points, flat beyond the last."""
    before = (0.0, spot)
    for after in points:
        if after[0] >= days:
            share = (days - before[0]) / (after[0] - before[0])
            return before[1] + share * (after[1] - before[1])
        before = after
    return before[1]
