"""What time it is: the system's, or in play the gateway's last answer."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Source of the time that events are stamped with."""

    def now(self) -> datetime:
        """Return the time, aware, UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(UTC)


class PlayClock:
    """Stands still until the gateway has said what time it is."""

    def __init__(self) -> None:
        self._now = datetime(1970, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the gateway's last answer."""
        return self._now

    def set(self, now: datetime) -> None:
        """Take the gateway's answer."""
        self._now = now


class Stopwatch:
    """Runs from its making on, over a stop of the process (SIGSTOP) and a sleep of the machine alike.

    The event loop's own clock counts too: it is the one that a simulation of time moves.
    """

    def __init__(self) -> None:
        self._loop_s = asyncio.get_running_loop().time()
        self._awake_or_not_s = time.clock_gettime(time.CLOCK_BOOTTIME)

    @property
    def elapsed_s(self) -> float:
        """Seconds since it was made."""
        return max(
            asyncio.get_running_loop().time() - self._loop_s,
            time.clock_gettime(time.CLOCK_BOOTTIME) - self._awake_or_not_s,
        )
