"""Files as Cboe offers them for download, beside or instead of a data folder's own.

Indices: VIX_History.csv, VIX3M_History.csv (DATE, OPEN, HIGH, LOW, CLOSE), VVIX_History.csv (DATE, VVIX).
VX futures: one file per contract, VX_2020-01-22.csv or the older CFE_F20_VX.csv, with the columns Trade Date,
Futures ("F (Jan 2020)"), Open, High, Low, Close, Settle, Change, Total Volume, EFP, Open Interest; notices
above the header are passed over. Dates are MM/DD/YYYY or YYYY-MM-DD. Days that both have are the folder's.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from simulator.market.calendar import Calendar
from simulator.market.listings import vx_settlement
from simulator.market.table import DayField, Record, read_ascending, read_file, read_series

HISTORIES = {
    "vix_daily.csv": "VIX_History.csv",
    "vvix_daily.csv": "VVIX_History.csv",
    "vix3m_daily.csv": "VIX3M_History.csv",
}

_VX_PATTERNS = ("VX_*.csv", "CFE_*_VX.csv")
_VX_FIELDS = ("Futures", "Open", "High", "Low", "Close", "Settle", "Total Volume")
_MONTH_CODES = "FGHJKMNQUVXZ"
_CONTRACT = re.compile(rf"([{_MONTH_CODES}]) \([A-Z][a-z]{{2}} (?:20)?(\d\d)\)")


def _read_day(text: str) -> date:
    parts = text.split("/")
    if len(parts) == 1:
        return date.fromisoformat(text)
    month, day, year = (int(part) for part in parts)
    return date(year, month, day)


_INDEX_DAY = DayField(name="DATE", form="MM/DD/YYYY", read=_read_day)
_VX_DAY = DayField(name="Trade Date", form="MM/DD/YYYY or YYYY-MM-DD", read=_read_day)


class ContractDay(NamedTuple):
    """One line of a contract's file."""

    expiry: date
    record: Record


def has_vix(folder: Path) -> bool:
    """Whether the folder has Cboe's history of VIX."""
    return (folder / HISTORIES["vix_daily.csv"]).is_file()


def read_dated(folder: Path, file: str, fields: Sequence[str]) -> list[Record]:
    """A file's lines, with those of Cboe's history of the same index for the days that it lacks.

    Raises:
        MarketDataError: both are missing, or one is wrong.
    """
    other = folder / HISTORIES[file] if file in HISTORIES else None
    if other is None or not other.is_file():
        return read_series(folder, file, fields)
    lines = read_ascending(read_file(other, tuple(field.upper() for field in fields), _INDEX_DAY), _INDEX_DAY)
    cboe = [
        line._replace(fields={name.lower(): text for name, text in line.fields.items()}) for line in lines
    ]
    own = read_series(folder, file, fields) if (folder / file).is_file() else []
    known = {record.day for record in own}
    return sorted([*own, *(line for line in cboe if line.day not in known)], key=lambda line: line.day)


def contract_files(folder: Path) -> list[Path]:
    """The folder's files of single VX contracts, by name."""
    return sorted(chain.from_iterable(folder.glob(pattern) for pattern in _VX_PATTERNS))


def read_contract_files(folder: Path, calendar: Calendar) -> Iterator[ContractDay]:
    """The lines of all contract files that settle within the calendar; lines without a settlement left out.

    Raises:
        MarketDataError: a file is wrong.
    """
    for path in contract_files(folder):
        for record in read_file(path, _VX_FIELDS, _VX_DAY):
            found = _CONTRACT.fullmatch(record.fields["Futures"].strip())
            if found is None:
                raise record.fault("Futures", "give a monthly contract as F (Jan 2020)")
            year, month = 2000 + int(found[2]), _MONTH_CODES.index(found[1]) + 1
            # The rule looks a month beyond the contract's own.
            if not calendar.first_day.year * 12 + calendar.first_day.month < year * 12 + month:
                continue
            if year * 12 + month >= calendar.last_day.year * 12 + calendar.last_day.month - 1:
                continue
            if record.number("Settle") > 0.0:
                fields = {name.lower(): text for name, text in record.fields.items()}
                fields["volume"] = fields["total volume"]
                yield ContractDay(vx_settlement(calendar, year, month), record._replace(fields=fields))
