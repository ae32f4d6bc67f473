"""The table of jobs over clock jumps and changes of summer time."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.hours import sessions_between
from daemon.live_schedule import LiveSchedule
from daemon.loop import Loop
from daemon.schedule import ScheduleSettings, appointments
from daemon.store.embedded import EmbeddedServer
from daemon.store.redis_journal import RedisJournal
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.records import GENESIS
from strategies.core.events import AnyEvent, Calendar, ClockStep, Job, Timer
from strategies.core.state import State

SCHEDULE = ScheduleSettings(
    prep_before_open_s=900,
    act_after_open_s=900,
    finalise_after_close_s=60,
    summary_after_close_s=1800,
    misfire_grace_s=300,
    heartbeat_s=1,
)


class SetClock:
    """The machine's clock, set forward or back by `ahead`."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the time that the clock shows."""
        return datetime.now(UTC) + self.ahead


class Seen:
    """What a loop has committed, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self._news = asyncio.Event()

    def observe(self, event: AnyEvent, _bodies: Any) -> None:  # noqa: ANN401 - not looked at
        """Take a commit."""
        self.events.append(event)
        self._news.set()

    async def until(self, wanted: Callable[[AnyEvent], bool], after: int = 0) -> int:
        """Return the index of the first event from `after` on that is wanted."""
        while True:
            for index, event in enumerate(self.events[after:], after):
                if wanted(event):
                    return index
            self._news.clear()
            async with asyncio.timeout(60):
                await self._news.wait()


@pytest.fixture
async def loop_seen(tmp_path: Path) -> AsyncIterator[tuple[Loop, Seen]]:
    """A running loop on a real journal, and what it commits."""
    seen = Seen()
    audit = AuditFile(tmp_path / "audit")
    audit.open()
    with tempfile.TemporaryDirectory(prefix="hedged-test-") as folder:
        async with EmbeddedServer(Path(folder)) as server:
            journal = RedisJournal(url=server.url)
            await journal.open()
            loop = Loop(
                journal=journal,
                audit=audit,
                state=State(),
                chain=GENESIS,
                execute=lambda _command: None,
                queue_size_max=100,
                snapshot_every_commits=1000,
                store_patience_s=10,
                observe=seen.observe,
            )
            running = asyncio.ensure_future(loop.run())
            yield loop, seen
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await journal.close()
    audit.close()


@pytest.mark.parametrize("jump_s", [3600, -3600])
async def test_a_jump_of_the_clock_is_told_and_the_schedule_declared_anew(
    loop_seen: tuple[Loop, Seen], jump_s: int
) -> None:
    """By the steady clock: an event, the calendar again, the gateway's clock asked for, heartbeats go on."""
    loop, seen = loop_seen
    clock, compared = SetClock(), []
    schedule = LiveSchedule(loop, clock, SCHEDULE, (), lambda: compared.append(clock.now()))
    running = asyncio.ensure_future(schedule.run(None))
    await seen.until(lambda event: isinstance(event, Timer))
    before = len(compared)
    clock.ahead = timedelta(seconds=jump_s)
    step = await seen.until(lambda event: isinstance(event, ClockStep))
    calendar = await seen.until(lambda event: isinstance(event, Calendar), step)
    await seen.until(lambda event: isinstance(event, Timer) and event.job is Job.HEARTBEAT, calendar)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    event = seen.events[step]
    assert isinstance(event, ClockStep)
    assert event.step_s == pytest.approx(jump_s, abs=1)
    assert [e for e in seen.events if isinstance(e, ClockStep)] == [event]
    assert len(compared) > before


@pytest.mark.parametrize(
    ("friday", "open_utc", "monday", "open_after_utc"),
    [
        (date(2026, 3, 6), "14:30", date(2026, 3, 9), "13:30"),
        (date(2026, 10, 30), "13:30", date(2026, 11, 2), "14:30"),
    ],
)
def test_appointments_keep_new_york_time_over_a_change_of_summer_time(
    friday: date, open_utc: str, monday: date, open_after_utc: str
) -> None:
    """A quarter of an hour before the open in New York is that on either side of the change."""
    before, after = sessions_between(friday, monday, ())
    for session, opens in ((before, open_utc), (after, open_after_utc)):
        at = {appointment.job: appointment.at for appointment in appointments(session, SCHEDULE)}
        assert f"{session.open:%H:%M}" == opens
        assert at[Job.SESSION_PREP] == session.open - timedelta(minutes=15)
        assert at[Job.BAR_FINAL] == session.open + timedelta(hours=6, minutes=31)
