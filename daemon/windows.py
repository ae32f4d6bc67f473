"""Known windows in which the gateway is not there: its restart, the servers' reset, the weekly log-in.

Nothing is transmitted in them, and a lost connection is no illness while one lasts. New York times; every
window is capped by its setting, so that none can explain an outage away for good.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from msgspec import Struct

from daemon.hours import NEW_YORK

_SUNDAY = 6


class Window(Struct, frozen=True, kw_only=True):
    """From `at` (New York wall time) for `length_s`; every day, or on one weekday (Monday is 0)."""

    name: str
    at: time
    length_s: float
    weekday: int | None = None

    def holds(self, now: datetime) -> bool:
        """Whether `now` (aware) lies in it; one that began yesterday may still last."""
        local = now.astimezone(NEW_YORK)
        for days_ago in (0, 1):
            day = local.date() - timedelta(days=days_ago)
            begin = datetime.combine(day, self.at, NEW_YORK)
            due = self.weekday is None or day.weekday() == self.weekday
            if due and begin <= local < begin + timedelta(seconds=self.length_s):
                return True
        return False


def windows(
    restart: tuple[time, float], reset: tuple[time, float], log_in: tuple[time, float]
) -> tuple[Window, ...]:
    """Return the windows from their beginnings and lengths (s); one of length 0 never holds."""
    return (
        Window(name="the gateway's daily restart", at=restart[0], length_s=restart[1]),
        Window(name="the servers' nightly reset", at=reset[0], length_s=reset[1]),
        Window(name="the weekly log-in", at=log_in[0], length_s=log_in[1], weekday=_SUNDAY),
    )


def window_at(known: Sequence[Window], now: datetime) -> str:
    """Return the name of the window that holds now, empty where none does."""
    return next((window.name for window in known if window.holds(now)), "")
