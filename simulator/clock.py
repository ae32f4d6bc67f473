"""Game time: the instants of a session day, and the clocks that lead through them."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as day_time

from simulator.hours import NEW_YORK
from simulator.market.model import Session

_BEFORE_OPEN = (day_time(9, 0), day_time(9, 15), day_time(9, 29))
_START = day_time(8, 45)
_MINUTE = timedelta(minutes=1)


class ClockError(ValueError):
    """The clock that was asked for does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMode:
    """How game time runs.

    Attributes:
        name: "stepped" (stands until the stepping client asks the time), "real" or "scaled:X".
        speed: game seconds per wall second; None when stepped.
    """

    name: str
    speed: float | None


def parse_mode(value: str) -> ClockMode:
    """Read ``stepped``, ``real`` or ``scaled:X``.

    Raises:
        ClockError: it is none of these.
    """
    if value == "stepped":
        return ClockMode(name=value, speed=None)
    if value == "real":
        return ClockMode(name=value, speed=1.0)
    match = re.fullmatch(r"scaled:(\d+(?:\.\d+)?)", value)
    if match and float(match[1]) > 0:
        return ClockMode(name=value, speed=float(match[1]))
    raise ClockError(
        f"--clock {value}: unknown clock; use stepped, real, or scaled:X with X > 0, e.g. scaled:60"
    )


def start_of(session: Session) -> datetime:
    """Return the standing time before the first instant of a session day: 08:45 New York."""
    return _on_day(session, _START)


def instants(sessions: Sequence[Session], step_s: int) -> Iterator[datetime]:
    """Yield the instants with news of all sessions, in order (UTC).

    A session day has three before the open, one each `step_s` from the open to the options close with the
    cash close always among them, and three after (a minute, a quarter and three quarters of an hour on).
    """
    for session in sessions:
        early = (_on_day(session, moment) for moment in _BEFORE_OPEN)
        yield from (instant for instant in early if instant < session.open)
        last = session.options_close
        count = -(-int((last - session.open).total_seconds()) // step_s)
        beats = {session.open + timedelta(seconds=step_s * number) for number in range(count)}
        yield from sorted(beats | {session.close})
        yield from (last, last + _MINUTE, last + 15 * _MINUTE, last + 45 * _MINUTE)


def _on_day(session: Session, moment: day_time) -> datetime:
    return datetime.combine(session.day, moment, NEW_YORK).astimezone(session.open.tzinfo)


class RunningClock:
    """Game time that runs with the wall clock.

    Args:
        start: game time now.
        speed: game seconds per wall second.
    """

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._begun_s = time.monotonic()

    def now(self) -> datetime:
        """Return the game time."""
        return self._start + timedelta(seconds=(time.monotonic() - self._begun_s) * self._speed)
