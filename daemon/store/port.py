"""The journal's port: what the loop asks of a store, and the two things that it keeps there.

The journal is a sequence of commits. A commit is what one event brought about: a few record lines, opaque to
the store, written all or not at all. Each names its predecessor, so that a store can refuse a second writer.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

GENESIS_HASH = "0" * 64
"""`prev_hash` of the first commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Record lines that are written together.

    Args:
        first_seq: seq of the first line, from 1.
        last_seq: seq of the last line.
        prev_hash: hash of record `first_seq - 1`, 64 hex digits (64 zeros before the first record).
        last_hash: hash of the last line, 64 hex digits.
        lines: one for each seq, without line breaks.

    Raises:
        ValueError: a field contradicts another one.
    """

    first_seq: int
    last_seq: int
    prev_hash: str
    last_hash: str
    lines: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Hold what every store relies on."""
        if self.first_seq < 1:
            raise ValueError(f"commit.first_seq is {self.first_seq}: the first record has seq 1")
        if not self.lines or self.last_seq - self.first_seq + 1 != len(self.lines):
            raise ValueError(
                f"commit.lines has {len(self.lines)} lines for seq {self.first_seq} to {self.last_seq}: "
                "give one for each seq, at least one",
            )
        if any(b"\n" in line for line in self.lines):
            raise ValueError(f"commit.lines of seq {self.first_seq} to {self.last_seq} contain a line break")
        for name, value in (("prev_hash", self.prev_hash), ("last_hash", self.last_hash)):
            if len(value) != len(GENESIS_HASH):
                raise ValueError(f"commit.{name} is {value!r}: give 64 hex digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The folded state as of one record, so that a start need not fold the whole journal.

    Args:
        seq: the last record folded into it.
        last_hash: that record's hash.
        state: the encoded state; opaque to the store.
        state_hash: the state's own hash, as the core defines it.
        rules_hash: hash of the rules in force.
        code_version: version of the code that folded it.
        schema: version of the state's encoding.
    """

    seq: int
    last_hash: str
    state: bytes
    state_hash: str
    rules_hash: str
    code_version: str
    schema: int


class Journal(Protocol):
    """A durable, ordered, single-writer log of commits with one snapshot beside it.

    Every method raises `StoreUnavailable` when the store does not answer, and `StoreNotDurable` when it
    answers but could forget what it acknowledged.
    """

    async def open(self) -> None:
        """Connect and check.

        Raises:
            JournalCorrupt: the journal, its recorded tip and the snapshot contradict each other.
        """

    async def append(self, commit: Commit) -> bool:
        """Write a commit after its predecessor; on return it is on disk.

        After `StoreUnavailable` it may or may not be there: append the same commit again, that is safe.

        Args:
            commit: follows the journal's last commit, or is that commit.

        Returns:
            True when it was written now, False when it was there already.

        Raises:
            JournalConflict: the journal's tip is neither its predecessor nor the commit itself.
        """

    def read_after(self, seq: int) -> AsyncIterator[Commit]:
        """Read commits in order, a page at a time, up to the journal's end.

        Args:
            seq: the last record already known, 0 for none.

        Returns:
            Every commit with a record after `seq`; the first one may begin before it.

        Raises:
            JournalCorrupt: a commit is damaged, missing, or record `seq + 1` was trimmed.
        """

    async def last(self) -> Commit | None:
        """Read the last commit; None when nothing was ever written.

        Raises:
            JournalCorrupt: it is damaged.
        """

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        """Replace the snapshot.

        Args:
            snapshot: no older than the one there, no newer than the journal's tip.

        Raises:
            JournalConflict: it is older or newer than that.
        """

    async def load_snapshot(self) -> Snapshot | None:
        """Read the snapshot; None when none was saved.

        Raises:
            JournalCorrupt: it is damaged.
        """

    async def trim(self, up_to_seq: int) -> int:
        """Drop commits whose records all have a seq up to `up_to_seq`, never the last commit.

        Args:
            up_to_seq: not after the snapshot; the caller has synced the audit file to at least here.

        Returns:
            How many commits were dropped.

        Raises:
            ValueError: `up_to_seq` is after the snapshot, or there is no snapshot.
        """

    async def check_durable(self) -> None:
        """Ask the store whether an acknowledged write can be lost."""

    async def close(self) -> None:
        """Drop the connections; closing twice is fine."""


class Cache(Protocol):
    """Values by name that may be lost: what can be asked for again elsewhere.

    Every method raises `StoreUnavailable` when the store does not answer.
    """

    async def get(self, name: str) -> bytes | None:
        """Return what was kept last under this name, None where nothing was."""

    async def put(self, name: str, value: bytes) -> None:
        """Keep a value in place of the one before."""
