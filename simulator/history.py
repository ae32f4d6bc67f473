"""Historical daily bars: what of the market's past a request asks for."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from simulator.hours import NEW_YORK, new_york_day
from simulator.instants import parse_instant
from simulator.instruments import Instrument
from simulator.market.model import Bar, Market
from simulator.requests import RequestError, invalid

DAILY_BAR_SIZES = {"1 day", "1 D", "1D"}
_SERVICE = "Historical Market Data Service error message"
_SESSIONS_IN_YEAR_MAX = 262
_DURATION = re.compile(r"(\d+) ?([SDWMY])")


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsQuery:
    """A request for daily bars.

    Attributes:
        end_text: end as sent; empty is now.
        duration: e.g. ``30 D``, ``1 Y``.
    """

    item: Instrument
    end_text: str
    bar_size: str
    duration: str
    what: str
    keep_up_to_date: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsAnswer:
    """Bars, oldest first, and the span that was asked for."""

    start: datetime
    end: datetime
    bars: Sequence[Bar]


def daily_bars(query: BarsQuery, market: Market, now: datetime) -> BarsAnswer:
    """Answer a request for completed daily bars.

    Raises:
        RequestError: 321 for what is not served, 162 when there are no bars.
    """
    if query.keep_up_to_date:
        raise invalid("keepUpToDate is not served; request the bars again after each session")
    if query.bar_size not in DAILY_BAR_SIZES:
        raise invalid(f"Bar size '{query.bar_size}' is not served; use '1 day'")
    what = "TRADES" if not query.what else query.what.upper()
    end = min(now, parse_instant(query.end_text, "endDateTime")) if query.end_text else now
    last = new_york_day(end)
    first, count = _span(query.duration, last)
    bars = _bars(query.item, market, last, count) if what == "TRADES" else ()
    bars = tuple(bar for bar in bars if first is None or bar.day > first)
    if not bars:
        what_of = f"{query.item.local_symbol}@{query.item.exchanges[0]} {what.title()}"
        raise RequestError(162, f"{_SERVICE}:HMDS query returned no data: {what_of}")
    start = datetime.combine(bars[0].day, datetime.min.time(), NEW_YORK)
    return BarsAnswer(start=start, end=end, bars=bars)


def _bars(item: Instrument, market: Market, last: date, count: int) -> tuple[Bar, ...]:
    if item.sec_type == "IND":
        return market.daily(item.symbol, last, count)
    if item.sec_type == "FUT" and item.expiry is not None:
        return market.daily_future(item.expiry, last, count)
    return ()


def _span(duration: str, last: date) -> tuple[date | None, int]:
    """Return the day after which bars count (None for a plain number of days) and how many there may be."""
    match = _DURATION.fullmatch(duration.strip().upper())
    if match is None or int(match[1]) < 1:
        raise invalid(f"Duration '{duration}' is malformed; use a number and S, D, W, M or Y, e.g. '1 Y'")
    number, unit = int(match[1]), match[2]
    if unit == "S":
        return None, max(1, number // 86_400)
    if unit == "D":
        return None, number
    if unit == "W":
        return last - timedelta(weeks=number), 5 * number
    months = number if unit == "M" else 12 * number
    return _months_before(last, months), _SESSIONS_IN_YEAR_MAX * (months // 12 + 1)


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    if year < 1:
        raise invalid(f"Duration of {months} months reaches before the calendar; ask for less")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
