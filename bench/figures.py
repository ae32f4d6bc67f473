"""What is reported: figures with limits, as a table, as JSON, as a page of the documentation."""

import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value and the most that it may be.

    Attributes:
        name: what it is called in the JSON file.
        title: what it is, in words.
        value: the figure.
        limit: the largest value that is allowed.
        unit: of value and limit; empty for a ratio.
        spread: least and greatest of the repetitions; None with a single one.
        facts: what was measured on the way, by name with unit.
        faults: what makes the figure a miss whatever its value.
    """

    name: str
    title: str
    value: float
    limit: float
    unit: str = ""
    spread: tuple[float, float] | None = None
    facts: dict[str, float | int | str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the limit is kept."""
        return self.value <= self.limit and not self.faults


def ratio_of(ratios: Sequence[float]) -> tuple[float, tuple[float, float]]:
    """Return the median of repeated ratios, and their least and greatest."""
    return statistics.median(ratios), (min(ratios), max(ratios))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least of `values` that at least `share` (0 to 1] of them do not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def machine() -> dict[str, str | int]:
    """Return the facts without which a figure says little."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count() or 0,
        "load_1min": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


_HEAD = ("figure", "value", "spread", "limit", "")


def rows(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """Return the table's lines of cells, the head first."""
    table: list[tuple[str, ...]] = [_HEAD]
    for figure in figures:
        unit = f" {figure.unit}" if figure.unit else ""
        spread = "" if figure.spread is None else f"{figure.spread[0]:.2f} to {figure.spread[1]:.2f}"
        verdict = "ok" if figure.ok else "miss"
        table.append(
            (figure.title, f"{figure.value:.2f}{unit}", spread, f"{figure.limit:.2f}{unit}", verdict)
        )
    return table


def as_text(figures: Sequence[Figure]) -> str:
    """Return the table for a terminal, with each figure's facts under it."""
    table = rows(figures)
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    out = [lines[0]]
    for line, figure in zip(lines[1:], figures, strict=True):
        out.append(line)
        out += [f"    {name}: {_shown(value)}" for name, value in figure.facts.items()]
        out += [f"    fault: {fault}" for fault in figure.faults]
    return "\n".join(line.rstrip() for line in out) + "\n"


def _shown(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def as_json(figures: Sequence[Figure]) -> dict[str, object]:
    """Return everything for the results file."""
    return {"machine": machine(), "figures": [asdict(figure) | {"ok": figure.ok} for figure in figures]}


def as_page(figures: Sequence[Figure], command: str) -> str:
    """Return the page for the documentation (markdown)."""
    facts = machine()
    table = [tuple(cell or " " for cell in row) for row in rows(figures)]
    lines = ["| " + " | ".join(row) + " |" for row in table]
    lines.insert(1, "|" + "---|" * len(_HEAD))
    details = [
        f"- {figure.title}: " + "; ".join(f"{name} {_shown(value)}" for name, value in figure.facts.items())
        for figure in figures
    ]
    template = (Path(__file__).parent / "page.md").read_text()
    return template.format(
        command=command,
        table="\n".join(lines),
        details="\n".join(details),
        machine=", ".join(f"{name} {value}" for name, value in facts.items()),
    )
