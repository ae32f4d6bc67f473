"""Trading days around a moment, in the core's own words."""

from datetime import date, timedelta

from simulator.market.calendar import Calendar
from simulator.market.model import Session
from strategies.core.facts import SessionHours

_BACK, _AHEAD = timedelta(days=14), timedelta(days=21)
# Expiries are listed most of a year ahead.
_MARGIN = timedelta(days=400)


class Hours:
    """The exchange's sessions from a year before the first played day to a year after the last.

    Args:
        first: first played day.
        last: last played day.
    """

    def __init__(self, first: date, last: date) -> None:
        self._calendar = Calendar(first - _MARGIN, last + _MARGIN)

    def around(self, day: date) -> tuple[SessionHours, ...]:
        """Return the sessions of the two weeks before and the three weeks after `day`, oldest first."""
        return tuple(_hours(s) for s in self._calendar.between(day - _BACK, day + _AHEAD))

    def session(self, day: date) -> Session | None:
        """Return the session of a day, None on a day without one."""
        return self._calendar.session(day)

    def last_trade(self, trading_class: str, expiry: date) -> date:
        """Return the day by which the broker names an expiry: AM-settled options end the session before."""
        if trading_class == "SPXW":
            return expiry
        return self._calendar.on_or_before(expiry - timedelta(days=1))


def _hours(session: Session) -> SessionHours:
    return SessionHours(
        day=session.day,
        open=session.open,
        close=session.close,
        options_close=session.options_close,
        half_day=session.half_day,
    )
