"""A board of real option quotes: one underlying, one moment, all expiries; forwards by put-call parity."""

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from simulator.market.calendar import Calendar
from simulator.market.listings import third_friday
from simulator.market.model import MarketDataError
from simulator.market.table import DayField, Record, read_file

FIELDS = ("underlying_last", "expiration", "type", "strike", "bid", "ask")

_NEW_YORK = ZoneInfo("America/New_York")
_CLOSE = time(16, 0)
_YEAR_S = 365.0 * 86_400.0
_STAMP = DayField(
    name="quotedate",
    form="YYYY-MM-DD or YYYY-MM-DD HH:MM ET",
    read=lambda text: date.fromisoformat(text[:10]),
)
_RIGHTS = {"call": "C", "c": "C", "put": "P", "p": "P"}
# Pairs for parity lie this close to the spot; fewer of them than this tell no forward.
_PARITY_REACH, _PARITY_PAIRS = 0.10, 3
# Discount rates outside are noise of the quotes, not money: no US rate since 1990 lies there.
_RATE_LOWEST, _RATE_HIGHEST = -0.01, 0.10


class BoardQuote(NamedTuple):
    """One two-sided quote, in points; right "C" or "P"."""

    strike: float
    right: str
    bid: float
    ask: float

    @property
    def mid(self) -> float:
        """Mean of bid and ask."""
        return 0.5 * (self.bid + self.ask)


class BoardExpiry(NamedTuple):
    """The two-sided quotes of one expiry; `years` of 365 days to its settlement, forward in points."""

    root: str
    expiration: date
    years: float
    forward: float
    discount: float
    quotes: tuple[BoardQuote, ...]


def read_board(path: Path, first_days: float, last_days: float) -> tuple[BoardExpiry, ...]:
    """Read the expiries of a board whose settlement is so many days away, and whose forward can be told.

    Args:
        path: CSV with the columns quotedate and `FIELDS`; `root` (SPX: AM-settled monthlies) if there.
        first_days: Least number of calendar days to settlement.
        last_days: Largest number.

    Raises:
        MarketDataError: the file is missing or wrong, or quotes are of more than one moment.
    """
    records = list(read_file(path, FIELDS, _STAMP))
    if not records:
        raise MarketDataError(f"{path}: no quotes in it; give a board with at least one expiry")
    for record in records:
        if record.fields["quotedate"] != records[0].fields["quotedate"]:
            raise record.fault("quotedate", "give quotes of one moment only")
    now = _moment(records[0])
    groups: dict[tuple[date, str], list[Record]] = defaultdict(list)
    for record in records:
        groups[record.date("expiration"), record.fields.get("root") or "SPX"].append(record)
    calendar = Calendar(records[0].day, records[0].day + timedelta(days=math.ceil(last_days) + 14))
    found = []
    for (expiration, root), rows in sorted(groups.items()):
        if not calendar.first_day <= expiration <= calendar.last_day:
            continue
        years = (_settlement(calendar, root, expiration) - now).total_seconds() / _YEAR_S
        if first_days <= 365.0 * years <= last_days:
            spot = rows[0].number("underlying_last")
            quotes = tuple(quote for row in rows if (quote := _quote(row)) is not None)
            parity = _parity(quotes, spot, years)
            if parity is not None:
                found.append(BoardExpiry(root, expiration, years, *parity, quotes))
    return tuple(found)


def _moment(record: Record) -> datetime:
    """When the quotes were taken: New York time, the close where only the day is given."""
    clock = record.fields["quotedate"][10:].replace("T", " ").split()
    try:
        at = time.fromisoformat(clock[0]) if clock else _CLOSE
    except ValueError:
        raise record.fault("quotedate", f"give a date as {_STAMP.form}") from None
    return datetime.combine(record.day, at, _NEW_YORK).astimezone(UTC)


def _settlement(calendar: Calendar, root: str, expiration: date) -> datetime:
    """The open of the day for the SPX monthly, the close for all else.

    The monthly is named after its third Friday or, until 2015, the Saturday after it.
    """
    session = calendar.session(calendar.on_or_before(expiration))
    assert session is not None
    monthly = third_friday(expiration.year, expiration.month)
    return session.open if root == "SPX" and abs((expiration - monthly).days) <= 1 else session.close


def _quote(record: Record) -> BoardQuote | None:
    """The quote of a line, None unless it is two-sided."""
    right = _RIGHTS.get(record.fields["type"].strip().lower())
    if right is None:
        raise record.fault("type", "give call or put")
    strike, bid, ask = (record.number(field) for field in ("strike", "bid", "ask"))
    if strike <= 0.0:
        raise record.fault("strike", "give a positive number")
    return BoardQuote(strike, right, bid, ask) if 0.0 < bid < ask else None


def _parity(quotes: Iterable[BoardQuote], spot: float, years: float) -> tuple[float, float] | None:
    """Forward in points and discount factor: weighted least squares of call less put on strike."""
    sides: dict[float, dict[str, BoardQuote]] = defaultdict(dict)
    for quote in quotes:
        if abs(quote.strike / spot - 1.0) <= _PARITY_REACH:
            sides[quote.strike][quote.right] = quote
    pairs = []
    for strike, both in sorted(sides.items()):
        if len(both) == len(set(_RIGHTS.values())):
            call, put = both["C"], both["P"]
            weight = 1.0 / (call.ask - call.bid + put.ask - put.bid) ** 2
            pairs.append((strike, call.mid - put.mid, weight))
    if len(pairs) < _PARITY_PAIRS:
        return None
    total = sum(weight for _, _, weight in pairs)
    mean_strike = sum(weight * strike for strike, _, weight in pairs) / total
    mean_gap = sum(weight * gap for _, gap, weight in pairs) / total
    spread = sum(weight * (strike - mean_strike) ** 2 for strike, _, weight in pairs)
    slope = -sum(weight * (strike - mean_strike) * (gap - mean_gap) for strike, gap, weight in pairs) / spread
    highest, lowest = math.exp(-_RATE_LOWEST * years), math.exp(-_RATE_HIGHEST * years)
    discount = min(max(slope, lowest), highest)
    return median(strike + gap / discount for strike, gap, _ in pairs), discount
