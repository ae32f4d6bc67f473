"""Series of one value a day that a data folder may or may not have: VVIX, VIX3M and breadth."""

from datetime import date
from pathlib import Path

from simulator.market.bars import positive
from simulator.market.cboe import HISTORIES, has_vix, read_dated
from simulator.market.model import MarketDataError
from simulator.market.table import Record, read_series
from simulator.market.tape import Breadth, Level

# The second is counted from fewer stocks; it is asked for days that the exchange's own counts do not reach.
_BREADTH_FILES = ("nyse_advance_decline_daily.csv", "us_broad_advance_decline_daily_derived.csv")


def read_levels(folder: Path, file: str, field: str, end: date) -> list[Level]:
    """Positive levels up to `end`; none where a file that is not needed is missing.

    VVIX is needed, unless VIX comes as Cboe's download: then its usual level beside VIX stands in.

    Raises:
        MarketDataError: the file is wrong, or missing though needed.
    """
    there = any((folder / name).is_file() for name in (file, HISTORIES[file]))
    if not there and (file != "vvix_daily.csv" or has_vix(folder)):
        return []
    records = read_dated(folder, file, (field,))
    return [Level(day=row.day, value=positive(row, field)) for row in records if row.day <= end]


def read_breadth(folder: Path, end: date) -> list[Breadth]:
    """Daily counts up to `end`, ascending; none where the folder has no file of them.

    Raises:
        MarketDataError: a file is wrong.
    """
    found: dict[date, Breadth] = {}
    for file in _BREADTH_FILES:
        if (folder / file).is_file():
            for record in read_series(folder, file, ("advancing", "declining")):
                if record.day <= end:
                    found.setdefault(record.day, _breadth(record))
    return [found[day] for day in sorted(found)]


def _breadth(record: Record) -> Breadth:
    counts = {"unchanged": 0}
    for field in ("advancing", "declining", "unchanged"):
        if field in record.fields:
            value = (record.optional(field) or 0.0) if field == "unchanged" else record.number(field)
            if value < 0.0:
                raise record.fault(field, "give a count")
            counts[field] = int(value)
    if counts["advancing"] + counts["declining"] == 0:
        raise MarketDataError(f"{record.file}, line {record.line}: no issues at all; remove the line")
    return Breadth(day=record.day, **counts)
