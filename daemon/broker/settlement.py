"""Settlement days and completed sessions, by the exchange's calendar."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import exchange_calendars

NEW_YORK = ZoneInfo("America/New_York")

AM_SETTLED = frozenset({"SPX", "VIX"})
"""Trading classes that settle on the opening prints of the session after their last trading day."""

_CALENDAR_START = "2004-01-02"  # the first year of VIX futures
_CALENDAR_YEARS_AHEAD = 7  # SPX options are listed about five years ahead


@lru_cache(maxsize=1)
def _calendar() -> exchange_calendars.ExchangeCalendar:
    end = f"{date.today().year + _CALENDAR_YEARS_AHEAD}-12-31"  # noqa: DTZ011 - only bounds the table
    return exchange_calendars.get_calendar("XNYS", start=_CALENDAR_START, end=end)


def settlement_day(trading_class: str, last_trade: date, futures: Collection[date]) -> date:
    """Return the day on which options named by `last_trade` settle.

    PM-settled classes settle on the last trading day, AM-settled ones the session after it. A VIX date that
    is itself the settlement day of a listed VX future (`futures`) stands for itself.
    """
    if trading_class not in AM_SETTLED or last_trade in futures:
        return last_trade
    return next_session(last_trade)


def next_session(day: date) -> date:
    """Return the first XNYS session after `day`."""
    after = _calendar().date_to_session((day + timedelta(days=1)).isoformat(), "next")
    return date(after.year, after.month, after.day)


def is_complete(day: date, now: datetime) -> bool:
    """Return whether the daily bar of `day` is finished at `now` (aware): in doubt it is not."""
    today = now.astimezone(NEW_YORK).date()
    if day != today:
        return day < today
    calendar = _calendar()
    if not calendar.is_session(day.isoformat()):
        return False
    close: datetime = calendar.session_close(day.isoformat()).to_pydatetime()
    return now >= close
