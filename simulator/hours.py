"""When what trades: the sessions of the exchange calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from simulator.instruments import Combo, Instrument
from simulator.market.calendar import Calendar
from simulator.market.model import OPTIONS_AFTER_CASH, Session

NEW_YORK = ZoneInfo("America/New_York")
CHICAGO = ZoneInfo("America/Chicago")
# What IBKR calls Chicago for Cboe products; an IANA name.
CHICAGO_NAME = "US/Central"

_DAYS_AHEAD = 7
_PM_CLASSES = frozenset({"SPXW", "XSP"})
_CASH_HOURS = frozenset({"IND", "STK"})
_LATE_INDICES = frozenset({"VIX", "VIX3M", "VIX9D", "VIXMO"})
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

        Options trade to a quarter past the cash close, an expiring PM-settled one to the cash close; stocks
        trade and indices but the VIX family are calculated to the cash close. Futures orders are worked to
        the end of liquid hours.
        """
        session = self._calendar.session(day)
        if isinstance(instrument, Combo):
            instrument = instrument.legs[0].instrument
        if session is None or (instrument.last_trade is not None and day > instrument.last_trade):
            return None
        ends_with_cash = instrument.trading_class in _PM_CLASSES and instrument.last_trade == day
        if ends_with_cash or (instrument.sec_type in _CASH_HOURS and instrument.symbol not in _LATE_INDICES):
            return Window(start=session.open, end=session.close)
        return Window(start=session.open, end=session.close + OPTIONS_AFTER_CASH)

    def is_open(self, instrument: Instrument | Combo, now: datetime) -> bool:
        """Return whether a contract trades at an instant."""
        window = self.window(instrument, new_york_day(now))
        return window is not None and window.start <= now <= window.end

    def day_order_end(self, instrument: Instrument | Combo, now: datetime) -> datetime | None:
        """Return the end of this or the next window, when a DAY order of now expires; None without one."""
        day = new_york_day(now)
        for ahead in range(_DAYS_AHEAD):
            window = self.window(instrument, day + timedelta(days=ahead))
            if window is not None and now <= window.end:
                return window.end
        return None


@lru_cache(maxsize=256)  # the same few instants are asked about for every contract
def new_york_day(now: datetime) -> date:
    """Return the New York calendar day of an instant."""
    return now.astimezone(NEW_YORK).date()


def eastern_text(now: datetime) -> str:
    """Write an instant as executions carry it; the zone is an IANA name that every client can resolve."""
    return f"{now.astimezone(NEW_YORK):%Y%m%d %H:%M:%S} US/Eastern"
