"""Finding records in the audit files, by what their lines contain; nothing else is decoded."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from daemon.errors import AuditTampered, AuditUnavailable
from daemon.telemetry.audit_tail import audit_files, lines_of
from daemon.telemetry.records import BadRecord, Record, parse_line

Wanted = Callable[[bytes], bool]


def kind_is(*kinds: str) -> Wanted:
    """Return the test for lines of these kinds."""
    marks = [f'"kind":"{kind}"'.encode() for kind in kinds]
    return lambda line: any(mark in line for mark in marks)


def days(folder: Path) -> list[date]:
    """Return the days that have a file, oldest first.

    Raises:
        AuditUnavailable: there is none.
    """
    found = list(audit_files(folder)) if folder.is_dir() else []
    if not found:
        raise AuditUnavailable(f"{folder} has no audit files: give the audit folder of a daemon that has run")
    return found


def search(
    folder: Path, wanted: Wanted, *, first: date | None = None, last: date | None = None
) -> Iterator[Record]:
    """Yield the records whose line is wanted, in order; a line that is still being written is left out.

    Args:
        folder: the audit files.
        wanted: looks at a line's bytes.
        first: no file of an earlier day is read.
        last: no file of a later day is read.

    Raises:
        AuditTampered: a wanted line is no record.
        AuditUnavailable: there are no files, or they cannot be read.
    """
    days(folder)
    for day, path in audit_files(folder).items():
        if (first is None or day >= first) and (last is None or day <= last):
            yield from _search_file(path, wanted)


def last_decision(folder: Path) -> Record:
    """Return the latest decision.

    Raises:
        AuditTampered, AuditUnavailable: as `search`; the latter also where there is no decision.
    """
    days(folder)
    found = latest_decision(folder)
    if found is None:
        raise AuditUnavailable(
            f"{folder} has no decision yet: give the audit folder of a daemon that has run"
        )
    return found


def latest_decision(folder: Path, *, days_max: int | None = None) -> Record | None:
    """Return the latest decision, None where there is none (in the newest `days_max` files, if given).

    Raises:
        AuditTampered, AuditUnavailable: as `search`.
    """
    found_days = list(reversed(list(audit_files(folder)) if folder.is_dir() else []))
    for day in found_days[:days_max]:
        found = deque(search(folder, kind_is("decision"), first=day, last=day), maxlen=1)
        if found:
            return found[0]
    return None


def _search_file(path: Path, wanted: Wanted) -> Iterator[Record]:
    try:
        for number, line in enumerate(lines_of(path), start=1):
            if line.endswith(b"\n") and wanted(line):
                try:
                    yield parse_line(line[:-1])
                except BadRecord as error:
                    raise AuditTampered(f"{path}:{number}: {error}") from error
    except OSError as error:
        raise AuditUnavailable(f"cannot read {path}: {error.strerror or error}") from error
