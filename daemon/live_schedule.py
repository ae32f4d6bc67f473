"""The table of jobs on the system's clock: APScheduler fires, each firing becomes an event of the loop.

Jobs live in memory and are declared anew at every start and every day from the calendar; what was carried out
is in the journal. A job that cannot fire within its grace arrives all the same, marked as misfired.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from daemon.clock import Clock
from daemon.errors import InvariantBroken
from daemon.hours import NEW_YORK, sessions_around
from daemon.loop import Loop
from daemon.schedule import Appointment, ScheduleSettings, appointments, due, last_beat
from daemon.settings.session import SessionOverride
from strategies.core.events import Calendar, Job, Timer

_MAKE_UP_FOR = timedelta(days=1)


class LiveSchedule:
    """Fires the schedule for a loop.

    Args:
        loop: where timers go.
        clock: what stamps them.
        schedule: distances from open and close, grace, heartbeat.
        overrides: days on which the calendar is overruled.
    """

    def __init__(
        self, loop: Loop, clock: Clock, schedule: ScheduleSettings, overrides: Sequence[SessionOverride]
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._schedule = schedule
        self._overrides = overrides
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._appointments: dict[str, Appointment] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": int(schedule.misfire_grace_s), "coalesce": True},
        )
        self._scheduler.add_listener(self._missed, EVENT_JOB_MISSED)
        self._scheduler.add_listener(self._error, EVENT_JOB_ERROR)

    async def run(self, walked_to: datetime | None) -> None:
        """Tell the calendar, make up for what was due since `walked_to`, then fire until cancelled."""
        now = self._clock.now()
        sessions = sessions_around(now, self._overrides)
        await self._loop.put(Calendar(time=now, sessions=sessions))
        since = max(walked_to, now - _MAKE_UP_FOR) if walked_to else now
        for timer in due(sessions, self._schedule, since, now):
            await self._loop.put(timer)
        self._declare(now)
        beat_s = self._schedule.heartbeat_s
        self._scheduler.add_job(
            self._beat,
            IntervalTrigger(
                seconds=int(beat_s), start_date=last_beat(now, beat_s) + timedelta(seconds=beat_s)
            ),
            id="heartbeat",
        )
        self._scheduler.add_job(self._new_day, CronTrigger(hour=0, minute=5, timezone=NEW_YORK), id="new_day")
        self._scheduler.start()
        try:
            await self._failed
        finally:
            self._scheduler.shutdown(wait=False)

    def _declare(self, after: datetime) -> None:
        """Declare the session jobs that lie ahead, each once."""
        for session in sessions_around(after, self._overrides):
            for appointment in appointments(session, self._schedule):
                name = f"{appointment.day}.{appointment.job}"
                if appointment.at > after and name not in self._appointments:
                    self._appointments[name] = appointment
                    self._scheduler.add_job(self._fire, DateTrigger(appointment.at), args=[name], id=name)

    async def _fire(self, name: str) -> None:
        appointment = self._appointments.pop(name)
        now = self._clock.now()
        timer = Timer(time=now, job=appointment.job, intended=appointment.at, day=appointment.day)
        await self._loop.put(timer)

    async def _beat(self) -> None:
        now = self._clock.now()
        intended = last_beat(now, self._schedule.heartbeat_s)
        await self._loop.put(Timer(time=now, job=Job.HEARTBEAT, intended=intended))

    async def _new_day(self) -> None:
        now = self._clock.now()
        await self._loop.put(Calendar(time=now, sessions=sessions_around(now, self._overrides)))
        self._declare(now)

    def _missed(self, event: JobExecutionEvent) -> None:
        """A job's grace is over: tell the loop, which decides what a late job may still do."""
        appointment = self._appointments.pop(event.job_id, None)
        if appointment is None:
            return
        timer = Timer(
            time=self._clock.now(),
            job=appointment.job,
            intended=appointment.at,
            day=appointment.day,
            misfired=True,
        )
        task = asyncio.ensure_future(self._loop.put(timer))
        task.add_done_callback(self._put_done)

    def _put_done(self, task: "asyncio.Future[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            self._fail(task.exception())

    def _error(self, event: JobExecutionEvent) -> None:
        self._fail(event.exception)

    def _fail(self, error: BaseException | None) -> None:
        if not self._failed.done():
            self._failed.set_exception(InvariantBroken(f"schedule: a job failed: {error!r}"))
