"""Trading and liquid hours as contract details write them, with global and curb sessions.

`20260802:1915-20260803:0825;20260803:0830-20260803:1515;20260808:CLOSED`, in the zone of the contract's
exchange. Liquid hours are those in which this gateway trades; around them trading hours add what the
exchange has: index options 19:15 of the evening before to 08:25 and 15:15 to 16:00 (curb), the VIX index
02:15 to 08:15 and to 16:00, VX futures 17:00 of the evening before to 16:00 (Chicago), stocks 04:00 to 20:00
(New York). On half days there is no curb session.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from simulator.hours import CHICAGO, CHICAGO_NAME, NEW_YORK, Hours, Window
from simulator.instruments import Instrument
from simulator.market.model import Session

NEW_YORK_NAME = "US/Eastern"
_DAYS_SHOWN = 7
_PM_CLASSES = frozenset({"SPXW", "XSP"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """Spans before and after the liquid hours, local times; `evening` starts the day before."""

    begins: time | None = None
    evening: bool = False
    pauses: time | None = None
    ends: time | None = None
    half_day_ends: time | None = None


_OPTION = _Around(begins=time(19, 15), evening=True, pauses=time(8, 25), ends=time(16, 0))
_FUTURE = _Around(begins=time(17, 0), evening=True, ends=time(16, 0), half_day_ends=time(12, 15))
_VIX = _Around(begins=time(2, 15), pauses=time(8, 15), ends=time(16, 0), half_day_ends=time(12, 15))
_STOCK = _Around(begins=time(4, 0), ends=time(20, 0), half_day_ends=time(17, 0))
_PLAIN = _Around()


def zone_name(item: Instrument) -> str:
    """Return the name of the zone in which a contract's hours are written."""
    return NEW_YORK_NAME if item.sec_type in {"STK", "CASH"} or item.symbol == "AD-NYSE" else CHICAGO_NAME


def liquid_hours(hours: Hours, item: Instrument, today: date) -> str:
    """Write the liquid hours of the next days."""
    return _written(hours, item, today, _PLAIN)


def trading_hours(hours: Hours, item: Instrument, today: date) -> str:
    """Write the trading hours of the next days."""
    around = {"OPT": _OPTION, "FUT": _FUTURE, "STK": _STOCK}.get(item.sec_type, _PLAIN)
    return _written(hours, item, today, _VIX if item.symbol == "VIX" and item.sec_type == "IND" else around)


def _written(hours: Hours, item: Instrument, today: date, around: _Around) -> str:
    zone = NEW_YORK if zone_name(item) == NEW_YORK_NAME else CHICAGO
    parts = []
    for ahead in range(_DAYS_SHOWN):
        day = today + timedelta(days=ahead)
        window, session = hours.window(item, day), hours.session(day)
        if window is None or session is None:
            parts.append(f"{day:%Y%m%d}:CLOSED")
            continue
        for span in _spans(item, window, session, around, zone):
            start, end = (t.astimezone(zone) for t in (span.start, span.end))
            parts.append(f"{start:%Y%m%d:%H%M}-{end:%Y%m%d:%H%M}")
    return ";".join(parts)


def _spans(
    item: Instrument, window: Window, session: Session, around: _Around, zone: ZoneInfo
) -> list[Window]:
    """Return the spans of one day in order; those that meet the liquid hours are one with them."""
    found = [window]
    last_day = item.last_trade == session.day and item.trading_class in _PM_CLASSES
    ends = around.half_day_ends if session.half_day else around.ends
    after = datetime.combine(session.day, ends, zone) if ends is not None and not last_day else None
    if after is not None and after > window.end:
        if item.sec_type == "OPT":
            found.append(Window(start=window.end, end=after))
        else:
            found = [Window(start=window.start, end=after)]
    if around.begins is not None:
        begins = datetime.combine(session.day - timedelta(days=around.evening), around.begins, zone)
        if around.pauses is None and begins < window.start:
            found[0] = Window(start=begins, end=found[0].end)
        elif around.pauses is not None:
            pauses = datetime.combine(session.day, around.pauses, zone)
            if begins < pauses <= window.start:
                found.insert(0, Window(start=begins, end=pauses))
    return found
