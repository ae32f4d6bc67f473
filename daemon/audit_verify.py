"""`hedged audit verify`: the chain, the sequence, and every decision made again from its event."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.console import Console

from daemon import codec
from daemon.errors import AuditTampered, ExitCode
from daemon.telemetry.audit_tail import audit_files
from daemon.telemetry.records import GENESIS_HASH, Record
from daemon.telemetry.verify_chain import verify_path
from strategies.core.state import State, state_hash


def verify(path: Path) -> ExitCode:
    """Check the audit files of a folder, or those up to one file, and print one line.

    Raises:
        AuditTampered: at the first record that does not hold, or is not what `step` decides.
        AuditUnavailable: there is nothing to check.
    """
    checked, events, digest = refold(path)
    Console().print(
        f"{path}: {checked} records hold, {events} events folded, every decision agrees; state {digest[:16]}",
        highlight=False,
        soft_wrap=True,
    )
    return ExitCode.OK


def refold(path: Path) -> tuple[int, int, str]:
    """Return records checked, events folded, and the hash of the state that they give."""
    state, events, checked = State(), 0, 0
    for commit in _commits(path):
        seq = commit[0].seq
        try:
            event = codec.decode_event(commit[0].body)
        except msgspec.ValidationError as error:
            raise AuditTampered(f"{path}: seq {seq}: not an event of this version: {error}") from error
        state, bodies, _ = codec.fold(state, event, seq)
        wrong = codec.differing(bodies, [record.body for record in commit])
        if wrong is not None:
            kind = commit[wrong].kind if wrong < len(commit) else "a missing record"
            raise AuditTampered(
                f"{path}: seq {seq + wrong} ({kind}): not what the rules decide on the {commit[0].kind} of "
                f"seq {seq}"
            )
        events += 1
        checked += len(commit)
    return checked, events, state_hash(state)


def _commits(path: Path) -> Iterator[list[Record]]:
    """Group the checked records: an event, and the records of its decision."""
    commit: list[Record] = []
    for record in _records(path):
        if not commit and (record.seq != 1 or record.prev != GENESIS_HASH):
            raise AuditTampered(f"{path}: begins with seq {record.seq}: the files from seq 1 on are missing")
        if record.kind in codec.EVENT_KINDS and commit:
            yield commit
            commit = []
        commit.append(record)
    if commit:
        yield commit


def _records(path: Path) -> Iterator[Record]:
    """Yield the folder's records; of a file, those of its folder up to its end."""
    if path.is_dir():
        yield from verify_path(path)
        return
    folder = path.resolve().parent
    before = [file for file in audit_files(folder).values() if file.name < path.name]
    if not before:
        yield from verify_path(path)
        return
    last = max(record.seq for record in verify_path(path))
    for record in verify_path(folder):
        yield record
        if record.seq == last:
            return
