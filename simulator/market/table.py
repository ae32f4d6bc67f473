"""Reading a CSV file of dated numbers, strictly: every fault names the file, the line and the field."""

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulator.market.model import MarketDataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
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


def read_file(path: Path, fields: Sequence[str], day: DayField = ISO_DAY) -> Iterator[Record]:
    """Like `read_table` for one file; names in the header may have spaces around them.

    Raises:
        MarketDataError: see `read_table`.
    """
    if not path.is_file():
        raise MarketDataError(f"{path}: no such file; put it there or give another data folder")
    needed = (day.name, *fields)
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            lines = csv.DictReader(handle, strict=True)
            lines.fieldnames = [name.strip() for name in lines.fieldnames or ()]
            missing = [field for field in needed if field not in lines.fieldnames]
            if missing:
                raise MarketDataError(f"{path}: no column {missing[0]!r} in its header; add it")
            for row in lines:
                yield _record(path.name, lines.line_num, row, needed, day)
    except (UnicodeDecodeError, csv.Error) as fault:
        raise MarketDataError(f"{path}: is no CSV file in UTF-8 ({fault}); save it as one") from fault


def _record(file: str, line: int, row: dict[str, str], needed: Sequence[str], day: DayField) -> Record:
    # The reader fills a short line up with None.
    short = [field for field in needed if row[field] is None]
    if short:
        raise MarketDataError(f"{file}, line {line}: no {short[0]!r}: complete the line")
    try:
        found = day.read(row[day.name])
    except ValueError:
        advice = f"give a date as {day.form}"
        raise MarketDataError(f"{file}, line {line}: {day.name} = {row[day.name]!r}: {advice}") from None
    return Record(file=file, line=line, day=found, fields=row)


def read_series(folder: Path, file: str, fields: Sequence[str]) -> list[Record]:
    """Like `read_table` for a file with one line a day.

    Raises:
        MarketDataError: also when a date is repeated or out of order.
    """
    records: list[Record] = []
    for record in read_table(folder, file, fields):
        if records and record.day == records[-1].day:
            raise record.fault("date", "is there twice; remove one of the two lines")
        if records and record.day < records[-1].day:
            raise record.fault("date", f"comes after {records[-1].day}; sort the file by date")
        records.append(record)
    return records
