"""The table of jobs on the system's clock: APScheduler fires, each firing becomes an event of the loop.

Jobs live in memory and are declared anew from the calendar at every start, every day and after every jump of
the system's clock; what was carried out is in the journal. A job that cannot fire within its grace arrives
all the same, marked as misfired; heartbeats that were missed coalesce into the next one, which says how many.
"""

import asyncio
from collections.abc import Callable, Sequence
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
from daemon.schedule import Appointment, ScheduleSettings, appointments, due, heartbeat, last_beat, undone
from daemon.settings.session import SessionOverride
from strategies.core.events import Calendar, ClockStep, Timer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAKE_UP_FOR = timedelta(days=1)
_STEP_S = 5.0
"""The system's clock may be slewed, which is far slower; more than this between two heartbeats is a jump."""


class LiveSchedule:
    """Fires the schedule for a loop.

    Args:
        loop: where timers go.
        clock: what stamps them.
        schedule: distances from open and close, grace, heartbeat.
        overrides: days on which the calendar is overruled.
        compare_clocks: has the gateway's clock held against ours; called with every heartbeat.
    """

    def __init__(
        self,
        loop: Loop,
        clock: Clock,
        schedule: ScheduleSettings,
        overrides: Sequence[SessionOverride],
        compare_clocks: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._schedule = schedule
        self._overrides = overrides
        self._compare_clocks = compare_clocks
        self._steady = asyncio.get_running_loop().time
        self._offset_s = self._clock_offset_s()
        self._beaten: datetime | None = None
        self._fired: set[str] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._appointments: dict[str, Appointment] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": int(schedule.misfire_grace_s), "coalesce": True},
        )
        self._scheduler.add_listener(self._missed, EVENT_JOB_MISSED)
        self._scheduler.add_listener(self._error, EVENT_JOB_ERROR)

    async def run(self, walked_to: datetime | None, done_to: datetime | None = None) -> None:
        """Tell the calendar, make up for what was missed, then fire until cancelled.

        That is what was due since `walked_to` (the journal's end), and the jobs since `done_to` (the last one
        on record) that a crash at the journal's end kept from it.
        """
        now = self._clock.now()
        sessions = sessions_around(now, self._overrides)
        await self._loop.put(Calendar(time=now, sessions=sessions))
        since = max(walked_to, now - _MAKE_UP_FOR) if walked_to else now
        if done_to is not None:
            oldest = max(done_to, now - _MAKE_UP_FOR)
            for timer in undone(sessions, self._schedule, oldest, since, now):
                await self._loop.put(timer)
        for timer in due(sessions, self._schedule, since, now):
            await self._loop.put(timer)
        self._declare(now)
        self._declare_heartbeat()
        self._scheduler.add_job(self._new_day, CronTrigger(hour=0, minute=5, timezone=NEW_YORK), id="new_day")
        self._scheduler.start()
        try:
            while not self._failed.done():
                await asyncio.wait({self._failed}, timeout=self._schedule.heartbeat_s)
                await self._watch_clock()
            await self._failed
        finally:
            self._scheduler.shutdown(wait=False)

    def _declare_heartbeat(self) -> None:
        # Multiples of the period since the epoch, as `last_beat` counts them.
        trigger = IntervalTrigger(seconds=int(self._schedule.heartbeat_s), start_date=_EPOCH)
        self._scheduler.add_job(self._beat, trigger, id="heartbeat", replace_existing=True)

    def _declare(self, after: datetime) -> None:
        """Declare the session jobs that lie ahead, each once."""
        sessions = sessions_around(after, self._overrides)
        days = {f"{session.day}" for session in sessions}
        self._fired = {name for name in self._fired if name.partition(".")[0] in days}
        for session in sessions:
            for appointment in appointments(session, self._schedule):
                name = f"{appointment.day}.{appointment.job}"
                if appointment.at > after and name not in self._appointments and name not in self._fired:
                    self._appointments[name] = appointment
                    self._scheduler.add_job(self._fire, DateTrigger(appointment.at), args=[name], id=name)

    async def _fire(self, name: str) -> None:
        await self._loop.put(self._timer(name, misfired=False))

    def _timer(self, name: str, *, misfired: bool) -> Timer:
        """Return the event of a job whose time has come; it will not be declared again."""
        appointment = self._appointments.pop(name)
        self._fired.add(name)
        return Timer(
            time=self._clock.now(),
            job=appointment.job,
            intended=appointment.at,
            day=appointment.day,
            misfired=misfired,
        )

    async def _beat(self) -> None:
        now, beat_s = self._clock.now(), self._schedule.heartbeat_s
        intended = last_beat(now, beat_s)
        await self._loop.put(heartbeat(now, beat_s, self._beaten))
        self._beaten = intended
        self._compare_clocks()

    async def _watch_clock(self) -> None:
        """Notice that the system's clock was set, by the steady one; then declare the schedule anew."""
        offset_s = self._clock_offset_s()
        step_s = offset_s - self._offset_s
        self._offset_s = offset_s
        if abs(step_s) <= _STEP_S:
            return
        self._beaten = None  # beats between two times of different clocks were not missed
        await self._loop.put(ClockStep(time=self._clock.now(), step_s=round(step_s, 3)))
        await self._new_day()
        self._declare_heartbeat()  # after a jump back the declared one lies far ahead
        self._compare_clocks()

    def _clock_offset_s(self) -> float:
        return self._clock.now().timestamp() - self._steady()

    async def _new_day(self) -> None:
        now = self._clock.now()
        await self._loop.put(Calendar(time=now, sessions=sessions_around(now, self._overrides)))
        self._declare(now)

    def _missed(self, event: JobExecutionEvent) -> None:
        """A job's grace is over: tell the loop, which decides what a late job may still do."""
        if event.job_id not in self._appointments:
            return  # a heartbeat: the next one stands for it
        task = asyncio.ensure_future(self._loop.put(self._timer(event.job_id, misfired=True)))
        task.add_done_callback(self._put_done)

    def _put_done(self, task: "asyncio.Future[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            self._fail(task.exception())

    def _error(self, event: JobExecutionEvent) -> None:
        self._fail(event.exception)

    def _fail(self, error: BaseException | None) -> None:
        if not self._failed.done():
            self._failed.set_exception(InvariantBroken(f"schedule: a job failed: {error!r}"))
