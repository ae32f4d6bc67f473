"""Trading and liquid hours as contract details write them, with global and curb sessions.

`20260802:1915-20260803:0825;20260803:0830-20260803:1515;20260808:CLOSED`, in the zone of the contract's
exchange. They are the spans in which this gateway quotes and fills.
"""

from datetime import date, timedelta

from simulator import trading_day
from simulator.hours import CHICAGO_NAME, Hours
from simulator.instruments import Instrument
from simulator.trading_day import NEW_YORK, Window

NEW_YORK_NAME = "US/Eastern"
_DAYS_SHOWN = 7


def zone_name(item: Instrument) -> str:
    """Return the name of the zone in which a contract's hours are written."""
    return NEW_YORK_NAME if trading_day.zone(item) is NEW_YORK else CHICAGO_NAME


def liquid_hours(hours: Hours, item: Instrument, today: date) -> str:
    """Write the liquid hours of the next days."""
    days = [today + timedelta(days=ahead) for ahead in range(_DAYS_SHOWN)]
    windows = [(day, hours.window(item, day)) for day in days]
    return _written(item, [(day, () if window is None else (window,)) for day, window in windows])


def trading_hours(hours: Hours, item: Instrument, today: date) -> str:
    """Write the trading hours of the next days."""
    days = [today + timedelta(days=ahead) for ahead in range(_DAYS_SHOWN)]
    return _written(item, [(day, hours.spans(item, day)) for day in days])


def _written(item: Instrument, days: list[tuple[date, tuple[Window, ...]]]) -> str:
    place = trading_day.zone(item)
    parts = []
    for day, spans in days:
        for span in spans:
            start, end = (t.astimezone(place) for t in (span.start, span.end))
            parts.append(f"{start:%Y%m%d:%H%M}-{end:%Y%m%d:%H%M}")
        if not spans:
            parts.append(f"{day:%Y%m%d}:CLOSED")
    return ";".join(parts)
