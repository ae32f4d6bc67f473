"""Historical bars: what of the market's past a request asks for."""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from simulator.hours import NEW_YORK, Hours, Window, new_york_day
from simulator.instants import parse_instant
from simulator.instruments import Instrument
from simulator.market.model import Bar, Market
from simulator.recorder import BAR_SECONDS, KINDS, Recorder, TimedBar, bars_of
from simulator.requests import RequestError, invalid

DAILY_BAR_SIZES = {"1 day", "1 D", "1D"}
SERVICE = "Historical Market Data Service error message"
_SESSIONS_IN_YEAR_MAX = 262
_WEEKS_MAX = 1000
# So far back are there bars inside the day.
_PATHS_BACK = timedelta(days=366)
_DURATION = re.compile(r"(\d+) ?([SDWMY])")


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsQuery:
    """A request for bars.

    Attributes:
        end_text: end as sent; empty is now.
        duration: e.g. ``30 D``, ``1 Y``.
        what: TRADES, MIDPOINT, BID or ASK.
        regular_only: prices outside the regular hours do not count.
    """

    item: Instrument
    end_text: str
    bar_size: str
    duration: str
    what: str
    regular_only: bool
    keep_up_to_date: bool

    @property
    def is_daily(self) -> bool:
        """Whether the bars are days."""
        return self.bar_size in DAILY_BAR_SIZES

    @property
    def kind(self) -> str:
        """What the bars show; an unnamed kind is TRADES."""
        return self.what.upper() or "TRADES"


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsAnswer:
    """Bars, oldest first, and the span that was asked for."""

    start: datetime
    end: datetime
    bars: Sequence[Bar | TimedBar]


@dataclass(slots=True, kw_only=True)
class BarFeed:
    """One subscription to bars.

    Attributes:
        query: what the bars show; of a real-time subscription only its contract and kind count.
        format_date: 1 for text, 2 for epoch seconds.
        real_time: five-second bars (request 50) instead of updates of history (request 20).
        sent: the bar that was sent last, and for real-time bars the end of the last one.
        held: the bar in the making that waits for a client which does not read.
    """

    query: BarsQuery
    format_date: int = 1
    real_time: bool = False
    sent: Bar | TimedBar | None = None
    held: Bar | TimedBar | None = None
    sent_until: datetime | None = None


class History:
    """Answers requests for bars: days from the market, shorter ones from what has been recorded.

    Before the gateway's start those of indices, stocks and monthly futures are the market's own minutes.

    Args:
        market: completed daily bars.
        recorder: prices since the gateway's start.
        hours: the sessions.
    """

    def __init__(self, market: Market, recorder: Recorder, hours: Hours) -> None:
        self._market = market
        self._recorder = recorder
        self._hours = hours

    def answer(self, query: BarsQuery, now: datetime) -> BarsAnswer:
        """Answer a request for bars.

        Raises:
            RequestError: 321 for what does not exist, 162 when there are no bars.
        """
        if query.keep_up_to_date and query.end_text:
            raise invalid("endDateTime must be empty with keepUpToDate; leave it out")
        if query.kind not in KINDS:
            raise invalid(f"whatToShow '{query.what}' is not served; use {', '.join(KINDS)}")
        end = min(now, parse_instant(query.end_text, "endDateTime")) if query.end_text else now
        bars: Sequence[Bar | TimedBar] = (
            self._daily(query, end, now) if query.is_daily else self._timed(query, end)
        )
        if not bars:
            raise no_data(query)
        first = bars[0]
        start = first.start if isinstance(first, TimedBar) else _midnight(first.day)
        return BarsAnswer(start=start, end=end, bars=bars)

    def schedule(
        self, query: BarsQuery, now: datetime
    ) -> tuple[datetime, datetime, list[tuple[date, Window]]]:
        """Return what SCHEDULE asks for: its span, and the hours of each day in it, oldest first.

        Raises:
            RequestError: 321 for bars of another size than a day, 162 where the calendar has nothing.
        """
        if not query.is_daily or query.keep_up_to_date:
            raise invalid("SCHEDULE is for bars of 1 day without keepUpToDate")
        end = min(now, parse_instant(query.end_text, "endDateTime")) if query.end_text else now
        last = new_york_day(end)
        first, count = _span(query.duration, last)
        begins = self._hours.back(last, count) if first is None else first + timedelta(days=1)
        days = self._hours.opened(query.item, begins, last, regular_only=query.regular_only)
        if not days:
            raise no_data(query)
        return days[0][1].start, end, days

    def current(self, query: BarsQuery, now: datetime) -> Bar | TimedBar | None:
        """Return the bar that is being made at this instant, None without one."""
        if query.is_daily:
            return self._today(query, now)
        recent = self._recorder.prices(
            query.item, query.kind, now - timedelta(hours=9), now, regular=query.regular_only
        )
        made = bars_of(recent, BAR_SECONDS[query.bar_size])
        return made[-1] if made else None

    def _daily(self, query: BarsQuery, end: datetime, now: datetime) -> tuple[Bar, ...]:
        last = new_york_day(end)
        first, count = _span(query.duration, last)
        bars = daily_of(query.item, self._market, last, count) if query.kind == "TRADES" else ()
        bars = tuple(bar for bar in bars if first is None or bar.day > first)
        today = self._today(query, now) if query.keep_up_to_date else None
        if today is not None and (not bars or bars[-1].day < today.day):
            bars = (*bars, today)
        return bars

    def _today(self, query: BarsQuery, now: datetime) -> Bar | None:
        made = self._recorder.today(query.item, new_york_day(now)) if query.kind == "TRADES" else None
        if made is None:
            return None
        return Bar(
            day=new_york_day(now), open=made.open, high=made.high, low=made.low, close=made.close, volume=0.0
        )

    def _timed(self, query: BarsQuery, end: datetime) -> Sequence[TimedBar]:
        if query.bar_size not in BAR_SECONDS:
            known = ", ".join((*BAR_SECONDS, "1 day"))
            raise invalid(f"Bar size '{query.bar_size}' is not served; use one of {known}")
        number, unit = _parse_duration(query.duration)
        if unit == "S":
            since = end - timedelta(seconds=number)
        else:
            last = self._last_begun(end)
            first, count = _span(query.duration, last)
            since = _midnight(self._hours.back(last, count) if first is None else first + timedelta(days=1))
        prices = self.prices(query.item, query.kind, since, end, regular_only=query.regular_only)
        return bars_of(prices, BAR_SECONDS[query.bar_size])

    def prices(
        self, item: Instrument, kind: str, since: datetime, until: datetime, *, regular_only: bool
    ) -> list[tuple[datetime, float]]:
        """Return the prices after an instant up to another, oldest first, recorded or not."""
        recorded = self._recorder.prices(item, kind, since, until, regular=regular_only)
        begun = self._recorder.begun(item, kind)
        before = self._before_start(item, kind, since, until)
        return [*(tick for tick in before if begun is None or tick[0] < begun), *recorded]

    def _last_begun(self, end: datetime) -> date:
        """Return the day of the last session that has begun by an instant; before any, the instant's."""
        day = new_york_day(end)
        session = self._hours.session(day)
        return self._hours.day_before(day) if session is None or end < session.open else day

    def _before_start(
        self, item: Instrument, kind: str, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, float]]:
        """Yield the market's prices after an instant and up to another, recorded or not."""
        if kind not in {"TRADES", "MIDPOINT"} or (kind == "MIDPOINT" and not item.is_quoted):
            return
        day = max(new_york_day(since), new_york_day(until) - _PATHS_BACK)
        while day <= new_york_day(until):
            session = self._hours.session(day)
            path = () if session is None else self._path(item, day)
            for minute, price in enumerate(path):
                assert session is not None
                at = session.open + timedelta(minutes=minute)
                if since < at <= until:
                    yield at, price
            day += timedelta(days=1)

    def _path(self, item: Instrument, day: date) -> tuple[float, ...]:
        if item.sec_type in {"IND", "STK"}:
            return self._market.path(item.symbol, day)
        if item.sec_type == "FUT" and item.expiry is not None:
            return self._market.future_path(item.expiry, day)
        return ()


def daily_of(item: Instrument, market: Market, last: date, count: int) -> tuple[Bar, ...]:
    """Return completed daily bars of a contract, none for an option."""
    if item.sec_type in {"IND", "STK"}:
        return market.daily(item.symbol, last, count)
    if item.sec_type == "FUT" and item.expiry is not None:
        return market.daily_future(item.expiry, last, count)
    return ()


def no_data(query: BarsQuery) -> RequestError:
    """Return the error of a request whose answer is empty."""
    what_of = f"{query.item.local_symbol}@{query.item.exchanges[0]} {query.kind.title()}"
    return RequestError(162, f"{SERVICE}:HMDS query returned no data: {what_of}")


def _parse_duration(duration: str) -> tuple[int, str]:
    match = _DURATION.fullmatch(duration.strip().upper())
    # Five digits reach over every calendar; more would only overflow one.
    if match is None or not 1 <= int(match[1]) < 100_000:
        raise invalid(f"Duration '{duration}' is malformed; use a number and S, D, W, M or Y, e.g. '1 Y'")
    return int(match[1]), match[2]


def _span(duration: str, last: date) -> tuple[date | None, int]:
    """Return the day after which bars count (None for a plain number of days) and how many there may be."""
    number, unit = _parse_duration(duration)
    if unit == "S":
        return None, max(1, number // 86_400)
    if unit == "D":
        return None, number
    if unit == "W":
        weeks = min(number, _WEEKS_MAX)
        return last - timedelta(weeks=weeks), 5 * weeks
    months = number if unit == "M" else 12 * number
    return _months_before(last, months), _SESSIONS_IN_YEAR_MAX * (months // 12 + 1)


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    if year < 1:
        raise invalid(f"Duration of {months} months reaches before the calendar; ask for less")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), NEW_YORK)
