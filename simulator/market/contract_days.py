"""Daily rows of VX futures, by settlement date: from the folder's own files and Cboe's."""

from datetime import date
from pathlib import Path

from simulator.market.bars import OHLC, positive, whole_bar
from simulator.market.calendar import Calendar
from simulator.market.cboe import contract_files, read_contract_files
from simulator.market.listings import Listings
from simulator.market.table import Record, read_series, read_table
from simulator.market.tape import FutureDay

# Before this day the term structure file is not fit for use (see the folder's README).
FIRST_DAY = date(2007, 4, 2)
CONTRACTS, TERM_STRUCTURE = "vx_futures_contracts_daily.csv", "vx_term_structure_daily.csv"

_MONTHS = tuple(f"M{count}" for count in range(1, 9))


class ContractDays:
    """What the files say of VX futures up to a day.

    Attributes:
        rows: By settlement date and day; a row ends before its settlement date.
        finals: Final settlement values by settlement date.
    """

    def __init__(self, folder: Path, calendar: Calendar, end: date) -> None:
        """Read all files.

        Raises:
            MarketDataError: a file is wrong, or missing while no file of Cboe's stands in for it.
        """
        self.rows: dict[date, dict[date, FutureDay]] = {}
        self.finals: dict[date, float] = {}
        self._calendar = calendar
        self._listings = Listings(calendar)
        self._end = end
        cboe = bool(contract_files(folder))
        if not cboe or (folder / CONTRACTS).is_file():
            self._read_own(folder)
        for expiry, record in read_contract_files(folder, calendar):
            self._add(expiry, record)
        if not cboe or (folder / TERM_STRUCTURE).is_file():
            self._fill(folder)

    def _read_own(self, folder: Path) -> None:
        seen: set[tuple[date, date]] = set()
        for record in read_table(folder, CONTRACTS, ("expiry", *OHLC, "settle", "volume")):
            expiry = record.date("expiry")
            if (expiry, record.day) in seen:
                raise record.fault("date", f"is there twice for expiry {expiry}; remove one of the two lines")
            seen.add((expiry, record.day))
            self._add(expiry, record)

    def _add(self, expiry: date, record: Record) -> None:
        """Take a line, unless the day is known already."""
        # VX trades on a few days without a stock session: nothing is played on those.
        if record.day > self._end or not self._calendar.session(record.day):
            return
        if not self._listings.has("VIX", expiry):
            return
        if record.day == expiry:
            self.finals.setdefault(expiry, positive(record, "settle"))
        elif record.day < expiry:
            self.rows.setdefault(expiry, {}).setdefault(record.day, _future_day(record))

    def _fill(self, folder: Path) -> None:
        """Add M1 to M8 where no contract line is; positions count the rule's settlement dates."""
        for record in read_series(folder, TERM_STRUCTURE, _MONTHS):
            if record.day < FIRST_DAY or record.day > self._end or not self._calendar.session(record.day):
                continue
            for field, expiry in zip(_MONTHS, self._listings.expiries("VIX", record.day), strict=False):
                settle = record.optional(field)
                if settle is not None:
                    row = FutureDay(day=record.day, settle=settle, bar=None)
                    self.rows.setdefault(expiry, {}).setdefault(record.day, row)


def _future_day(record: Record) -> FutureDay:
    settle = positive(record, "settle")
    opened, high, low, close = (record.optional(field) or 0.0 for field in OHLC)
    if 0.0 in {opened, high, low, close}:
        return FutureDay(day=record.day, settle=settle, bar=None)
    volume = record.optional("volume") or 0.0
    bar = whole_bar(record.day, opened, max(high, close), min(low, close), settle, volume)
    return FutureDay(day=record.day, settle=settle, bar=bar)
