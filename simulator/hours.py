"""When what trades: sessions of the exchange calendar and the hours strings of contract details."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from simulator.instruments import Combo, Instrument
from simulator.market.calendar import Calendar
from simulator.market.model import OPTIONS_AFTER_CASH, Session

NEW_YORK = ZoneInfo("America/New_York")
CHICAGO = ZoneInfo("America/Chicago")
# What IBKR calls Chicago for Cboe products; an IANA name.
CHICAGO_NAME = "US/Central"

_DAYS_SHOWN = 7
# The calendar reaches a month back for last trading days, and beyond every listed expiry.
_BEFORE, _AFTER = timedelta(days=30), timedelta(days=900)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of trading, both ends included (UTC)."""

    start: datetime
    end: datetime


class Hours:
    """The sessions around a played period, a month before to well over two years after.

    Args:
        first: first played day.
        last: last played day.
        special: a session with hours of its own.
    """

    def __init__(self, first: date, last: date, special: Session | None = None) -> None:
        self._calendar = Calendar(first - _BEFORE, last + _AFTER, special)

    def session(self, day: date) -> Session | None:
        """Return the session of a day, None on a day without one."""
        return self._calendar.session(day)

    def day_before(self, day: date) -> date:
        """Return the last session day before a day."""
        return self._calendar.on_or_before(day - timedelta(days=1))

    def back(self, day: date, count: int) -> date:
        """Return the first of the last `count` session days up to a day, at most the first one known."""
        known = [session.day for session in self._calendar.between(self._calendar.first_day, day)]
        return known[-count:][0] if known else day

    def window(self, instrument: Instrument | Combo, day: date) -> Window | None:
        """Return when a contract trades on a day, None if it does not.

        Options trade to a quarter past the cash close, an expiring PM-settled one to the cash close;
        the SPX index is calculated to the cash close. Futures orders are worked to the end of liquid hours.
        """
        session = self._calendar.session(day)
        if isinstance(instrument, Combo):
            instrument = instrument.legs[0].instrument
        if session is None or (instrument.last_trade is not None and day > instrument.last_trade):
            return None
        ends_with_cash = instrument.trading_class == "SPXW" and instrument.last_trade == day
        if ends_with_cash or (instrument.sec_type == "IND" and instrument.symbol == "SPX"):
            return Window(start=session.open, end=session.close)
        return Window(start=session.open, end=session.close + OPTIONS_AFTER_CASH)

    def is_open(self, instrument: Instrument | Combo, now: datetime) -> bool:
        """Return whether a contract trades at an instant."""
        window = self.window(instrument, new_york_day(now))
        return window is not None and window.start <= now <= window.end

    def day_order_end(self, instrument: Instrument | Combo, now: datetime) -> datetime | None:
        """Return the end of this or the next window, when a DAY order of now expires; None without one."""
        day = new_york_day(now)
        for ahead in range(_DAYS_SHOWN):
            window = self.window(instrument, day + timedelta(days=ahead))
            if window is not None and now <= window.end:
                return window.end
        return None

    def text(self, instrument: Instrument, today: date) -> str:
        """Write the hours of the next days as contract details do, in `CHICAGO_NAME` time."""
        parts = []
        for ahead in range(_DAYS_SHOWN):
            day = today + timedelta(days=ahead)
            window = self.window(instrument, day)
            if window is None:
                parts.append(f"{day:%Y%m%d}:CLOSED")
            else:
                start, end = (t.astimezone(CHICAGO) for t in (window.start, window.end))
                parts.append(f"{start:%Y%m%d:%H%M}-{end:%Y%m%d:%H%M}")
        return ";".join(parts)


def new_york_day(now: datetime) -> date:
    """Return the New York calendar day of an instant."""
    return now.astimezone(NEW_YORK).date()


def eastern_text(now: datetime) -> str:
    """Write an instant as executions carry it; the zone is an IANA name that every client can resolve."""
    return f"{now.astimezone(NEW_YORK):%Y%m%d %H:%M:%S} US/Eastern"
