"""Settlement days and completed sessions, by the exchange's calendar."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from daemon import exchange_days

NEW_YORK = ZoneInfo("America/New_York")

AM_SETTLED = frozenset({"SPX", "VIX"})
"""Trading classes that settle on the opening prints of the session after their last trading day."""


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
    return exchange_days.session_after(day)


def is_complete(day: date, now: datetime) -> bool:
    """Return whether the daily bar of `day` is finished at `now` (aware): in doubt it is not."""
    today = now.astimezone(NEW_YORK).date()
    if day != today:
        return day < today
    session = exchange_days.session_on(day)
    return session is not None and now >= session.close
