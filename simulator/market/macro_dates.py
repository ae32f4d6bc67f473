"""Dates that macro figures hang on: months, weekdays, and the meetings of a made-up committee."""

from collections.abc import Iterator
from datetime import date, timedelta

_MEETING_MONTHS = (1, 3, 5, 6, 7, 9, 11, 12)
_WEDNESDAY = 2
_SATURDAY = 5


def months(first: date, last: date) -> Iterator[date]:
    """Yield the firsts of the months from `first` (itself one) to `last`."""
    month = first
    while month <= last:
        yield month
        month = add_months(month, 1)


def add_months(day: date, count: int) -> date:
    """Return the first of the month that many months later."""
    number = day.year * 12 + day.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def second_weekday(day: date) -> date:
    """Return the second day after that is no Saturday or Sunday."""
    for _ in range(2):
        day += timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
    return day


def meetings(first_year: int, last_year: int) -> Iterator[date]:
    """Yield eight meetings a year, each on the third Wednesday of its month."""
    for year in range(first_year, last_year + 1):
        for month in _MEETING_MONTHS:
            first = date(year, month, 1)
            yield first + timedelta(days=(_WEDNESDAY - first.weekday()) % 7 + 14)
