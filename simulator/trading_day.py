"""The spans in which each kind of contract trades on one trading day, global and curb sessions included.

Regular hours (liquid hours): options and VX futures 09:30 to 16:15 New York, stocks and indices but the VIX
family to the cash close, an expiring PM-settled option too. Around them, Chicago time: index options 19:15 of
the evening before to 08:25 and 15:15 to 16:00 (curb), the VIX index 02:15 to 08:15 and to 16:00, VX futures
17:00 of the evening before to 16:00 and to 08:00 on their settlement day; stocks 04:00 to 20:00 and the
currency pair 17:15 of the evening before to 17:00 (New York). There is no curb session on half days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from simulator.instruments import Instrument
from simulator.market.listings import PM_SETTLED
from simulator.market.model import OPTIONS_AFTER_CASH, Session

NEW_YORK = ZoneInfo("America/New_York")
CHICAGO = ZoneInfo("America/Chicago")
_CASH_HOURS = frozenset({"IND", "STK"})
_LATE_INDICES = frozenset({"VIX", "VIX3M", "VIX9D", "VIXMO"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of trading, both ends included (UTC)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Spans before and after the regular hours, local times; `evening` starts the day before."""

    begins: time | None = None
    evening: bool = False
    pauses: time | None = None
    ends: time | None = None
    half_day_ends: time | None = None


_EVENING, _FINAL_MORNING = time(17, 0), time(8, 0)
_OPTION = Around(begins=time(19, 15), evening=True, pauses=time(8, 25), ends=time(16, 0))
_FUTURE = Around(begins=_EVENING, evening=True, ends=time(16, 0), half_day_ends=time(12, 15))
_VIX = Around(begins=time(2, 15), pauses=time(8, 15), ends=time(16, 0), half_day_ends=time(12, 15))
_STOCK = Around(begins=time(4, 0), ends=time(20, 0), half_day_ends=time(17, 0))
_CASH = Around(begins=time(17, 15), evening=True, ends=time(17, 0), half_day_ends=time(17, 0))
_PLAIN = Around()


def zone(item: Instrument) -> ZoneInfo:
    """Return the zone of a contract's exchange."""
    return NEW_YORK if item.sec_type in {"STK", "CASH"} or item.symbol == "AD-NYSE" else CHICAGO


def regular(item: Instrument, session: Session) -> Window | None:
    """Return the regular hours of a contract in a session; None on the day that a future settles."""
    on_last_day = item.last_trade == session.day
    if item.sec_type == "FUT" and on_last_day:
        return None
    ends_with_cash = item.trading_class in PM_SETTLED and on_last_day
    if ends_with_cash or (item.sec_type in _CASH_HOURS and item.symbol not in _LATE_INDICES):
        return Window(start=session.open, end=session.close)
    return Window(start=session.open, end=session.close + OPTIONS_AFTER_CASH)


def spans(item: Instrument, session: Session) -> tuple[Window, ...]:
    """Return all spans of a trading day in order; those that meet the regular hours are one with them."""
    window, place, around = regular(item, session), zone(item), _around(item)
    if window is None:
        evening = _at(session.day - timedelta(days=1), _EVENING, place)
        return (Window(start=evening, end=_at(session.day, _FINAL_MORNING, place)),)
    found = [window]
    last_day = item.last_trade == session.day and item.trading_class in PM_SETTLED
    ends = around.half_day_ends if session.half_day else around.ends
    after = _at(session.day, ends, place) if ends is not None and not last_day else None
    if after is not None and after > window.end:
        if item.sec_type == "OPT":
            found.append(Window(start=window.end, end=after))
        else:
            found = [Window(start=window.start, end=after)]
    return (*_before(around, found[0], session, place), *found[1:])


def _before(around: Around, first: Window, session: Session, place: ZoneInfo) -> list[Window]:
    """Return the first span of a day with what comes before it."""
    if around.begins is None:
        return [first]
    begins = _at(session.day - timedelta(days=around.evening), around.begins, place)
    if around.pauses is None:
        return [Window(start=begins, end=first.end) if begins < first.start else first]
    pauses = _at(session.day, around.pauses, place)
    return [Window(start=begins, end=pauses), first] if begins < pauses <= first.start else [first]


def _around(item: Instrument) -> Around:
    if item.symbol == "VIX" and item.sec_type == "IND":
        return _VIX
    return {"OPT": _OPTION, "FUT": _FUTURE, "STK": _STOCK, "CASH": _CASH}.get(item.sec_type, _PLAIN)


def _at(day: date, local: time, place: ZoneInfo) -> datetime:
    return datetime.combine(day, local, place).astimezone(UTC)
