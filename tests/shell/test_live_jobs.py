"""On the system's clock APScheduler fires the table: each job becomes an event, keyed by its intended time.

The clock that stamps stands in January 2018 while APScheduler lives in the present: every job is long due, so
nothing has to be waited for, and the grace alone decides whether it fires or is missed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daemon.clock import PlayClock
from daemon.hours import sessions_around
from daemon.live_schedule import LiveSchedule
from daemon.loop import Loop
from daemon.schedule import Appointment, ScheduleSettings, appointments
from daemon.store.redis_journal import RedisJournal
from strategies.core.events import Calendar, Job, Timer

NOW = datetime(2018, 1, 22, 14, 0, tzinfo=UTC)
AGES_S = 100 * 365 * 86_400
DEADLINE_S = 60

Run = Callable[..., Any]
Next = Callable[[], Awaitable[Any]]


@pytest.fixture
def run_schedule(make_loop: Callable[..., Loop]) -> Run:
    """Runs the live schedule over a loop whose queue the test reads."""

    @asynccontextmanager
    async def run(
        schedule: ScheduleSettings,
        walked_to: datetime | None = None,
        done_to: datetime | None = None,
        now: datetime = NOW,
    ) -> AsyncIterator[Next]:
        loop, clock = make_loop(RedisJournal(url="unix:///never/opened")), PlayClock()
        clock.set(now)
        live = LiveSchedule(loop, clock, schedule, (), lambda: None)
        task = asyncio.create_task(live.run(walked_to, done_to))

        async def next_event() -> object:
            while True:
                event = await asyncio.wait_for(loop._queue.get(), DEADLINE_S)
                if not (isinstance(event, Timer) and event.job is Job.HEARTBEAT):
                    return event

        yield next_event
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return run


def ahead(schedule: ScheduleSettings) -> list[Appointment]:
    """Return the appointments that lie ahead of `NOW`, in order."""
    found = [a for session in sessions_around(NOW, ()) for a in appointments(session, schedule)]
    return [appointment for appointment in found if appointment.at > NOW]


async def test_each_job_becomes_an_event_once_keyed_by_its_intended_time(
    run_schedule: Run, schedule: ScheduleSettings
) -> None:
    """Within its grace a job arrives as the one that was meant, with its day, in the order of the table."""
    patient = replace(schedule, misfire_grace_s=AGES_S)
    expected = ahead(patient)
    async with run_schedule(patient) as next_event:
        assert isinstance(await next_event(), Calendar)
        timers = [await next_event() for _ in expected]
    assert [(t.intended, t.job, t.day) for t in timers] == [(a.at, a.job, a.day) for a in expected]
    assert {(t.time, t.misfired) for t in timers} == {(NOW, False)}


async def test_a_missed_job_arrives_as_misfired(run_schedule: Run, schedule: ScheduleSettings) -> None:
    """Beyond its grace a job is not lost: it arrives marked, and what it may still do is decided there."""
    expected = ahead(schedule)
    async with run_schedule(schedule) as next_event:
        assert isinstance(await next_event(), Calendar)
        timers = [await next_event() for _ in expected]
    assert {t.misfired for t in timers} == {True}
    assert sorted((t.intended, t.job) for t in timers) == [(a.at, a.job) for a in expected]


async def test_what_was_due_while_the_daemon_was_away_is_made_up_for(
    run_schedule: Run, schedule: ScheduleSettings
) -> None:
    """At ten, after a pause since 09:20: the open and the act of that day arrive first, marked as late."""
    ten, pause = datetime(2018, 1, 22, 15, 0, tzinfo=UTC), datetime(2018, 1, 22, 14, 20, tzinfo=UTC)
    async with run_schedule(schedule, pause, now=ten) as next_event:
        assert isinstance(await next_event(), Calendar)
        timers = [await next_event() for _ in range(2)]
    assert [(t.job, t.misfired) for t in timers] == [(Job.SESSION_OPEN, True), (Job.ACT, True)]


async def test_a_job_that_a_crash_kept_from_the_record_is_made_up_for(
    run_schedule: Run, schedule: ScheduleSettings
) -> None:
    """The journal ends with another event of 09:45: the job of that moment, not on record, still arrives."""
    act = datetime(2018, 1, 22, 14, 45, tzinfo=UTC)
    opened, now = act - timedelta(minutes=15), act + timedelta(seconds=5)
    async with run_schedule(schedule, act, opened, now=now) as next_event:
        assert isinstance(await next_event(), Calendar)
        timer = await next_event()
    assert (timer.job, timer.intended, timer.misfired) == (Job.ACT, act, False)


async def test_nothing_older_than_a_day_is_made_up_for(run_schedule: Run, schedule: ScheduleSettings) -> None:
    """After a long pause the first jobs are those that lie ahead."""
    async with run_schedule(schedule, NOW - timedelta(days=6), NOW - timedelta(days=7)) as next_event:
        assert isinstance(await next_event(), Calendar)
        timers = [await next_event() for _ in ahead(schedule)]
    assert min(timer.intended for timer in timers) > NOW
