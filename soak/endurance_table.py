"""The table of an endurance run: a line an evening, and what was measured against."""

from collections.abc import Sequence

from soak.evening import Evening

_HEAD = (
    "session",
    "MB",
    "objects",
    "state KB",
    "tasks",
    "files open",
    "journal",
    "audit files",
    "condors",
    "layers",
    "orders so far",
)


def table(evenings: Sequence[Evening], *, warm_up: int) -> str:
    """Return the lines; one of dashes ends the warm-up."""
    rows = [_HEAD, *(_row(evening) for evening in evenings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1 + warm_up, "-" * len(lines[0]))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _row(evening: Evening) -> tuple[str, ...]:
    orders = ", ".join(f"{count} {purpose}" for purpose, count in sorted(evening.orders.items()))
    return (
        f"{evening.day}",
        f"{evening.resident_bytes / 1e6:.1f}",
        f"{evening.objects}",
        f"{evening.state_bytes / 1e3:.1f}",
        f"{evening.tasks}",
        f"{evening.descriptors}",
        f"{evening.journal_commits}",
        f"{len(evening.audit_files)}",
        f"{evening.condors}",
        f"{evening.layers}",
        orders,
    )
