"""Settlement days and finished bars, by the exchange's calendar."""

from datetime import UTC, date, datetime

import pytest

from daemon.broker.settlement import is_complete, settlement_day


@pytest.mark.parametrize(
    ("trading_class", "last_trade", "settles"),
    [
        ("SPXW", date(2018, 3, 9), date(2018, 3, 9)),
        ("SPX", date(2018, 2, 15), date(2018, 2, 16)),
        ("VIX", date(2018, 3, 20), date(2018, 3, 21)),
        ("SPX", date(2019, 4, 17), date(2019, 4, 18)),
        ("SPX", date(2026, 4, 2), date(2026, 4, 6)),
    ],
)
def test_am_settled_classes_settle_the_session_after(
    trading_class: str, last_trade: date, settles: date
) -> None:
    """PM-settled weeklies settle on their date, AM-settled monthlies the next session, over holidays."""
    assert settlement_day(trading_class, last_trade, frozenset()) == settles


def test_a_vix_date_that_is_a_futures_settlement_stands_for_itself() -> None:
    """Where the broker lists the settlement day itself, no day is added."""
    day = date(2018, 3, 21)
    assert settlement_day("VIX", day, frozenset({day})) == day


@pytest.mark.parametrize(
    ("now", "finished"),
    [
        (datetime(2018, 2, 5, 20, 59, tzinfo=UTC), False),
        (datetime(2018, 2, 5, 21, 0, tzinfo=UTC), True),
        (datetime(2018, 2, 6, 2, 0, tzinfo=UTC), True),
        (datetime(2018, 2, 2, 23, 0, tzinfo=UTC), False),
    ],
)
def test_todays_bar_is_finished_with_its_session(now: datetime, finished: bool) -> None:  # noqa: FBT001 - a case
    """Before its close (New York) a session's bar is not a close, nor is a bar of a day to come."""
    assert is_complete(date(2018, 2, 5), now) is finished


def test_a_half_day_is_finished_early_and_a_holiday_never_today() -> None:
    """The calendar's early close counts; a bar dated on a holiday is in doubt."""
    assert is_complete(date(2018, 11, 23), datetime(2018, 11, 23, 18, 0, tzinfo=UTC))
    assert not is_complete(date(2018, 12, 25), datetime(2018, 12, 25, 22, 0, tzinfo=UTC))
