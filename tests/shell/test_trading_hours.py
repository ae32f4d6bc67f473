"""When New York trades: half days, holidays, daylight saving, and the operator's own table."""

from datetime import UTC, date, datetime, time

import pytest

from daemon.hours import sessions_around, sessions_between
from daemon.settings.session import SessionOverride
from strategies.core.facts import SessionHours


def only(day: date, *overrides: SessionOverride) -> SessionHours:
    """Return the session of a day."""
    (session,) = sessions_between(day, day, overrides)
    return session


@pytest.mark.parametrize("day", [date(2018, 7, 3), date(2018, 11, 23), date(2018, 12, 24)])
def test_half_days_close_at_one(day: date) -> None:
    """The days before Independence Day and Christmas and the one after Thanksgiving end at 13:00."""
    session = only(day)
    hour = 17 if day.month == 7 else 18
    assert session.half_day
    assert session.close == datetime(day.year, day.month, day.day, hour, 0, tzinfo=UTC)
    assert session.options_close == datetime(day.year, day.month, day.day, hour, 15, tzinfo=UTC)


def test_a_full_day_is_no_half_day() -> None:
    """09:30 to 16:00 New York; index options trade a quarter of an hour longer."""
    session = only(date(2018, 1, 22))
    assert session == SessionHours(
        day=date(2018, 1, 22),
        open=datetime(2018, 1, 22, 14, 30, tzinfo=UTC),
        close=datetime(2018, 1, 22, 21, 0, tzinfo=UTC),
        options_close=datetime(2018, 1, 22, 21, 15, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("before", "after", "hours"),
    [(date(2018, 3, 9), date(2018, 3, 12), (14, 13)), (date(2018, 11, 2), date(2018, 11, 5), (13, 14))],
)
def test_daylight_saving_moves_utc_not_new_york(before: date, after: date, hours: tuple[int, int]) -> None:
    """Over both changes the open stays 09:30 in New York."""
    assert (only(before).open.hour, only(after).open.hour) == hours
    assert {only(day).open.minute for day in (before, after)} == {30}


def test_weekends_and_holidays_have_no_session() -> None:
    """Martin Luther King day 2018 is missing between its Friday and its Tuesday."""
    days = [session.day for session in sessions_between(date(2018, 1, 12), date(2018, 1, 16), ())]
    assert days == [date(2018, 1, 12), date(2018, 1, 16)]


def test_the_operators_table_overrules_the_calendar() -> None:
    """A day can be closed, shortened, or opened on a weekend; days outside the range are left alone."""
    overrides = (
        SessionOverride(day=date(2018, 1, 23), closed=True),
        SessionOverride(day=date(2018, 1, 24), close=time(13, 0)),
        SessionOverride(day=date(2018, 1, 27), open=time(10, 0), close=time(12, 0)),
        SessionOverride(day=date(2018, 2, 3), open=time(10, 0)),
    )
    sessions = {s.day: s for s in sessions_between(date(2018, 1, 22), date(2018, 1, 28), overrides)}
    assert list(sessions) == [date(2018, 1, day) for day in (22, 24, 25, 26, 27)]
    short, extra = sessions[date(2018, 1, 24)], sessions[date(2018, 1, 27)]
    assert (short.half_day, short.close) == (True, datetime(2018, 1, 24, 18, 0, tzinfo=UTC))
    assert (extra.open, extra.close) == (
        datetime(2018, 1, 27, 15, 0, tzinfo=UTC),
        datetime(2018, 1, 27, 17, 0, tzinfo=UTC),
    )


def test_the_sessions_around_now_begin_two_weeks_ago() -> None:
    """Around an evening in New York that is the next day in UTC, days are New York's."""
    around = sessions_around(datetime(2018, 1, 23, 2, 0, tzinfo=UTC), ())
    assert (around[0].day, around[-1].day) == (date(2018, 1, 8), date(2018, 2, 12))
