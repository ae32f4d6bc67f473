"""What the service manager is told, and when: only what has been committed to the journal.

READY=1 follows the first committed connection: the journal is open, the state is recovered, the loop writes
and the gateway has let us in. There is no state without a gateway that counts as started: after
`ib.startup_timeout_s` without one the start has failed. WATCHDOG=1 follows each committed heartbeat: a loop
that hangs, or a store that takes no commit, feeds no watchdog. STOPPING=1 follows the committed stop.
"""

from collections.abc import Callable, Sequence

from daemon.errors import ConfigError
from daemon.loop import Observer
from daemon.telemetry.systemd import Systemd
from strategies.core.events import AnyEvent, Connection, Job, Lifecycle, Link, Phase, Timer
from strategies.core.gates import hindrance
from strategies.core.state import State


class Supervision:
    """Watches the commits of a loop.

    Args:
        systemd: the service manager.
        heartbeat_s: how often the loop's heartbeat is due, seconds.
        state: returns the state after the latest commit.
        observe: is shown each commit too.

    Raises:
        ConfigError: the heartbeat is too slow for the watchdog, which would end a healthy daemon.
    """

    def __init__(
        self,
        systemd: Systemd,
        heartbeat_s: float,
        state: Callable[[], State],
        observe: Observer | None = None,
    ) -> None:
        self._systemd = systemd
        self._state = state
        self._observe = observe
        self._started = False
        self._status = ""
        watchdog_s = systemd.watchdog_s
        if watchdog_s is not None and heartbeat_s * 2 > watchdog_s:
            raise ConfigError(
                f"loop.heartbeat_s = {heartbeat_s:g}: must be at most half of the service manager's watchdog "
                f"of {watchdog_s:g} s; set it lower, or WatchdogSec higher"
            )

    def observe(self, event: AnyEvent, bodies: Sequence[bytes]) -> None:
        """Take a commit: the event and its records' bodies."""
        match event:
            case Timer(job=Job.HEARTBEAT):
                if self._systemd.watchdog_s is not None:
                    self._systemd.tell("WATCHDOG=1")
            case Connection(link=Link.UP) if not self._started:
                self._started = True
                self._systemd.tell("READY=1")
            case Lifecycle(phase=Phase.STOPPING):
                self._systemd.tell("STOPPING=1")
            case _:
                pass
        self._tell_status()
        if self._observe is not None:
            self._observe(event, bodies)

    def _tell_status(self) -> None:
        reason = hindrance(self._state())
        status = f"not ready: {reason}" if reason else "ready"
        if status != self._status:
            self._status = status
            self._systemd.tell(f"STATUS={status}")
