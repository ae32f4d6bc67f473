"""Reading a CSV file of dated numbers, strictly: every fault names the file, the line and the field."""

import csv
import math
from collections.abc import Iterator, Sequence
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


def read_table(folder: Path, file: str, fields: Sequence[str]) -> Iterator[Record]:
    """The lines of a file that has a header with `date` and the given fields.

    Raises:
        MarketDataError: no such folder or file, a field missing in header or line, or a bad date.
    """
    if not folder.is_dir():
        raise MarketDataError(f"data folder {folder}: no such folder; give the folder with spx_daily.csv")
    path = folder / file
    if not path.is_file():
        raise MarketDataError(f"{path}: no such file; put it there or give another data folder")
    needed = ("date", *fields)
    try:
        with path.open(newline="", encoding="utf-8") as handle:
            lines = csv.DictReader(handle, strict=True)
            missing = [field for field in needed if field not in (lines.fieldnames or ())]
            if missing:
                raise MarketDataError(f"{path}: no column {missing[0]!r} in its header; add it")
            for row in lines:
                yield _record(file, lines.line_num, row, needed)
    except (UnicodeDecodeError, csv.Error) as fault:
        raise MarketDataError(f"{path}: is no CSV file in UTF-8 ({fault}); save it as one") from fault


def _record(file: str, line: int, row: dict[str, str], needed: Sequence[str]) -> Record:
    # The reader fills a short line up with None.
    short = [field for field in needed if row[field] is None]
    if short:
        raise MarketDataError(f"{file}, line {line}: no {short[0]!r}: complete the line")
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        advice = "give a date as YYYY-MM-DD"
        raise MarketDataError(f"{file}, line {line}: date = {row['date']!r}: {advice}") from None
    return Record(file=file, line=line, day=day, fields=row)


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
