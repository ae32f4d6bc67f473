"""Seeds that broke once: they are kept in `seeds.txt` and run before all others.

What a seed's day is follows from the code: other starts or other kinds of fault make another day of it. So a
line tells, beside the seed, how the day began and what befell it when it broke.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from soak.outcome import Outcome

KEPT = Path(__file__).with_name("seeds.txt")
_COLUMNS = 4


class KeptSeedsError(ValueError):
    """A line of the file is none."""


def read_kept(path: Path = KEPT) -> tuple[int, ...]:
    """Return the seeds of the file, each once, in its order.

    Raises:
        KeptSeedsError: a line is not `seed | date | day | what was wrong`.
    """
    seeds: dict[int, None] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            cells = [cell.strip() for cell in line.split("|", _COLUMNS - 1)]
            if len(cells) != _COLUMNS or not cells[0].isdecimal():
                raise KeptSeedsError(
                    f"{path.name} line {number}: '{line}' is not 'seed | date | day | what was wrong'"
                )
            seeds[int(cells[0])] = None
    return tuple(seeds)


def keep(broken: Iterable[Outcome], day: date, path: Path = KEPT) -> None:
    """Add the days that broke and are not in the file yet."""
    known = set(read_kept(path))
    with path.open("a", encoding="utf-8") as file:
        for outcome in broken:
            if outcome.seed not in known:
                what = " ".join(outcome.broken[0].replace("|", "/").split())
                file.write(f"{outcome.seed} | {day} | {outcome.described()} | {what}\n")
