"""Old audit files: compressed, then removed; never the newest, never what the journal still relies on."""

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from daemon.errors import AuditTampered
from daemon.telemetry import checkpoints
from daemon.telemetry.audit_tail import audit_files, compressed_of, lines_of
from daemon.telemetry.durable import sync_folder
from daemon.telemetry.records import BadRecord, parse_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """What was done.

    Args:
        removed: names of the files removed, oldest first.
        removed_up_to_seq: the last record that went with them; 0 when none did.
        checkpoint: name of the state at which the chain begins now; empty when nothing was removed.
        compressed: names of the files compressed, oldest first.
    """

    removed: tuple[str, ...] = ()
    removed_up_to_seq: int = 0
    checkpoint: str = ""
    compressed: tuple[str, ...] = ()


def tidy(folder: Path, today: date, *, keep_days: int, compress_after_days: int, covered_seq: int) -> Tidied:
    """Remove and compress what is old enough.

    Args:
        folder: the audit folder.
        today: the trading day in New York.
        keep_days: files of days more than so many before today are removed; 0: none.
        compress_after_days: files of days more than so many before today are compressed; 0: none.
        covered_seq: the record up to which the journal's snapshot reaches.

    Returns:
        What was done.

    Raises:
        AuditTampered: a state does not fit the file that follows it; nothing was removed.
        OSError: the disk refuses.
    """
    removed = _remove(folder, today - timedelta(days=keep_days), covered_seq) if keep_days else Tidied()
    if not compress_after_days:
        return removed
    compressed = _compress_all(folder, today - timedelta(days=compress_after_days))
    return Tidied(
        removed=removed.removed,
        removed_up_to_seq=removed.removed_up_to_seq,
        checkpoint=removed.checkpoint,
        compressed=compressed,
    )


def _remove(folder: Path, cutoff: date, covered_seq: int) -> Tidied:
    """Remove the files before the first day that is kept."""
    begin = _new_beginning(folder, cutoff, covered_seq)
    if begin is None:
        return Tidied()
    day, source, seq = begin
    checkpoint = checkpoints.checkpoint_file(folder, day)
    if source != checkpoint:
        # First the new beginning, then the removal: cut short in between, the chain still begins somewhere.
        source.replace(checkpoint)
        sync_folder(folder)
    old = [path for of_day, path in audit_files(folder).items() if of_day < day]
    old += [path for _, of_day, path in checkpoints.named(folder) if of_day < day]
    for path in old:
        path.unlink()
    sync_folder(folder)
    return Tidied(
        removed=tuple(path.name for path in old),
        removed_up_to_seq=seq,
        checkpoint=checkpoint.name,
    )


def _new_beginning(folder: Path, cutoff: date, covered_seq: int) -> tuple[date, Path, int] | None:
    """Choose the day whose file becomes the oldest: the first one kept whose state is known and covered."""
    files = audit_files(folder)
    days = list(files)
    last = next((number for number, day in enumerate(days) if day >= cutoff), len(days) - 1)
    states = {day: path for _, day, path in checkpoints.named(folder)}
    for day in reversed(days[1 : last + 1]):
        path = states.get(day)
        if path is None:
            continue
        found = checkpoints.read(path)
        if found.seq <= covered_seq:
            _check_follows(files[day], found, path)
            return day, path, found.seq
    return None


def _check_follows(file: Path, state: checkpoints.Checkpoint, source: Path) -> None:
    """See that a file's first record follows a state."""
    line = next(lines_of(file), b"")
    try:
        state.chain.accept(parse_line(line.removesuffix(b"\n")))
    except BadRecord as error:
        raise AuditTampered(f"{file} does not follow {source.name}: {error}; nothing was removed") from error


def _compress_all(folder: Path, cutoff: date) -> tuple[str, ...]:
    """Compress all plain files before the cutoff but the newest."""
    files = audit_files(folder)
    return tuple(
        path.name
        for day, path in list(files.items())[:-1]
        if day < cutoff and path.suffix != ".gz" and _compress(path)
    )


def _compress(path: Path) -> bool:
    """Replace a file by its gzip, which is the same bytes for the same file; True when done."""
    target = compressed_of(path)
    part = target.with_name(target.name + ".part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            for block in _blocks(path):
                packed.write(block)
        raw.flush()
        os.fsync(raw.fileno())
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw, mode="rb") as again:
            for block in _blocks(path):
                if again.read(len(block)) != block:
                    raise OSError(0, "the compressed file is not what was written", str(part))
    part.replace(target)
    sync_folder(path.parent)
    path.unlink()
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes in pieces."""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block
