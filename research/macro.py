"""Macro facts from a folder of `SERIES.csv` files, told to the core at their releases and not before."""

import csv
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from strategies.core.events import Macro
from strategies.core.macro_facts import MacroFact, Series

_COLUMNS = ["period", "released", "value"]


class MacroError(Exception):
    """The folder or a file of it is wrong; the message names file, line and field, and what to do."""


class MacroFeed:
    """Holds facts back until they are released.

    Args:
        facts: in any order.
    """

    def __init__(self, facts: Sequence[MacroFact]) -> None:
        self._facts = sorted(facts, key=lambda fact: (fact.released, fact.series, fact.period))
        self._sent = 0

    def due(self, now: datetime) -> Macro | None:
        """Return the event with what was released since it was last asked, None where nothing was."""
        released = bisect_right(self._facts, now, key=lambda fact: fact.released)
        facts = tuple(self._facts[self._sent : released])
        self._sent = released
        return Macro(time=now, facts=facts) if facts else None


def read_folder(folder: Path) -> list[MacroFact]:
    """Return the facts of all series that the folder has.

    `hedged macro check FOLDER` looks deeper, and tells all faults at once.

    Raises:
        MacroError: no such folder, no series in it, or a line that cannot be read.
    """
    files = [(series, folder / f"{series}.csv") for series in Series if (folder / f"{series}.csv").is_file()]
    if not files:
        names = ", ".join(f"{series}.csv" for series in Series)
        raise MacroError(f"macro folder {folder}: there is none of {names}; give a folder with some of them")
    return [fact for series, path in files for fact in _read(series, path)]


def _read(series: Series, path: Path) -> Iterator[MacroFact]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        numbered = ((n, row) for n, row in enumerate(csv.reader(handle), 1) if row and row[0][:1] != "#")
        header = next(numbered, (1, []))[1]
        if [name.strip() for name in header] != _COLUMNS:
            raise MacroError(f"{path}: its columns are {header}: they must be {','.join(_COLUMNS)}")
        for number, row in numbered:
            try:
                period, released, value = (cell.strip() for cell in row)
                at = datetime.fromisoformat(released).astimezone(UTC)
                yield MacroFact(series, date.fromisoformat(period), at, float(value) if value else None)
            except ValueError as error:
                raise MacroError(
                    f"{path} line {number}: {','.join(row)}: {error}; correct the line"
                ) from error
