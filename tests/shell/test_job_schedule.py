"""The table of jobs: which come when, and that walking never loses or repeats one."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.hours import sessions_between
from daemon.schedule import ScheduleSettings, appointments, due, last_beat, undone
from strategies.core.events import Job, Timer

SCHEDULE = ScheduleSettings(
    prep_before_open_s=900,
    act_after_open_s=900,
    finalise_after_close_s=60,
    summary_after_close_s=1800,
    misfire_grace_s=300,
    heartbeat_s=60,
)
SESSIONS = sessions_between(date(2018, 7, 2), date(2018, 7, 6), ())
START, END = datetime(2018, 7, 2, tzinfo=UTC), datetime(2018, 7, 7, tzinfo=UTC)
MINUTES = int((END - START) / timedelta(minutes=1))


def test_a_day_in_order() -> None:
    """Prep, open, act, bar, options close, summary: at their distances from open and close."""
    full = [f"{a.at:%H:%M} {a.job}" for a in appointments(SESSIONS[0], SCHEDULE)]
    assert full == [
        "13:15 session_prep",
        "13:30 session_open",
        "13:45 act",
        "20:01 bar_final",
        "20:15 session_close",
        "20:30 daily_summary",
    ]


def test_a_half_day_is_shorter_at_its_end_only() -> None:
    """On 3 July 2018 the bar is final three hours earlier."""
    times = {a.job: a.at for a in appointments(SESSIONS[1], SCHEDULE)}
    assert times[Job.ACT] == datetime(2018, 7, 3, 13, 45, tzinfo=UTC)
    assert times[Job.BAR_FINAL] == datetime(2018, 7, 3, 17, 1, tzinfo=UTC)


def test_late_jobs_are_marked_beyond_their_grace_only() -> None:
    """Exactly at the grace a job still counts as on time; a second later it does not."""
    bar = datetime(2018, 7, 2, 20, 1, tzinfo=UTC)

    def misfired(late_s: int) -> bool:
        timers = due(SESSIONS, SCHEDULE, bar - timedelta(seconds=1), bar + timedelta(seconds=late_s))
        (timer,) = [timer for timer in timers if timer.job is Job.BAR_FINAL]
        return timer.misfired

    assert not misfired(300)
    assert misfired(301)


def test_heartbeats_coalesce_to_the_last_one() -> None:
    """After a long pause one heartbeat is due, that of the last full period; none before the next."""
    until = datetime(2018, 7, 7, 3, 4, 5, tzinfo=UTC)
    beats = [t for t in due((), SCHEDULE, START, until) if t.job is Job.HEARTBEAT]
    assert [beat.intended for beat in beats] == [datetime(2018, 7, 7, 3, 4, tzinfo=UTC)]
    assert list(due((), SCHEDULE, until, until + timedelta(seconds=54))) == []


def test_a_beat_is_a_multiple_of_its_period() -> None:
    """Every daemon of the same period beats at the same times."""
    assert last_beat(datetime(2018, 7, 2, 0, 0, 59, tzinfo=UTC), 60) == START


@settings(deadline=None, derandomize=True, max_examples=60)
@given(stops=st.lists(st.integers(1, MINUTES - 1), max_size=40, unique=True))
def test_any_walk_fires_each_job_once_and_in_order(stops: list[int]) -> None:
    """However time is cut into steps, each job of the days comes once, at the first stop after its time."""
    walk = [START + timedelta(minutes=minute) for minute in (0, *sorted(stops), MINUTES)]
    fired: list[Timer] = []
    for after, until in pairwise(walk):
        step = list(due(SESSIONS, SCHEDULE, after, until))
        assert all(after < timer.intended <= until == timer.time for timer in step)
        fired += [timer for timer in step if timer.job is not Job.HEARTBEAT]
    expected = [(a.at, a.job, a.day) for s in SESSIONS for a in appointments(s, SCHEDULE)]
    assert [(timer.intended, timer.job, timer.day) for timer in fired] == expected


def test_jobs_kept_from_the_record_arrive_without_their_heartbeats() -> None:
    """Between the last job on record and the journal's end only session jobs are made up for."""
    opened, act, now = (datetime(2018, 7, 2, 13, minute, tzinfo=UTC) for minute in (30, 45, 46))
    timers = list(undone(SESSIONS, SCHEDULE, opened, act, now))
    assert [(t.job, t.intended, t.time, t.misfired) for t in timers] == [(Job.ACT, act, now, False)]
    assert list(undone(SESSIONS, SCHEDULE, act, act, now)) == []
