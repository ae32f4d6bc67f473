"""New York trading days, from the exchange calendar XNYS."""

from bisect import bisect_right
from datetime import UTC, date, datetime
from functools import lru_cache

import exchange_calendars

from simulator.market.model import Session

_FULL_DAY_MINUTES = 390


class Calendar:
    """The sessions from `first` to `last`, both included, ascending.

    Args:
        first: first day.
        last: last day.
        special: takes the place of the exchange's own session on its day, or makes that day one.
    """

    def __init__(self, first: date, last: date, special: Session | None = None) -> None:
        self.sessions = _sessions(first, last)
        if special is not None and first <= special.day <= last:
            others = [session for session in self.sessions if session.day != special.day]
            self.sessions = tuple(sorted([*others, special], key=lambda session: session.day))
        self._days = tuple(session.day for session in self.sessions)
        self._by_day = {session.day: session for session in self.sessions}

    def session(self, day: date) -> Session | None:
        """The session of a day, or None on a day without one."""
        return self._by_day.get(day)

    def on_or_before(self, day: date) -> date:
        """The last session day up to `day`.

        Raises:
            ValueError: `day` lies before the calendar's first session.
        """
        at = bisect_right(self._days, day)
        if at == 0:
            raise ValueError(f"no session known on or before {day}: the calendar starts {self._days[0]}")
        return self._days[at - 1]

    def between(self, first: date, last: date) -> tuple[Session, ...]:
        """The sessions from `first` to `last`, both included."""
        return tuple(session for session in self.sessions if first <= session.day <= last)

    @property
    def first_day(self) -> date:
        """The first session day."""
        return self._days[0]

    @property
    def last_day(self) -> date:
        """The last session day."""
        return self._days[-1]


def minutes(session: Session) -> int:
    """Length of a session in minutes: 390, or 210 on a half day."""
    return int((session.close - session.open).total_seconds()) // 60


@lru_cache(maxsize=8)
def _sessions(first: date, last: date) -> tuple[Session, ...]:
    schedule = exchange_calendars.get_calendar("XNYS", start=first, end=last).schedule
    found = []
    for day, opened, closed in zip(schedule.index, schedule["open"], schedule["close"], strict=True):
        start, stop = _utc(opened), _utc(closed)
        half = (stop - start).total_seconds() < _FULL_DAY_MINUTES * 60
        found.append(Session(day=day.date(), open=start, close=stop, half_day=half))
    return tuple(found)


def _utc(stamp: datetime) -> datetime:
    """A plain datetime, so that no pandas type leaves this file."""
    return datetime.fromtimestamp(stamp.timestamp(), tz=UTC)
