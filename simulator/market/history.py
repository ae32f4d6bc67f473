"""Real days from a data folder, as a tape.

Files: spx_daily.csv and vix_daily.csv (open, high, low, close), vvix_daily.csv (vvix),
vx_futures_contracts_daily.csv (per contract, preferred) and vx_term_structure_daily.csv (M1 to M8, used where
a contract has no line of its own). May be missing: vix3m_daily.csv (close), counts of breadth (see `levels`)
and bars inside the day (see `intraday`). SPX opens before 2014 mostly equal the previous close; they are played as
they are. A VX line of a settlement day carries the official final settlement value.
"""

from datetime import date, timedelta
from pathlib import Path

from simulator.market.calendar import Calendar
from simulator.market.intraday import read_guides
from simulator.market.levels import read_breadth, read_levels
from simulator.market.listings import Listings
from simulator.market.model import Bar, MarketDataError, Session
from simulator.market.table import Record, read_series, read_table
from simulator.market.tape import FutureDay, Series, Tape

# Before this day the VX files are not fit for use (see the folder's README).
FIRST_DAY = date(2007, 4, 2)

_OHLC = ("open", "high", "low", "close")
_MONTHS = tuple(f"M{count}" for count in range(1, 9))
# Expiries listed on the last day settle up to nine months later; bars of futures reach back as far.
_MARGIN = timedelta(days=400)

_Futures = dict[date, dict[date, FutureDay]]


def read_tape(folder: Path, start: date, end: date, seed: int) -> Tape:
    """Read the days up to `end` and make those from `start` on the played ones.

    Raises:
        MarketDataError: a file is missing or wrong, or the range is not covered; see the message.
    """
    if end < start:
        raise MarketDataError(f"end = {end} is before start = {start}: give a range of at least one session")
    if start < FIRST_DAY:
        raise MarketDataError(
            f"start = {start} is before the first day with VIX futures: give {FIRST_DAY} or later"
        )
    spx = _index_bars(folder, "spx_daily.csv", end)
    vix = _index_bars(folder, "vix_daily.csv", end)
    calendar = Calendar(start - _MARGIN, end + _MARGIN)
    sessions = calendar.between(start, end)
    if not sessions:
        raise MarketDataError(
            f"no session from start = {start} to end = {end}: give a range with a trading day"
        )
    _require(sessions, spx, "spx_daily.csv")
    _require(sessions, vix, "vix_daily.csv")
    futures, finals = _contracts(folder, calendar, end)
    _fill_from_term_structure(folder, calendar, end, futures)
    _require_front(sessions, futures)
    return Tape(
        calendar=calendar,
        sessions=sessions,
        spx=Series(spx),
        vix=Series(vix),
        vvix=Series(read_levels(folder, "vvix_daily.csv", "vvix", end, needed=True)),
        vix3m=Series(read_levels(folder, "vix3m_daily.csv", "close", end, needed=False)),
        breadth=Series(read_breadth(folder, end)),
        guides=read_guides(folder, calendar, start, end),
        futures={
            expiry: Series([rows[day] for day in sorted(rows)]) for expiry, rows in sorted(futures.items())
        },
        finals=finals,
        seed=seed,
    )


def _index_bars(folder: Path, file: str, end: date) -> list[Bar]:
    """Bars up to `end`; a high or low that misses the open or close (VIX in 1992) is widened to it."""
    bars: list[Bar] = []
    for record in read_series(folder, file, _OHLC):
        opened, high, low, close = (_positive(record, field) for field in _OHLC)
        volume = (record.optional("volume") or 0.0) if "volume" in record.fields else 0.0
        bars.append(_bar(record.day, opened, high, low, close, volume))
    if not bars or bars[-1].day < end:
        last = bars[-1].day if bars else "nothing"
        raise MarketDataError(f"end = {end} is not covered: {file} ends with {last}; give an earlier end")
    return [bar for bar in bars if bar.day <= end]


def _positive(record: Record, field: str) -> float:
    found = record.number(field)
    if found <= 0.0:
        raise record.fault(field, "give a positive number")
    return found


def _bar(day: date, opened: float, high: float, low: float, close: float, volume: float) -> Bar:
    return Bar(
        day=day,
        open=opened,
        high=max(opened, high, low, close),
        low=min(opened, high, low, close),
        close=close,
        volume=volume,
    )


def _contracts(folder: Path, calendar: Calendar, end: date) -> tuple[_Futures, dict[date, float]]:
    """Daily rows by settlement date and day, and the final settlement values."""
    futures: _Futures = {}
    finals: dict[date, float] = {}
    listings = Listings(calendar)
    fields = ("expiry", *_OHLC, "settle", "volume")
    seen: set[tuple[date, date]] = set()
    for record in read_table(folder, "vx_futures_contracts_daily.csv", fields):
        expiry = record.date("expiry")
        if (expiry, record.day) in seen:
            raise record.fault("date", f"is there twice for expiry {expiry}; remove one of the two lines")
        seen.add((expiry, record.day))
        # VX trades on a few days without a stock session: nothing is played on those.
        if record.day > end or calendar.session(record.day) is None or not listings.has("VIX", expiry):
            continue
        if record.day == expiry:
            finals[expiry] = _positive(record, "settle")
        elif record.day < expiry:
            futures.setdefault(expiry, {})[record.day] = _future_day(record)
    return futures, finals


def _future_day(record: Record) -> FutureDay:
    settle = _positive(record, "settle")
    opened, high, low, close = (record.optional(field) or 0.0 for field in _OHLC)
    if 0.0 in {opened, high, low, close}:
        return FutureDay(day=record.day, settle=settle, bar=None)
    volume = record.optional("volume") or 0.0
    bar = _bar(record.day, opened, max(high, close), min(low, close), settle, volume)
    return FutureDay(day=record.day, settle=settle, bar=bar)


def _fill_from_term_structure(folder: Path, calendar: Calendar, end: date, futures: _Futures) -> None:
    """Add M1 to M8 where the contract file has no line; positions count the rule's settlement dates."""
    listings = Listings(calendar)
    for record in read_series(folder, "vx_term_structure_daily.csv", _MONTHS):
        if record.day < FIRST_DAY or record.day > end or calendar.session(record.day) is None:
            continue
        for field, expiry in zip(_MONTHS, listings.expiries("VIX", record.day), strict=False):
            settle = record.optional(field)
            rows = futures.setdefault(expiry, {})
            if settle is not None and record.day not in rows:
                rows[record.day] = FutureDay(day=record.day, settle=settle, bar=None)


def _require(sessions: tuple[Session, ...], bars: list[Bar], file: str) -> None:
    days = {bar.day for bar in bars}
    for session in sessions:
        if session.day not in days:
            raise MarketDataError(
                f"{file}: no line for {session.day}, a session; add it or play another range"
            )


def _require_front(sessions: tuple[Session, ...], futures: _Futures) -> None:
    """The first two contracts settle on every played day: the slope, and so the hedge, rests on them."""
    for session in sessions:
        known = sum(session.day in rows for rows in futures.values())
        if known < 2:
            raise MarketDataError(
                f"vx_futures_contracts_daily.csv: fewer than two settlements for {session.day}, a session; "
                "add them or play another range"
            )
