"""The one table of jobs. Live, APScheduler fires it; in play, the gateway's time walks it."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from strategies.core.events import Job, Timer
from strategies.core.facts import SessionHours


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """Distances from a session's open and close, seconds."""

    prep_before_open_s: float
    act_after_open_s: float
    finalise_after_close_s: float
    summary_after_close_s: float
    misfire_grace_s: float
    heartbeat_s: float


@dataclass(frozen=True, slots=True, order=True)
class Appointment:
    """A job's intended time; the day is that of its session."""

    at: datetime
    job: Job
    day: date


def appointments(session: SessionHours, settings: ScheduleSettings) -> tuple[Appointment, ...]:
    """Return a session's jobs in the order of their times."""
    table = (
        (Job.SESSION_PREP, session.open, -settings.prep_before_open_s),
        (Job.SESSION_OPEN, session.open, 0.0),
        (Job.ACT, session.open, settings.act_after_open_s),
        (Job.BAR_FINAL, session.close, settings.finalise_after_close_s),
        (Job.SESSION_CLOSE, session.options_close, 0.0),
        (Job.DAILY_SUMMARY, session.close, settings.summary_after_close_s),
    )
    return tuple(
        sorted(Appointment(at + timedelta(seconds=offset), job, session.day) for job, at, offset in table)
    )


def due(
    sessions: Sequence[SessionHours], settings: ScheduleSettings, after: datetime, until: datetime
) -> Iterator[Timer]:
    """Yield the timers intended in (after, until], in order, as they arrive at `until`.

    A job that comes later than its grace is marked as misfired. Of the heartbeats only the last is due: they
    coalesce.
    """
    grace = timedelta(seconds=settings.misfire_grace_s)
    table = _table(tuple(sessions), settings)
    first = bisect_right(table, after, key=lambda appointment: appointment.at)
    last = bisect_right(table, until, key=lambda appointment: appointment.at)
    for appointment in table[first:last]:
        yield Timer(
            time=until,
            job=appointment.job,
            intended=appointment.at,
            day=appointment.day,
            misfired=until - appointment.at > grace,
        )
    if last_beat(until, settings.heartbeat_s) > after:
        yield heartbeat(until, settings.heartbeat_s, last_beat(after, settings.heartbeat_s))


def undone(
    sessions: Sequence[SessionHours],
    settings: ScheduleSettings,
    done_to: datetime,
    until: datetime,
    now: datetime,
) -> Iterator[Timer]:
    """Yield the session jobs intended in (done_to, until] that a crash kept from the record, as of `now`."""
    for timer in due(sessions, settings, done_to, now):
        if timer.job is not Job.HEARTBEAT and timer.intended <= until:
            yield timer


def heartbeat(now: datetime, heartbeat_s: float, before: datetime | None) -> Timer:
    """Return the heartbeat that is due now; it stands for those missed since the one at `before`, too."""
    intended = last_beat(now, heartbeat_s)
    missed = 0 if before is None else round((intended - before).total_seconds() / heartbeat_s) - 1
    return Timer(time=now, job=Job.HEARTBEAT, intended=intended, coalesced=max(missed, 0))


@lru_cache(maxsize=4)
def _table(sessions: tuple[SessionHours, ...], settings: ScheduleSettings) -> tuple[Appointment, ...]:
    """Return all appointments of the sessions in order; play asks at every step, the answer changes daily."""
    return tuple(sorted(a for session in sessions for a in appointments(session, settings)))


def last_beat(now: datetime, heartbeat_s: float) -> datetime:
    """Return the latest heartbeat time at or before `now`: multiples of the period since the epoch."""
    return datetime.fromtimestamp(now.timestamp() // heartbeat_s * heartbeat_s, tz=now.tzinfo)
