"""What a period of each series is: how far one is from the next, and when its figure can be known at all."""

from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from daemon.hours import NEW_YORK
from strategies.core.macro import Series


class Frequency(Enum):
    """How often a series has a figure."""

    DAILY = "daily"
    MEETING = "meeting"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


_FREQUENCIES = {
    Series.FED_FUNDS: Frequency.DAILY,
    Series.FOMC: Frequency.MEETING,
    Series.GDP_GROWTH: Frequency.QUARTERLY,
    Series.REIT_VOLATILITY: Frequency.DAILY,
    Series.SP500_CAP: Frequency.DAILY,
    Series.SP500_EQUAL: Frequency.DAILY,
    Series.SPX_RV5M: Frequency.DAILY,
}
_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3}
_DAILY_GAP = timedelta(days=7)
"""The longest that US markets were closed, in September 2001."""
_EARLIEST_CLOSE = time(13)
_DECISION = time(14)


def frequency(series: Series) -> Frequency:
    """Return how often a series has a figure."""
    return _FREQUENCIES.get(series, Frequency.MONTHLY)


def period_fault(series: Series, period: date) -> str:
    """Return what a period of this series must be, empty where it is one."""
    often = frequency(series)
    if often is Frequency.MONTHLY and period.day != 1:
        return "must be the first day of a month"
    if often is Frequency.QUARTERLY and (period.day != 1 or period.month % 3 != 1):
        return "must be the first day of a quarter"
    return ""


def release_fault(series: Series, period: date, released: datetime) -> str:
    """Return why a figure cannot have been released then, empty where it can."""
    often = frequency(series)
    if often is Frequency.MEETING:
        decision = _at(period, _DECISION)
        late = (
            f"must be before the meeting's decision, {decision.isoformat()}: afterwards nothing is expected"
        )
        return late if released >= decision else ""
    known = known_from(series, period)
    return f"looks ahead: the period is not over before {known.isoformat()}" if released < known else ""


def known_from(series: Series, period: date) -> datetime:
    """Return the first moment at which a period's figure can be known, UTC.

    A month or a quarter must be over, the day of the federal funds rate too; a figure of a session can be
    known at the close, which is 13:00 in New York on a half day.
    """
    months = _MONTHS.get(frequency(series))
    if months is not None:
        return _at(add_months(period, months), time(0))
    if series is Series.FED_FUNDS:
        return _at(period + timedelta(days=1), time(0))
    return _at(period, _EARLIEST_CLOSE)


def gap_after(series: Series, period: date, following: date) -> date | None:
    """Return the first period that is missing between two neighbours, None where none is."""
    often = frequency(series)
    months = _MONTHS.get(often)
    if months is not None:
        expected = add_months(period, months)
        return expected if following > expected else None
    if often is Frequency.DAILY and following - period > _DAILY_GAP:
        return period + timedelta(days=1)
    return None


def add_months(day: date, months: int) -> date:
    """Return the first day of the month that many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, NEW_YORK).astimezone(UTC)
