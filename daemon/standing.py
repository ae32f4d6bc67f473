"""What the operational log is told of the daemon's standing: may it take new risk, and if not, why.

One line when that changes, one when a reason to wait changes, and a sign of life with every heartbeat.
"""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from daemon.loop import Observer
from strategies.core.book import live_orders
from strategies.core.events import AnyEvent, BrokerNotice, ClockSkew, ClockStep, Connection, Job, Link, Timer
from strategies.core.gates import hindrance
from strategies.core.records import Alarm
from strategies.core.state import State

_log = structlog.get_logger(__name__)

_ALARM = b'{"kind":"alarm"'


class Standing:
    """Watches the commits of a loop.

    Args:
        state: returns the state after the latest commit.
        observe: is shown each commit too.
        beats: whether heartbeats get a line; in play they come as fast as the machine goes.
    """

    def __init__(
        self, state: Callable[[], State], observe: Observer | None = None, *, beats: bool = True
    ) -> None:
        self._state = state
        self._beats = beats
        self._observe = observe
        self._hindrance: str | None = None

    def observe(self, event: AnyEvent, bodies: Sequence[bytes]) -> None:
        """Take a commit: the event and its records' bodies."""
        match event:
            case Connection(link=Link.UP):
                _log.info("gateway connected", epoch=event.epoch, account=event.account)
            case Connection():
                _log.warning("gateway not connected", reason=event.reason)
            case BrokerNotice():
                _log.info(
                    "the broker says", code=event.code, text=event.text, instrument=event.instrument or ""
                )
            case ClockSkew(skew_s=None):
                _log.warning("the gateway did not tell its time")
            case ClockSkew():
                _log.info("gateway's clock compared", skew_s=event.skew_s)
            case ClockStep():
                _log.warning("the system clock was set; the schedule is declared anew", step_s=event.step_s)
            case Timer(misfired=True):
                _log.warning("job came too late", job=event.job, intended=event.intended.isoformat())
            case _:
                pass
        _tell_alarms(bodies)
        self._tell_changes()
        if self._beats and isinstance(event, Timer):
            self._on_timer(event)
        if self._observe is not None:
            self._observe(event, bodies)

    def _tell_changes(self) -> None:
        now = hindrance(self._state())
        if now == self._hindrance:
            return
        self._hindrance = now
        if now:
            _log.warning("not ready", reason=now)
        else:
            _log.info("ready")

    def _on_timer(self, timer: Timer) -> None:
        if timer.job is Job.HEARTBEAT:
            self._beat(timer)
        elif timer.job is Job.DAILY_SUMMARY:
            self._announce_log_in(timer)

    def _announce_log_in(self, timer: Timer) -> None:
        """After the last session of a week: the broker wants a person to log in before the next one."""
        day = timer.day
        following = next((s.day for s in self._state().sessions if day is not None and s.day > day), None)
        if day is None or following is None or day.isocalendar()[:2] == following.isocalendar()[:2]:
            return
        _log.warning(
            "weekly log-in ahead: log the gateway in before the next session", next_session=f"{following}"
        )

    def _beat(self, timer: Timer) -> None:
        state = self._state()
        _log.info(
            "heartbeat",
            ready=not self._hindrance,
            reason=self._hindrance or "",
            seq=state.seq,
            working=len(live_orders(state)),
            late_s=(timer.time - timer.intended).total_seconds(),
            coalesced=timer.coalesced,
        )


def _tell_alarms(bodies: Sequence[bytes]) -> None:
    for body in bodies:
        if body.startswith(_ALARM):
            alarm = msgspec.json.decode(body, type=Alarm)
            _log.error("alarm", cause=alarm.cause, text=alarm.text, subject=alarm.subject)
