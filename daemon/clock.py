"""What time it is: the system's, or in play the gateway's last answer."""

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
