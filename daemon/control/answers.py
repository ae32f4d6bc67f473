"""What operators can ask the running daemon, bound to its loop."""

import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import structs

from daemon.audit_search import latest_decision
from daemon.control.server import Answers
from daemon.handover import windows_of
from daemon.loop import Loop, Observer
from daemon.settings import Settings
from daemon.status.report import Journal, LastDecision, Process, Status
from daemon.status.view import status_of
from daemon.version import VERSION
from daemon.windows import window_at
from strategies.core.events import AnyEvent

_STALLED_WITH_WORK_S = 30.0
_HEARTBEATS_MISSED_MAX = 3
_DECIDED_WITHIN_DAYS = 7  # files; a start must not read through the whole past
_STARTING = "daemon is starting"
_DECISION = b'{"kind":"decision"'


class DecisionMemory:
    """Keeps the latest decision; begins with that of the newest audit files.

    Args:
        folder: the audit files.
        observe: is shown each commit too.
    """

    def __init__(self, folder: Path, observe: Observer | None = None) -> None:
        self._observe = observe
        recorded = latest_decision(folder, days_max=_DECIDED_WITHIN_DAYS)
        self._body = recorded.body if recorded else None

    def observe(self, event: AnyEvent, bodies: Sequence[bytes]) -> None:
        """Take a commit: the event and its records' bodies."""
        for body in bodies:
            if body.startswith(_DECISION):
                self._body = body
        if self._observe is not None:
            self._observe(event, bodies)

    def latest(self) -> LastDecision | None:
        """Return the latest decision, None where there never was one."""
        return None if self._body is None else msgspec.json.decode(self._body, type=LastDecision)


def answers(settings: Settings, loop: Loop, now: Callable[[], datetime], memory: DecisionMemory) -> Answers:
    """Return what can be asked for: `status`."""
    began_s, found_seq = time.monotonic(), loop.pulse.seq
    known_windows = windows_of(settings)

    def status() -> Status:
        told = status_of(
            loop.state,
            now(),
            Process(
                pid=os.getpid(),
                code_version=VERSION,
                mode=settings.mode,
                clock=settings.clock.source,
                uptime_s=time.monotonic() - began_s,
            ),
            _journal(settings, loop),
            memory.latest(),
            window_at(known_windows, now()),
        )
        if loop.pulse.seq > found_seq:
            return told
        # Nothing of this life is on record: the state is that of the life before, which may have been ready.
        return structs.replace(told, ready=False, not_ready_because=_STARTING, hindrance=_STARTING)

    return {"status": status}


def _journal(settings: Settings, loop: Loop) -> Journal:
    """The loop lives while it commits: a heartbeat at least, and soon when something waits."""
    pulse = loop.pulse
    idle_max_s = _HEARTBEATS_MISSED_MAX * settings.loop.heartbeat_s
    limit_s = min(idle_max_s, _STALLED_WITH_WORK_S) if pulse.waiting else idle_max_s
    return Journal(
        seq=pulse.seq,
        last_commit_age_s=pulse.commit_age_s,
        waiting=pulse.waiting,
        queue_size_max=settings.loop.queue_size_max,
        alive=pulse.commit_age_s <= limit_s,
    )
