"""What the operational log announces of a week."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from daemon.standing import Standing
from strategies.core.events import Job, Timer
from strategies.core.facts import SessionHours
from strategies.core.state import State

FRIDAY = date(2026, 3, 6)
EVENING = datetime(2026, 3, 6, 21, 30, tzinfo=UTC)


@pytest.fixture
def logged() -> Iterator[list[dict[str, object]]]:
    """What is logged."""
    with capture_logs() as lines:
        yield lines


def session(day: date) -> SessionHours:
    """Return a session."""
    opens = datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC)
    close = opens + timedelta(hours=6.5)
    return SessionHours(day=day, open=opens, close=close, options_close=close)


@pytest.mark.parametrize(("day", "told"), [(FRIDAY, 1), (FRIDAY - timedelta(days=1), 0)])
def test_the_weekly_log_in_is_announced_after_the_weeks_last_session(
    logged: list[dict[str, object]], day: date, told: int
) -> None:
    """On Friday, or on Thursday before a holiday: by the calendar, not by the weekday."""
    sessions = tuple(session(FRIDAY + timedelta(days=n)) for n in (-1, 0, 3))
    standing = Standing(lambda: State(sessions=sessions))
    standing.observe(Timer(time=EVENING, job=Job.DAILY_SUMMARY, intended=EVENING, day=day), ())
    found = [line for line in logged if str(line["event"]).startswith("weekly log-in ahead")]
    assert len(found) == told


def test_play_announces_nothing(logged: list[dict[str, object]]) -> None:
    """There is nobody to log in."""
    sessions = (session(FRIDAY), session(FRIDAY + timedelta(days=3)))
    standing = Standing(lambda: State(sessions=sessions), beats=False)
    standing.observe(Timer(time=EVENING, job=Job.DAILY_SUMMARY, intended=EVENING, day=FRIDAY), ())
    assert [line for line in logged if "log-in" in str(line["event"])] == []
