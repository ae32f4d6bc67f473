"""The state at the beginning of a day's audit file, so that decisions can be made again from there on.

When a day's first line is written, the state before it is kept as `state-YYYY-MM-DD.json`. When the files
before that day are removed, it becomes `checkpoint-YYYY-MM-DD.json`: the chain of what is left begins there.
Its `hash` ties it to the first line that follows, whose `prev` it is; `audit verify` compares it with the
state that the files before it give, as long as they are there.
"""

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from daemon.errors import AuditTampered
from daemon.telemetry.durable import sync_folder
from daemon.telemetry.records import Chain

_NAME = re.compile(r"(state|checkpoint)-([0-9]{4}-[0-9]{2}-[0-9]{2})\.json")


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state and its place in the chain.

    Args:
        seq: the last record folded into it.
        hash: that record's hash, 64 hex digits.
        schema: version of the state's encoding.
        code_version: version of the code that folded it.
        state_hash: the state's own hash.
        state: the encoded state; opaque here.
    """

    seq: int
    hash: str
    schema: int
    code_version: str
    state_hash: str
    state: msgspec.Raw

    @property
    def chain(self) -> Chain:
        """The chain that the first record after it follows."""
        return Chain(last_seq=self.seq, last_hash=self.hash)


def state_file(folder: Path, day: date) -> Path:
    """Name the state at the beginning of a day's file."""
    return folder / f"state-{day.isoformat()}.json"


def checkpoint_file(folder: Path, day: date) -> Path:
    """Name the state at which the chain of a folder begins, when earlier files were removed."""
    return folder / f"checkpoint-{day.isoformat()}.json"


def write(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint whole or not at all, on disk when this returns.

    Raises:
        OSError: the disk refuses.
    """
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(checkpoint) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def read(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        AuditTampered: it is none.
        OSError: it cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except msgspec.MsgspecError as error:
        raise AuditTampered(f"{path}: no checkpoint: {error}; restore it from a backup") from error


def beginning(folder: Path) -> tuple[date, Path] | None:
    """Find the checkpoint at which a folder's chain begins; None where it begins with seq 1.

    The newest counts: what is older than it is left over from a removal that was interrupted.
    """
    found = [(day, path) for kind, day, path in named(folder) if kind == "checkpoint"]
    return max(found, default=None)


def named(folder: Path) -> Iterator[tuple[str, date, Path]]:
    """Yield kind (`state` or `checkpoint`), day and path of each file that is named for one, oldest first."""
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        try:
            yield match[1], date.fromisoformat(match[2]), path
        except ValueError as error:
            raise AuditTampered(f"{path}: {error}; no checkpoint has this name: move it away") from error
