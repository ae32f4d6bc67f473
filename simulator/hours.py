"""When what trades: the sessions of the exchange calendar."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from simulator import trading_day
from simulator.instruments import Combo, Instrument
from simulator.market.calendar import Calendar
from simulator.market.model import Session
from simulator.trading_day import NEW_YORK, Window

__all__ = ["CHICAGO_NAME", "NEW_YORK", "Hours", "Window", "eastern_text", "new_york_day"]

# What IBKR calls Chicago for Cboe products; an IANA name.
CHICAGO_NAME = "US/Central"

_DAYS_AHEAD = 7
# The calendar reaches back over all bars inside the day, and beyond every listed expiry.
_BEFORE, _AFTER = timedelta(days=400), timedelta(days=900)
_DAY = timedelta(days=1)
# From this hour of New York on, a contract of the next day may trade already.
_EVENING_HOUR = 17


class Standing(NamedTuple):
    """Whether a contract trades, and whether in its regular hours; so until an instant, not included."""

    is_open: bool
    is_regular: bool
    until: datetime


class Hours:
    """The sessions around a played period, a month before to well over two years after.

    Args:
        first: first played day.
        last: last played day.
        special: a session with hours of its own.
    """

    def __init__(self, first: date, last: date, special: Session | None = None) -> None:
        self._calendar = Calendar(first - _BEFORE, last + _AFTER, special)
        # Spans by what they depend on: kind, symbol, class and whether it is the last day.
        self._spans: dict[tuple[str, str, str, bool, date], tuple[Window, ...]] = {}
        self._windows: dict[tuple[str, str, str, bool, date], Window | None] = {}

    def session(self, day: date) -> Session | None:
        """Return the session of a day, None on a day without one."""
        return self._calendar.session(day)

    @property
    def first_day(self) -> date:
        """The first session day that is known."""
        return self._calendar.first_day

    def day_before(self, day: date) -> date:
        """Return the last session day before a day."""
        return self._calendar.on_or_before(day - timedelta(days=1))

    def back(self, day: date, count: int) -> date:
        """Return the first of the last `count` session days up to a day, at most the first one known."""
        known = [session.day for session in self._calendar.between(self._calendar.first_day, day)]
        return known[-count:][0] if known else day

    def trading_day(self, now: datetime) -> date:
        """Return the day that an instant belongs to: from the evening on it is the next session's."""
        local = now.astimezone(NEW_YORK)
        after = local.date() + _DAY
        if local.hour < _EVENING_HOUR or self._calendar.session(after) is None:
            return local.date()
        return after

    def is_night(self, now: datetime) -> bool:
        """Return whether an instant lies between an evening and the next session's open."""
        day = self.trading_day(now)
        session = self._calendar.session(day)
        return day != new_york_day(now) or (session is not None and now < session.open)

    def window(self, contract: Instrument | Combo, day: date) -> Window | None:
        """Return the regular hours of a contract on a day, None if it has none."""
        item = _leading(contract)
        if item.last_trade is not None and day > item.last_trade:
            return None
        key = (item.sec_type, item.symbol, item.trading_class, item.last_trade == day, day)
        if key not in self._windows:
            session = self._calendar.session(day)
            self._windows[key] = None if session is None else trading_day.regular(item, session)
        return self._windows[key]

    def spans(self, contract: Instrument | Combo, day: date) -> tuple[Window, ...]:
        """Return all spans of a trading day in which a contract trades, global and curb sessions included."""
        item = _leading(contract)
        if item.last_trade is not None and day > item.last_trade:
            return ()
        key = (item.sec_type, item.symbol, item.trading_class, item.last_trade == day, day)
        found = self._spans.get(key)
        if found is None:
            session = self._calendar.session(day)
            found = () if session is None else trading_day.spans(item, session)
            self._spans[key] = found
        return found

    def opened(
        self, contract: Instrument | Combo, first: date, last: date, *, regular_only: bool
    ) -> list[tuple[date, Window]]:
        """Return the hours of each day on which a contract trades, the pauses within a day left out."""
        found = []
        for session in self._calendar.between(first, last):
            window = self.window(contract, session.day)
            regular = () if window is None else (window,)
            spans = regular if regular_only else self.spans(contract, session.day)
            if spans:
                found.append((session.day, Window(start=spans[0].start, end=spans[-1].end)))
        return found

    def is_open(self, contract: Instrument | Combo, now: datetime) -> bool:
        """Return whether a contract trades at an instant, in whatever session."""
        return self._span_at(contract, now) is not None

    def is_regular(self, contract: Instrument | Combo, now: datetime) -> bool:
        """Return whether an instant lies in the regular hours of a contract."""
        window = self.window(contract, new_york_day(now))
        return window is not None and window.start <= now <= window.end

    def standing(self, contract: Instrument | Combo, now: datetime) -> Standing:
        """Return whether a contract trades at an instant, and how long that stays so."""
        local = now.astimezone(NEW_YORK)
        day, window = local.date(), self.window(contract, local.date())
        spans = [*self.spans(contract, day), *self.spans(contract, day + _DAY)]
        if window is not None:
            spans.append(window)
        # In the evening, and at midnight, other days count.
        evening = local.replace(hour=_EVENING_HOUR, minute=0, second=0, microsecond=0)
        turn = evening if local < evening else datetime.combine(day + _DAY, time(), NEW_YORK)
        edges = [edge for span in spans for edge in (span.start, span.end) if edge >= now]
        return Standing(
            is_open=self.is_open(contract, now),
            is_regular=self.is_regular(contract, now),
            until=min([turn.astimezone(UTC), *edges]),
        )

    def day_order_end(
        self, contract: Instrument | Combo, now: datetime, *, extended: bool = False
    ) -> datetime | None:
        """Return when a DAY order of now expires, None if the contract trades no more.

        Args:
            contract: what is ordered.
            now: when.
            extended: it works in all sessions of its trading day, not only in the regular hours.
        """
        day = new_york_day(now)
        for ahead in range(_DAYS_AHEAD):
            after = day + timedelta(days=ahead)
            window = self.window(contract, after)
            ends = [window.end] if window is not None else []
            if extended or (not ends and _leading(contract).sec_type == "FUT"):
                ends = [span.end for span in self.spans(contract, after)]
            if ends and now <= ends[-1]:
                return ends[-1]
        return None

    def _span_at(self, contract: Instrument | Combo, now: datetime) -> Window | None:
        local = now.astimezone(NEW_YORK)
        days = (local.date(), local.date() + _DAY) if local.hour >= _EVENING_HOUR else (local.date(),)
        for day in days:
            for span in self.spans(contract, day):
                if span.start <= now <= span.end:
                    return span
        return None


def _leading(contract: Instrument | Combo) -> Instrument:
    """Return the contract whose hours count: of a combo its first leg."""
    return contract.legs[0].instrument if isinstance(contract, Combo) else contract


@lru_cache(maxsize=256)  # the same few instants are asked about for every contract
def new_york_day(now: datetime) -> date:
    """Return the New York calendar day of an instant."""
    return now.astimezone(NEW_YORK).date()


def eastern_text(now: datetime) -> str:
    """Write an instant as executions carry it; the zone is an IANA name that every client can resolve."""
    return f"{now.astimezone(NEW_YORK):%Y%m%d %H:%M:%S} US/Eastern"
