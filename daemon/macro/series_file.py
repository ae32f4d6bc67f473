"""One file of the folder: `period,released,value`, a figure a line, and every fault with its place.

A line that begins with # before the header is a note: where the figures come from.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from math import isfinite
from pathlib import Path

from daemon.macro import periods
from strategies.core.macro import MacroFact, Series

COLUMNS = ("period", "released", "value")
_ZONE = "must be a time with its zone, such as 2018-03-13T08:30:00-04:00"
_VALUE = "must be a number, or empty where none was published"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFile:
    """What a file holds; `gaps` counts the missing periods that are not accounted for."""

    series: Series
    facts: tuple[MacroFact, ...]
    note: str
    gaps: int
    faults: tuple[str, ...]


def read(path: Path, series: Series) -> SeriesFile:
    """Read one file; what is wrong with it is in `faults`, each with file, line and field.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        return _nothing(series, f"{path}: it is no UTF-8 text ({error.reason}): save it as UTF-8")
    notes = _notes(lines)
    if len(lines) == len(notes):
        return _nothing(series, f"{path}: it is empty: begin with the line {','.join(COLUMNS)}")
    header = tuple(name.strip() for name in lines[len(notes)].split(","))
    if header != COLUMNS:
        return _nothing(series, f"{path} line {len(notes) + 1}: {_columns(header)}")
    rows: list[tuple[int, MacroFact]] = []
    faults: list[str] = []
    for number, cells in _cells(lines, len(notes) + 1):
        found = _fact(series, cells)
        if isinstance(found, MacroFact):
            rows.append((number, found))
        else:
            faults.append(f"{path} line {number}: {found}")
    faults += [f"{path} {fault}" for fault in _duplicates(rows)]
    gaps = _gaps(series, rows) if not faults else []
    return SeriesFile(
        series=series,
        facts=tuple(fact for _, fact in rows),
        note=" ".join(note.lstrip("# ").rstrip() for note in notes),
        gaps=len(gaps),
        faults=(*faults, *(f"{path}: {gap}" for gap in gaps)),
    )


def _nothing(series: Series, fault: str) -> SeriesFile:
    return SeriesFile(series=series, facts=(), note="", gaps=0, faults=(fault,))


def _notes(lines: Sequence[str]) -> list[str]:
    notes: list[str] = []
    for line in lines:
        if not line.startswith("#"):
            break
        notes.append(line)
    return notes


def _columns(header: Sequence[str]) -> str:
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in COLUMNS if name not in header]
    said = [f"unknown column {name!r}" for name in unknown] + [
        f"column {name!r} is missing" for name in missing
    ]
    return f"{', '.join(said) or 'the columns are in another order'}: the header is {','.join(COLUMNS)}"


def _cells(lines: Sequence[str], first: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not blank."""
    for number, line in enumerate(lines[first:], start=first + 1):
        if line.strip():
            yield number, [cell.strip() for cell in next(csv.reader([line]))]


def _fact(series: Series, cells: Sequence[str]) -> MacroFact | str:
    """Return the fact of a line, or what is wrong with it."""
    if len(cells) != len(COLUMNS):
        return f"has {len(cells)} cells, must have {len(COLUMNS)}: {','.join(COLUMNS)}"
    period, released = _day(cells[0]), _time(cells[1])
    if period is None:
        return f"period = {cells[0]!r}: must be a day, such as 2018-03-01"
    if released is None:
        return f"released = {cells[1]!r}: {_ZONE}"
    value = _number(cells[2])
    if isinstance(value, str):
        return f"value = {cells[2]!r}: {value}"
    fault = periods.period_fault(series, period)
    if fault:
        return f"period = {cells[0]!r}: {fault}"
    fault = periods.release_fault(series, period, released)
    return f"released = {cells[1]!r}: {fault}" if fault else MacroFact(series, period, released, value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | str | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return _VALUE
    return value if isfinite(value) else _VALUE


def _duplicates(rows: Iterable[tuple[int, MacroFact]]) -> Iterator[str]:
    seen: dict[tuple[date, datetime], int] = {}
    for number, fact in rows:
        first = seen.setdefault((fact.period, fact.released), number)
        if first != number:
            yield (
                f"line {number}: period = '{fact.period}' with this release stands in line {first} already: "
                "remove one, or give a revision its own release"
            )


def _gaps(series: Series, rows: Iterable[tuple[int, MacroFact]]) -> list[str]:
    days = sorted({fact.period for _, fact in rows})
    found = [
        (missing, following)
        for day, following in pairwise(days)
        if (missing := periods.gap_after(series, day, following)) is not None
    ]
    return [
        f"period = '{missing}' is missing, the next one there is {following}: add it, with an empty value "
        "where none was published"
        for missing, following in found
    ]
