"""Check audit files as a stranger would: every line against its hash, every hash against the line before.

What this cannot see is a chain that was cut at its end, or computed anew from some line on: compare the last
record's hash with the journal's, or with a copy of it kept elsewhere. Where old files were removed, the chain
begins at the checkpoint that was left in their place.
"""

from collections.abc import Iterator
from pathlib import Path

from daemon.errors import AuditTampered, AuditUnavailable
from daemon.telemetry.audit_tail import audit_files, lines_of
from daemon.telemetry.checkpoints import beginning, read
from daemon.telemetry.records import GENESIS, BadRecord, Chain, Record, before, parse_line


def verify_path(path: Path) -> Iterator[Record]:
    """Check a folder of audit files, or one file.

    Args:
        path: a folder, whose chain must begin with seq 1, or at its checkpoint where old files were removed;
            or a file, which may begin anywhere in the chain.

    Yields:
        Each record, checked, in order.

    Raises:
        AuditTampered: at the first line that does not hold: names file, line, seq and what is wrong.
        AuditUnavailable: there is nothing to check, or it cannot be read.
    """
    try:
        files, chain = _of_folder(path) if path.is_dir() else ([path], None)
        if not files:
            raise AuditUnavailable(f"{path} has no audit-YYYY-MM-DD.jsonl: give the audit folder or one file")
        for file in files:
            for number, line in enumerate(lines_of(file), start=1):
                chain, record = _check(line, chain, f"{file}:{number}")
                yield record
    except OSError as error:
        raise AuditUnavailable(f"cannot read {error.filename or path}: {error.strerror}") from error


def _of_folder(folder: Path) -> tuple[list[Path], Chain]:
    """Give a folder's files in order, and the chain that the first one must follow."""
    files, begin = audit_files(folder), beginning(folder)
    if begin is None:
        return list(files.values()), GENESIS
    return [file for day, file in files.items() if day >= begin[0]], read(begin[1]).chain


def _check(line: bytes, chain: Chain | None, where: str) -> tuple[Chain, Record]:
    """Check one line; None takes the line's own word for what came before."""
    try:
        record = parse_line(_without_break(line))
        return (chain or before(record)).accept(record), record
    except BadRecord as error:
        due = "" if chain is None else f" (seq {chain.last_seq + 1} was due)"
        raise AuditTampered(f"{where}{due}: {error}") from error


def _without_break(line: bytes) -> bytes:
    """Take the line break off; only the last line of a file can lack it."""
    if not line.endswith(b"\n"):
        raise BadRecord("no line break at its end: cut short, or the daemon is writing it just now")
    return line[:-1]
