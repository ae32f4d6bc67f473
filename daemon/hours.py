"""Trading sessions in New York: the exchange calendar, corrected by the settings' own table.

XNYS carries the cash index's days, half days included; index options trade 15 minutes longer.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daemon import exchange_days
from daemon.settings.session import SessionOverride
from strategies.core.facts import SessionHours

NEW_YORK = ZoneInfo("America/New_York")
OPTIONS_LONGER = timedelta(minutes=15)
_FULL_DAY_OPEN, _FULL_DAY_CLOSE = time(9, 30), time(16, 0)
_BACK, _AHEAD = timedelta(days=14), timedelta(days=21)


def sessions_between(
    first: date, last: date, overrides: Sequence[SessionOverride]
) -> tuple[SessionHours, ...]:
    """Return the sessions from `first` to `last`, both included, oldest first."""
    hours = {found.day: _hours(found.open, found.close) for found in exchange_days.sessions(first, last)}
    for override in overrides:
        if not first <= override.day <= last:
            continue
        if override.closed:
            hours.pop(override.day, None)
            continue
        opens, closes = override.open or _FULL_DAY_OPEN, override.close or _FULL_DAY_CLOSE
        hours[override.day] = _hours(
            datetime.combine(override.day, opens, NEW_YORK), datetime.combine(override.day, closes, NEW_YORK)
        )
    return tuple(hours[day] for day in sorted(hours))


def sessions_around(now: datetime, overrides: Sequence[SessionOverride]) -> tuple[SessionHours, ...]:
    """Return the sessions of the two weeks before and the three weeks after an aware time."""
    today = now.astimezone(NEW_YORK).date()
    return sessions_between(today - _BACK, today + _AHEAD, overrides)


def _hours(opens: datetime, closes: datetime) -> SessionHours:
    return SessionHours(
        day=opens.astimezone(NEW_YORK).date(),
        open=opens.astimezone(UTC),
        close=closes.astimezone(UTC),
        options_close=(closes + OPTIONS_LONGER).astimezone(UTC),
        half_day=closes.astimezone(NEW_YORK).time() < _FULL_DAY_CLOSE,
    )
