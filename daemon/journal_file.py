"""A journal in a file: JSON lines: the head, then the snapshot, the commits, and a sum over all of them.

The file is what moves a journal from one server to another, and what restores one.
"""

import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from daemon.errors import HedgedError, JournalCorrupt
from daemon.store.codec import check_follows, checksum
from daemon.store.port import Commit, Snapshot

FORMAT = 1


class Head(Struct, frozen=True, kw_only=True, tag_field="kind", tag="hedged_journal"):
    """The first line."""

    format: int
    code_version: str


class Saved(Struct, frozen=True, kw_only=True, tag_field="kind", tag="snapshot"):
    """The snapshot; `state` is the state's own JSON, as text."""

    seq: int
    last_hash: str
    state: str
    state_hash: str
    rules_hash: str
    code_version: str
    schema: int


class Entry(Struct, frozen=True, kw_only=True, tag_field="kind", tag="commit"):
    """A commit; `sum` as in the store."""

    first_seq: int
    last_seq: int
    prev_hash: str
    last_hash: str
    lines: tuple[str, ...]
    sum: str


class End(Struct, frozen=True, kw_only=True, tag_field="kind", tag="end"):
    """The last line: how many commits, and the SHA-256 (hex) of all lines before it."""

    commits: int
    sha256: str


_LINE: msgspec.json.Decoder[Head | Saved | Entry | End] = msgspec.json.Decoder(Head | Saved | Entry | End)


async def write_file(
    path: Path, snapshot: Snapshot | None, commits: AsyncIterator[Commit], *, code_version: str
) -> int:
    """Write a journal, whole or not at all, for our eyes only (0600); return how many commits it has.

    Raises:
        HedgedError: the file is there already, or cannot be written.
    """
    draft = path.with_name(path.name + ".part")
    try:
        descriptor = _claim(path, draft)
        with os.fdopen(descriptor, "wb") as file:
            digest, count = hashlib.sha256(), 0

            def put(item: Struct) -> None:
                line = msgspec.json.encode(item) + b"\n"
                digest.update(line)
                file.write(line)

            put(Head(format=FORMAT, code_version=code_version))
            if snapshot is not None:
                put(_saved(snapshot))
            async for commit in commits:
                put(_entry(commit))
                count += 1
            put(End(commits=count, sha256=digest.hexdigest()))
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)  # noqa: PTH104 - as in `_claim`
    except OSError as error:
        raise HedgedError(f"cannot write {path}: {error.strerror}; name another place") from error
    return count


def _claim(path: Path, draft: Path) -> int:
    """Open the draft of a file that is not there yet; only before and after the journal is read."""
    if path.exists():
        raise HedgedError(f"{path} is there already: name another file")
    return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def read_file(path: Path) -> tuple[Snapshot | None, list[Commit]]:
    """Read a journal, and hold every sum and every link of its chain.

    Raises:
        JournalCorrupt: the file is not what was written; names the line.
        HedgedError: it cannot be read.
    """
    snapshot: Snapshot | None = None
    commits: list[Commit] = []
    try:
        for item in _items(path):
            match item:
                case Saved():
                    snapshot = Snapshot(**(msgspec.structs.asdict(item) | {"state": item.state.encode()}))
                case Entry():
                    commits.append(_commit(path, item, commits[-1] if commits else None))
                case _:
                    pass
    except OSError as error:
        raise HedgedError(f"cannot read {path}: {error.strerror}") from error
    return snapshot, commits


def _items(path: Path) -> Iterator[Head | Saved | Entry | End]:
    digest, count, number, ended = hashlib.sha256(), 0, 0, False
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                item = _LINE.decode(line)
            except msgspec.DecodeError as error:
                raise JournalCorrupt(
                    f"{path}:{number}: {error}; it is no whole export of a journal"
                ) from error
            if (number == 1) is not isinstance(item, Head) or ended:
                raise JournalCorrupt(f"{path}:{number}: a {type(item).__name__} is out of place")
            if isinstance(item, Head) and item.format != FORMAT:
                raise JournalCorrupt(f"{path}: format {item.format}, this version reads {FORMAT}")
            if isinstance(item, End):
                ended = True
                if (item.commits, item.sha256) != (count, digest.hexdigest()):
                    raise JournalCorrupt(f"{path}:{number}: its sum does not match the lines before it")
            count += isinstance(item, Entry)
            digest.update(line)
            yield item
    if not ended:
        raise JournalCorrupt(f"{path}: ends after line {number} without its last line; it was cut off")


def _saved(snapshot: Snapshot) -> Saved:
    return Saved(
        seq=snapshot.seq,
        last_hash=snapshot.last_hash,
        state=snapshot.state.decode(),
        state_hash=snapshot.state_hash,
        rules_hash=snapshot.rules_hash,
        code_version=snapshot.code_version,
        schema=snapshot.schema,
    )


def _entry(commit: Commit) -> Entry:
    return Entry(
        first_seq=commit.first_seq,
        last_seq=commit.last_seq,
        prev_hash=commit.prev_hash,
        last_hash=commit.last_hash,
        lines=tuple(line.decode() for line in commit.lines),
        sum=checksum(commit),
    )


def _commit(path: Path, entry: Entry, before: Commit | None) -> Commit:
    try:
        commit = Commit(
            first_seq=entry.first_seq,
            last_seq=entry.last_seq,
            prev_hash=entry.prev_hash,
            last_hash=entry.last_hash,
            lines=tuple(line.encode() for line in entry.lines),
        )
    except ValueError as error:
        raise JournalCorrupt(f"{path}: commit of seq {entry.first_seq}: {error}") from error
    if checksum(commit) != entry.sum:
        raise JournalCorrupt(f"{path}: the sum of the commit of seq {entry.first_seq} does not hold")
    if before is not None:
        check_follows(commit, before)
    return commit
