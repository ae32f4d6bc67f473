"""The few instants of a session that a replay looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.market.model import Session
from strategies.core.events import Job

# The distances of settings.toml that are no rules: preparing, finalising, summing up.
_PREP_BEFORE_OPEN = timedelta(minutes=15)
_FINAL_AFTER_CLOSE = timedelta(minutes=1)
_SUMMARY_AFTER_CLOSE = timedelta(minutes=30)
# While contracts are chosen the market is looked at often: a strike that stays silent is passed over.
_ROUND, _ROUNDS = timedelta(minutes=2), 16
_LOOK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, and the job of the schedule that is due at it.

    Attributes:
        at: the moment, UTC.
        job: what is due, None if nothing is.
        choosing: only looked at while a plan of the day is being carried out.
    """

    at: datetime
    job: Job | None = None
    choosing: bool = False


def instants(session: Session, act_after_open_s: float, step_s: float) -> Iterator[Instant]:
    """Yield a session's instants in order.

    Args:
        session: the day.
        act_after_open_s: delay after the open before decisions of the last bar are carried out.
        step_s: time between two steps of peeling.
    """
    act = session.open + timedelta(seconds=act_after_open_s)
    looks = {act + timedelta(seconds=step_s)}
    rounds = {act + number * _ROUND for number in range(1, _ROUNDS + 1)}
    at = session.open + _LOOK
    while at < session.close:
        looks.add(at)
        at += _LOOK
    jobs = {
        session.open - _PREP_BEFORE_OPEN: Job.SESSION_PREP,
        session.open: Job.SESSION_OPEN,
        act: Job.ACT,
        session.close: None,
        session.close + _FINAL_AFTER_CLOSE: Job.BAR_FINAL,
        session.options_close: Job.SESSION_CLOSE,
        session.close + _SUMMARY_AFTER_CLOSE: Job.DAILY_SUMMARY,
    }
    for moment in sorted(jobs.keys() | {at for at in looks | rounds if at < session.close}):
        yield Instant(moment, jobs.get(moment), choosing=moment not in looks and moment not in jobs)
