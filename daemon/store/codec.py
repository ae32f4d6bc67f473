"""Commits and snapshots as bytes in Redis, each with a checksum of its own.

A commit is a stream entry with the fields `first`, `prev`, `hash`, `lines` (joined by line breaks) and `sum`:
readable as it stands with any Redis client. A snapshot is its SHA-256 in hex, a line break, and MessagePack.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from daemon.errors import JournalCorrupt
from daemon.store.port import Commit, Snapshot

_DIGEST_CHARS = 64
_WHAT_TO_DO = "stop, keep a copy of the Redis files, and restore the journal from the audit files or a backup"

_SNAPSHOT = msgspec.msgpack.Decoder(Snapshot)


def entry_id(seq: int) -> str:
    """Give the stream id of the commit that ends with record `seq`.

    Args:
        seq: the commit's last seq.

    Returns:
        `<seq>-0`; ids grow with seq, so Redis itself refuses to go back.
    """
    return f"{seq}-0"


def checksum(commit: Commit) -> str:
    """Digest all fields of a commit.

    Args:
        commit: any commit.

    Returns:
        SHA-256, 64 hex digits; equal only for the identical commit.
    """
    head = f"{commit.first_seq} {commit.last_seq} {commit.prev_hash} {commit.last_hash}\n"
    return hashlib.sha256(head.encode() + b"\n".join(commit.lines)).hexdigest()


def decode_commit(stream_id: bytes, fields: Mapping[bytes, bytes]) -> Commit:
    """Read a stream entry.

    Args:
        stream_id: the entry's id.
        fields: the entry's fields.

    Returns:
        The commit.

    Raises:
        JournalCorrupt: it is not the entry that was written; names the id.
    """
    name = stream_id.decode("ascii", "backslashreplace")
    missing = [field for field in ("first", "prev", "hash", "lines", "sum") if field.encode() not in fields]
    if missing:
        raise JournalCorrupt(f"journal entry {name}: field {missing[0]!r} is missing; {_WHAT_TO_DO}")
    try:
        commit = Commit(
            first_seq=int(fields[b"first"]),
            last_seq=int(stream_id.removesuffix(b"-0")),
            prev_hash=fields[b"prev"].decode("ascii"),
            last_hash=fields[b"hash"].decode("ascii"),
            lines=tuple(fields[b"lines"].split(b"\n")),
        )
    except ValueError as error:
        raise JournalCorrupt(f"journal entry {name}: {error}; {_WHAT_TO_DO}") from error
    stated, found = fields[b"sum"].decode("ascii", "backslashreplace"), checksum(commit)
    if stated != found:
        raise JournalCorrupt(
            f"journal entry {name}: its checksum is {stated}, its fields give {found}; {_WHAT_TO_DO}",
        )
    return commit


def check_follows(commit: Commit, before: Commit) -> None:
    """Check that two neighbours in the stream are neighbours in the chain.

    Args:
        commit: the later one.
        before: the entry right before it.

    Raises:
        JournalCorrupt: something between them is missing or was changed.
    """
    if (commit.first_seq, commit.prev_hash) != (before.last_seq + 1, before.last_hash):
        raise JournalCorrupt(
            f"journal entry {entry_id(commit.last_seq)} follows seq {commit.first_seq - 1} "
            f"({commit.prev_hash}), but the entry before it ends with seq {before.last_seq} "
            f"({before.last_hash}); {_WHAT_TO_DO}",
        )


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Write a snapshot.

    Args:
        snapshot: any snapshot.

    Returns:
        The value of the snapshot's key.
    """
    packed = msgspec.msgpack.encode(snapshot)
    return hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed


def decode_snapshot(value: bytes, key: str) -> Snapshot:
    """Read a snapshot.

    Args:
        value: what the key holds.
        key: the key, for messages.

    Returns:
        The snapshot.

    Raises:
        JournalCorrupt: it is not the value that was written.
    """
    stated, packed = value[:_DIGEST_CHARS], value[_DIGEST_CHARS + 1 :]
    found = hashlib.sha256(packed).hexdigest().encode()
    if stated != found:
        raise JournalCorrupt(f"snapshot in key {key}: its checksum does not match its bytes; {_WHAT_TO_DO}")
    try:
        return _SNAPSHOT.decode(packed)
    except msgspec.MsgspecError as error:
        raise JournalCorrupt(f"snapshot in key {key}: {error}; {_WHAT_TO_DO}") from error
