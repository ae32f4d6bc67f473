"""Real bars inside a day: 30 minutes of SPX, VIX and VX (2016-2017), hours of SPY and VXX as stand-ins.

Files, each of which may be missing: spx_vix_vx_30min_2016_2017.csv, spy_hourly.csv, vxx_hourly.csv. A stamp
is a bar's start in New York time; 09:00 of the hourly files is 09:30 to 10:00. Bars outside 09:30 to 16:00
are left out.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import NamedTuple

from simulator.market.calendar import Calendar, minutes
from simulator.market.listings import vx_settlement
from simulator.market.table import DayField, Record, read_file

HALF_HOURS, SPY_HOURS, VXX_HOURS = "spx_vix_vx_30min_2016_2017.csv", "spy_hourly.csv", "vxx_hourly.csv"

_STAMP = DayField(
    name="datetime", form="YYYY-MM-DD HH:MM:SS", read=lambda text: date.fromisoformat(text[:10])
)
_OHLC = ("open", "high", "low", "close")
_OPEN_MINUTE, _CLOSE_MINUTE = 9 * 60 + 30, 16 * 60
_MONTH_CODES = "FGHJKMNQUVXZ"
# Fewer bars than this do not tell a day's path.
_LEGS_LEAST = 3


class Leg(NamedTuple):
    """One bar: minutes of the session from `start` to `stop`, prices in points of its own source."""

    start: int
    stop: int
    open: float
    high: float
    low: float
    close: float


class Guide(NamedTuple):
    """What is known of the inside of one day; an empty tuple where nothing is.

    Attributes:
        spx: Bars of SPX itself.
        vix: Bars of VIX itself.
        spy: Bars of a fund that holds the index, at a tenth of it.
        vxx: Bars of a note that follows the first two VX futures.
        futures: Bars of VX futures by settlement date.
    """

    spx: tuple[Leg, ...] = ()
    vix: tuple[Leg, ...] = ()
    spy: tuple[Leg, ...] = ()
    vxx: tuple[Leg, ...] = ()
    futures: Mapping[date, tuple[Leg, ...]] = {}


def read_guides(folder: Path, calendar: Calendar, first: date, last: date) -> dict[date, Guide]:
    """The guides of the days from `first` to `last` that have any bars.

    Raises:
        MarketDataError: a file is wrong; see the message.
    """
    bars: dict[date, dict[str, list[Leg]]] = defaultdict(lambda: defaultdict(list))
    for file, symbol, length in ((HALF_HOURS, None, 30), (SPY_HOURS, "SPY", 60), (VXX_HOURS, "VXX", 60)):
        path = folder / file
        if not path.is_file():
            continue
        fields = _OHLC if symbol else ("symbol", *_OHLC)
        for record in read_file(path, fields, _STAMP, (first, last)):
            leg = _leg(record, calendar, length)
            if leg is not None:
                bars[record.day][symbol or record.fields["symbol"]].append(leg)
    return {day: _guide(calendar, day, found) for day, found in sorted(bars.items())}


def _leg(record: Record, calendar: Calendar, length: int) -> Leg | None:
    """A bar as a leg of its session; None if it lies outside."""
    session = calendar.session(record.day)
    if session is None:
        return None
    try:
        clock = time.fromisoformat(record.fields["datetime"][11:])
    except ValueError:
        raise record.fault("datetime", f"give a time as {_STAMP.form}") from None
    begins = clock.hour * 60 + clock.minute
    start, stop = max(begins - _OPEN_MINUTE, 0), begins + length - _OPEN_MINUTE
    if not start < stop <= minutes(session):
        return None
    prices = [record.number(field) for field in _OHLC]
    if min(prices) <= 0.0:
        raise record.fault("low", "give positive prices")
    return Leg(start, stop, prices[0], max(prices), min(prices), prices[3])


def _guide(calendar: Calendar, day: date, bars: Mapping[str, list[Leg]]) -> Guide:
    known = {symbol: tuple(sorted(legs)) for symbol, legs in sorted(bars.items()) if len(legs) >= _LEGS_LEAST}
    futures = {_expiry(calendar, day, code): legs for code, legs in known.items() if _is_future(code)}
    names = ("SPX", "VIX", "SPY", "VXX")
    # VXX is also the code of a November future, but that one has a digit behind it.
    spx, vix, spy, vxx = (known.get(name, ()) for name in names)
    return Guide(spx=spx, vix=vix, spy=spy, vxx=vxx, futures=futures)


def _is_future(code: str) -> bool:
    return len(code) == 4 and code.startswith("VX") and code[2] in _MONTH_CODES and code[3].isdigit()


def _expiry(calendar: Calendar, day: date, code: str) -> date:
    """Settlement date of a code as VXF7; the digit's year is the first not before the day's."""
    year = day.year + (int(code[3]) - day.year) % 10
    return vx_settlement(calendar, year, _MONTH_CODES.index(code[2]) + 1)
