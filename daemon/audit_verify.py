"""`hedged audit verify`: the chain, the sequence, and every decision made again from its event.

Decisions need the state before them. A folder whose files begin with seq 1 gives it; one whose old files were
removed begins with the state that was kept in their place, and says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console

from daemon import codec
from daemon.errors import AuditTampered, AuditUnavailable, ExitCode
from daemon.telemetry import checkpoints
from daemon.telemetry.audit_tail import audit_files
from daemon.telemetry.records import GENESIS, Chain, Record, before
from daemon.telemetry.verify_chain import verify_path
from strategies.core.state import SCHEMA, State, decode_state, state_hash


@dataclass(slots=True, kw_only=True)
class Refolded:
    """What a verification has seen.

    Args:
        state: after the last event; None while no state is known to fold from.
        checked: records whose chain holds.
        events: events folded.
        skipped: events before the first state that this version can read.
        begins_after: the record that the first one follows; 0 where nothing was removed.
        begins_at: name of the state that was begun with; empty for the empty state.
    """

    state: State | None = None
    checked: int = 0
    events: int = 0
    skipped: int = 0
    begins_after: int = 0
    begins_at: str = ""


def verify(path: Path) -> ExitCode:
    """Check the audit files of a folder, or those up to one file, and print one line.

    Raises:
        AuditTampered: at the first record that does not hold, or is not what `step` decides.
        AuditUnavailable: there is nothing to check, or no state to begin with.
    """
    found = refold(path)
    assert found.state is not None
    text = f"{path}: {found.checked} records hold, {found.events} events folded, every decision agrees"
    if found.begins_after:
        text += (
            f" from {found.begins_at} on; the records up to seq {found.begins_after} were removed, and what "
            "was decided there cannot be made again"
        )
    if found.skipped:
        text += f"; {found.skipped} events before it are of another version and were not folded"
    text += f"; state {state_hash(found.state)[:16]}"
    Console().print(text, highlight=False, soft_wrap=True)
    return ExitCode.OK


def refold(path: Path) -> Refolded:
    """Fold everything again.

    Raises:
        AuditTampered: as `verify`.
        AuditUnavailable: as `verify`.
    """
    states = _states(path if path.is_dir() else path.resolve().parent)
    found = Refolded()
    for commit in _commits(path):
        start = before(commit[0])
        if not found.checked:
            _begin(found, path, start, states)
        if start.last_seq in states:
            _compare(found, start, states[start.last_seq])
        if found.state is None:
            found.skipped += 1
        else:
            found.state = _fold(path, found.state, commit)
            found.events += 1
        found.checked += len(commit)
    if found.state is None:
        raise AuditUnavailable(
            f"{path}: {found.checked} records hold, but no state of schema {SCHEMA} is beside them to make "
            "decisions again from: verify with the version that wrote them"
        )
    return found


def _states(folder: Path) -> dict[int, Path]:
    """Return the files of the states kept in a folder by the last record that they include."""
    try:
        return {checkpoints.read(file).seq: file for _, _, file in checkpoints.named(folder)}
    except OSError as error:
        raise AuditUnavailable(f"cannot read {error.filename or folder}: {error.strerror}") from error


def _begin(found: Refolded, path: Path, start: Chain, states: Mapping[int, Path]) -> None:
    """Take the empty state for seq 1; without the files before, a kept state must be there."""
    found.begins_after = start.last_seq
    if start == GENESIS:
        found.state = State()
    elif start.last_seq not in states:
        raise AuditTampered(
            f"{path}: begins with seq {start.last_seq + 1}: the files from seq 1 on are missing, and so is "
            "the checkpoint that their removal leaves"
        )


def _compare(found: Refolded, start: Chain, file: Path) -> None:
    """Hold a kept state against the folded one, or begin with it."""
    name, kept = file.name, checkpoints.read(file)
    if kept.chain != start:
        raise AuditTampered(f"{name}: its hash is not that of seq {start.last_seq}")
    if kept.schema != SCHEMA:
        return
    try:
        state = decode_state(bytes(kept.state))
    except msgspec.ValidationError as error:
        raise AuditTampered(f"{name}: its state does not decode: {error}") from error
    if state_hash(state) != kept.state_hash:
        raise AuditTampered(f"{name}: its state does not have the hash that it states")
    if found.state is None:
        found.state, found.begins_at = state, name
    elif state_hash(found.state) != kept.state_hash:
        raise AuditTampered(f"{name}: its state is not the one that the records up to seq {kept.seq} give")


def _fold(path: Path, state: State, commit: list[Record]) -> State:
    """Fold one commit; every record must be what `step` makes of the event."""
    seq = commit[0].seq
    try:
        event = codec.decode_event(commit[0].body)
    except msgspec.ValidationError as error:
        raise AuditTampered(f"{path}: seq {seq}: not an event of this version: {error}") from error
    after, bodies, _ = codec.fold(state, event, seq)
    wrong = codec.differing(bodies, [record.body for record in commit])
    if wrong is not None:
        kind = commit[wrong].kind if wrong < len(commit) else "a missing record"
        raise AuditTampered(
            f"{path}: seq {seq + wrong} ({kind}): not what the rules decide on the {commit[0].kind} of "
            f"seq {seq}"
        )
    return after


def _commits(path: Path) -> Iterator[list[Record]]:
    """Group the checked records: an event, and the records of its decision."""
    commit: list[Record] = []
    for record in _records(path):
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
    begin = checkpoints.beginning(folder)
    earlier = [day for day, file in audit_files(folder).items() if file.name < path.name]
    if not [day for day in earlier if begin is None or day >= begin[0]]:
        yield from verify_path(path)
        return
    last = max(record.seq for record in verify_path(path))
    for record in verify_path(folder):
        yield record
        if record.seq == last:
            return
