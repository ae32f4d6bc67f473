"""Audit files by name and by their end: which there are, where the chain stopped, what a crash has torn."""

import gzip
import os
import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from daemon.errors import AuditTampered
from daemon.telemetry.records import BadRecord, Record, parse_line

_NAME = re.compile(r"audit-([0-9]{4}-[0-9]{2}-[0-9]{2})\.jsonl(\.gz)?")
_BLOCK_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class TornTail:
    """What was cut off the end of a file.

    Args:
        path: the file.
        offset: where it ends now, bytes.
        length: how many bytes were cut.
        reason: why they were no record.
    """

    path: Path
    offset: int
    length: int
    reason: str


def file_of(folder: Path, day: date) -> Path:
    """Name the file of a trading day.

    Args:
        folder: the audit folder.
        day: the trading day in New York.

    Returns:
        `audit-YYYY-MM-DD.jsonl` in the folder.
    """
    return folder / f"audit-{day.isoformat()}.jsonl"


def compressed_of(path: Path) -> Path:
    """Name the compressed form of an audit file: the same with `.gz`."""
    return path.with_name(path.name + ".gz")


def audit_files(folder: Path) -> dict[date, Path]:
    """List a folder's audit files.

    Args:
        folder: an existing folder.

    Returns:
        The files by trading day, oldest first, compressed ones among them; where a crash has left both forms
        of a day, the plain one. What is not named as `file_of` names it is left out.
    """
    return dict(sorted(_named(folder), key=lambda found: (found[0], found[1].suffix != ".gz")))


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines of an audit file, compressed or not, with their line breaks.

    Raises:
        AuditTampered: a compressed file is damaged.
        OSError: the file cannot be read.
    """
    if path.suffix != ".gz":
        with path.open("rb") as file:
            yield from file
        return
    try:
        with gzip.open(path) as unpacked:
            yield from unpacked
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise AuditTampered(f"{path}: no whole gzip file: {error}; restore it from a backup") from error


def last_record(path: Path) -> tuple[Record | None, TornTail | None]:
    """Read a file's last record; first cut off what a crash has left after it.

    A crash leaves a line without its line break or, when blocks reach the disk out of order, one last line
    that is no record. More than that is not a crash. Nothing is ever torn in a compressed file.

    Args:
        path: the file.

    Returns:
        The record, None in a file without one; and what was cut, None when nothing was.

    Raises:
        AuditTampered: after the cut the last line still is no record.
        OSError: the file cannot be read or written.
    """
    if path.suffix == ".gz":
        return _last_compressed(path), None
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        end = _after_line_break(file, size)
        reason = "the last line has no line break" if end < size else ""
        try:
            record = _record_before(file, end)
        except BadRecord as error:
            if reason:
                raise _tampered(path, end, error) from error
            reason, end = str(error), _after_line_break(file, end - 1)
            try:
                record = _record_before(file, end)
            except BadRecord as deeper:
                raise _tampered(path, end, deeper) from deeper
        if not reason:
            return record, None
        file.truncate(end)
        os.fsync(file.fileno())
        return record, TornTail(path=path, offset=end, length=size - end, reason=reason)


def _last_compressed(path: Path) -> Record | None:
    """Read the last record of a compressed file."""
    last = deque(lines_of(path), maxlen=1)
    try:
        return parse_line(last[0].removesuffix(b"\n")) if last else None
    except BadRecord as error:
        raise AuditTampered(f"{path}: the last line is no record: {error}; restore the file") from error


def _named(folder: Path) -> Iterator[tuple[date, Path]]:
    """Pair each audit file with its day."""
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        try:
            yield date.fromisoformat(match[1]), path
        except ValueError as error:
            raise AuditTampered(f"{path}: {error}; no audit file has this name: move it away") from error


def _record_before(file: BinaryIO, end: int) -> Record | None:
    """Parse the line that ends, with its line break, at `end`; None at the start of the file."""
    if end == 0:
        return None
    start = _after_line_break(file, end - 1)
    file.seek(start)
    return parse_line(file.read(end - 1 - start))


def _after_line_break(file: BinaryIO, end: int) -> int:
    """Find the offset after the last line break before `end`; 0 when there is none."""
    while end > 0:
        start = max(0, end - _BLOCK_BYTES)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _tampered(path: Path, end: int, error: BadRecord) -> AuditTampered:
    """Name the line that ends at `end`."""
    return AuditTampered(
        f"{path}: the line that ends at byte {end} is no record: {error}; a crash does not do this: "
        "keep the file as evidence, restore it from a backup or move it away",
    )
