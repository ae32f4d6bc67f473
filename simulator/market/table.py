"""Reading a CSV file of dated numbers, strictly: every fault names the file, the line and the field."""

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from simulator.market.model import MarketDataError

# Rows of notices that may stand above a header.
_NOTICES = 3


class Record(NamedTuple):
    """One line of a file; `number` reads its fields."""

    file: str
    line: int
    day: date
    fields: dict[str, str]

    def number(self, field: str) -> float:
        """A field as a finite number.

        Raises:
            MarketDataError: the field is empty or no number.
        """
        found = self.optional(field)
        if found is None:
            raise self.fault(field, "give a number")
        return found

    def optional(self, field: str) -> float | None:
        """A field as a finite number, None where it is empty.

        Raises:
            MarketDataError: the field is neither empty nor a number.
        """
        text = self.fields[field]
        if not text:
            return None
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise self.fault(field, "give a finite number")
        return found

    def date(self, field: str) -> date:
        """A field as an ISO date.

        Raises:
            MarketDataError: the field is no ISO date.
        """
        try:
            return date.fromisoformat(self.fields[field])
        except ValueError:
            raise self.fault(field, "give a date as YYYY-MM-DD") from None

    def fault(self, field: str, advice: str) -> MarketDataError:
        """The error for one field of this line."""
        return MarketDataError(f"{self.file}, line {self.line}: {field} = {self.fields[field]!r}: {advice}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayField:
    """Where a line says which day it belongs to.

    Attributes:
        name: The field.
        form: How it is written, for the error.
        read: Turns its text into a day; raises ValueError.
    """

    name: str
    form: str
    read: Callable[[str], date]


ISO_DAY = DayField(name="date", form="YYYY-MM-DD", read=date.fromisoformat)


def read_table(folder: Path, file: str, fields: Sequence[str], day: DayField = ISO_DAY) -> Iterator[Record]:
    """The lines of a file that has a header with the day's and the given fields.

    Raises:
        MarketDataError: no such folder or file, a field missing in header or line, or a bad date.
    """
    if not folder.is_dir():
        raise MarketDataError(f"data folder {folder}: no such folder; give the folder with spx_daily.csv")
    yield from read_file(folder / file, fields, day)


def read_file(
    path: Path, fields: Sequence[str], day: DayField = ISO_DAY, span: tuple[date, date] | None = None
) -> Iterator[Record]:
    """Like `read_table` for one file; names in the header may have spaces around them.

    Args:
        path: The file.
        fields: The fields that every line needs.
        day: The field that says the line's day.
        span: First and last day of the lines wanted; the others are passed over, unread but for their day.

    Raises:
        MarketDataError: see `read_table`.
    """
    if not path.is_file():
        raise MarketDataError(f"{path}: no such file; put it there or give another data folder")
    needed, file = (day.name, *fields), path.name
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            lines = csv.reader(handle, strict=True)
            header = _header(lines, day.name)
            missing = [field for field in needed if field not in header]
            if missing:
                raise MarketDataError(f"{path}: no column {missing[0]!r} in its header; add it")
            at = header.index(day.name)
            for row in lines:
                if row:
                    found = _day(file, lines.line_num, row, at, day)
                    if span is None or span[0] <= found <= span[1]:
                        record = Record(file, lines.line_num, found, dict(zip(header, row, strict=False)))
                        if len(row) < len(header):
                            _require(record, needed)
                        yield record
    except (UnicodeDecodeError, csv.Error) as fault:
        raise MarketDataError(f"{path}: is no CSV file in UTF-8 ({fault}); save it as one") from fault


def _header(lines: Iterator[list[str]], day: str) -> list[str]:
    """The first row that names the day's field; the very first row if none of the first few does."""
    first: list[str] = []
    for row in islice(lines, _NOTICES + 1):
        header = [name.strip() for name in row]
        if day in header:
            return header
        first = first or header
    return first


def _day(file: str, line: int, row: Sequence[str], at: int, day: DayField) -> date:
    if at >= len(row):
        raise MarketDataError(f"{file}, line {line}: no {day.name!r}: complete the line")
    try:
        return day.read(row[at])
    except ValueError:
        advice = f"give a date as {day.form}"
        raise MarketDataError(f"{file}, line {line}: {day.name} = {row[at]!r}: {advice}") from None


def _require(record: Record, needed: Sequence[str]) -> None:
    """A line shorter than the header may lack what nobody asks for, but not a needed field."""
    short = [field for field in needed if field not in record.fields]
    if short:
        raise MarketDataError(f"{record.file}, line {record.line}: no {short[0]!r}: complete the line")


def read_series(folder: Path, file: str, fields: Sequence[str]) -> list[Record]:
    """Like `read_table` for a file with one line a day.

    Raises:
        MarketDataError: also when a date is repeated or out of order.
    """
    return read_ascending(read_table(folder, file, fields))


def read_ascending(lines: Iterable[Record], day: DayField = ISO_DAY) -> list[Record]:
    """Lines of which each belongs to a later day than the one before.

    Raises:
        MarketDataError: a date is repeated or out of order.
    """
    records: list[Record] = []
    for record in lines:
        if records and record.day == records[-1].day:
            raise record.fault(day.name, "is there twice; remove one of the two lines")
        if records and record.day < records[-1].day:
            raise record.fault(day.name, f"comes after {records[-1].day}; sort the file by date")
        records.append(record)
    return records
