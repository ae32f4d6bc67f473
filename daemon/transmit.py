"""The last look before an order's bytes leave: is the intent still the one that was decided on, just now.

The core decides and the journal keeps; this stands between both and the socket, and it sees what they cannot:
how long ago the decision was made, that the process stood still since, that a person has just said halt.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from daemon.clock import Stopwatch
from daemon.windows import Window, window_at
from strategies.core.commands import REDUCING, Intent
from strategies.core.halts import forbidden
from strategies.core.mode import Mode
from strategies.core.state import State

_DECIDED_MAX = 1000


class TransmitGuard:
    """Vetoes what must not be transmitted any more.

    Args:
        state: returns the state after the latest commit.
        now: the time that events are stamped with (aware).
        within_s: how old a decision may be at the moment of the write, seconds.
        windows: when nothing is transmitted.
    """

    def __init__(
        self,
        state: Callable[[], State],
        now: Callable[[], datetime],
        *,
        within_s: float,
        windows: Sequence[Window] = (),
    ) -> None:
        self._state = state
        self._now = now
        self._within_s = within_s
        self._windows = windows
        self._decided: dict[str, tuple[Stopwatch, datetime]] = {}
        self._brake: tuple[Mode, str] | None = None

    def decided(self, order_ref: str, since: Stopwatch, event_time: datetime) -> None:
        """Note when an order was decided on: `since` runs from then, `event_time` is its event's."""
        while len(self._decided) >= _DECIDED_MAX:
            del self._decided[next(iter(self._decided))]
        self._decided[order_ref] = since, event_time

    def brake(self, mode: Mode, reason: str) -> None:
        """Stop what `mode` forbids at once; the journal learns of it with the next commit."""
        self._brake = mode, reason

    def release(self) -> None:
        """The brake's reason is on record now: the state says it."""
        self._brake = None

    def veto(self, intent: Intent) -> str:
        """Return why the order must not be transmitted now, empty where nothing forbids it."""
        return (
            self._braked(intent)
            or forbidden(self._state(), intent.purpose)
            or self._cut_off()
            or self._too_old(intent.order_ref)
            or self._in_window()
        )

    def _braked(self, intent: Intent) -> str:
        if self._brake is None:
            return ""
        mode, reason = self._brake
        return reason if mode is Mode.HALTED or intent.purpose not in REDUCING else ""

    def _cut_off(self) -> str:
        """While the probe before an order was out the gateway may have lost its own connection."""
        return "" if self._state().account.upstream else "the gateway has lost its connection to the broker"

    def _too_old(self, order_ref: str) -> str:
        known = self._decided.get(order_ref)
        if known is None:
            return "it was not decided on by this process"
        since, event_time = known
        age_s = max(since.elapsed_s, (self._now() - event_time).total_seconds())
        if age_s <= self._within_s:
            return ""
        return f"it was decided on {age_s:.0f} s ago, more than orders.transmit_within_s = {self._within_s:g}"

    def _in_window(self) -> str:
        name = window_at(self._windows, self._now())
        return f"nothing is transmitted during {name}" if name else ""
