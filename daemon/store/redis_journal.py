"""The journal in Redis: `Journal` by one stream, one fence and one snapshot key.

A write is one script that is safe to repeat; whether to repeat it after a lost reply the caller decides.
"""

from collections.abc import AsyncIterator

from daemon.errors import Fenced, JournalConflict, JournalCorrupt
from daemon.store import codec, script
from daemon.store.keys import Keys
from daemon.store.port import Commit, Snapshot
from daemon.store.redis import RedisClient

_ENDS = script.load("ends")
_APPEND = script.load("append")
_SAVE_SNAPSHOT = script.load("snapshot")
_RESTORE_BEGIN = script.load("restore")
_RESTORE = "a key was deleted or restored alone: restore all keys of the prefix from one backup"


class RedisJournal:
    """`Journal` in one Redis or Valkey server.

    Args:
        url: `redis://`, `rediss://` or `unix://`.
        prefix: put before every key.
        timeout_s: longest wait for a connection and for each answer.
        page_commits: how many commits one read asks for.

    Raises:
        ConfigError: `url` is not a Redis address.
    """

    def __init__(
        self, *, url: str, prefix: str = "hedged:", timeout_s: float = 5.0, page_commits: int = 256
    ) -> None:
        self._redis = RedisClient(url=url, timeout_s=timeout_s)
        self._keys = Keys(prefix=prefix)
        self._page_commits = page_commits
        self._token = 0

    def show(self, token: int) -> None:
        """Show this fencing token with every write from now on; see `daemon.store.lease`."""
        self._token = token

    async def open(self) -> None:
        """Connect, check durability, and check that stream, fence and snapshot fit; see `Journal.open`."""
        fence, entries, value = await self._redis.run_script(
            "open the journal",
            _ENDS,
            keys=(self._keys.stream, self._keys.tip, self._keys.snapshot),
            args=(),
        )
        *tip, known, restoring = (None if field is None else field.decode() for field in fence)
        if restoring is not None:
            raise JournalCorrupt(
                f"the restoration of the journal at {self._redis.where} was broken off: import the file again"
            )
        found: list[str | None] = [None, None, None]
        for stream_id, flat in entries:
            last = codec.decode_commit(stream_id, dict(zip(flat[::2], flat[1::2], strict=True)))
            found = [str(last.last_seq), last.last_hash, codec.checksum(last)]
        if found != tip:
            raise JournalCorrupt(
                f"{self._keys.tip} says seq {tip[0]} ({tip[1]}), the last entry of {self._keys.stream} is "
                f"seq {found[0]} ({found[1]}); {_RESTORE}",
            )
        saved = None if value is None else str(codec.decode_snapshot(value, self._keys.snapshot).seq)
        if saved != known:
            raise JournalCorrupt(
                f"{self._keys.tip} knows a snapshot of seq {known}, {self._keys.snapshot} holds seq {saved}; "
                f"{_RESTORE}",
            )

    async def append(self, commit: Commit) -> bool:
        """Write a commit after its predecessor; see `Journal.append`."""
        outcome, seq, tip_hash = await self._redis.run_script(
            f"append seq {commit.first_seq} to {commit.last_seq}",
            _APPEND,
            keys=(self._keys.stream, self._keys.tip),
            args=(
                commit.first_seq,
                commit.last_seq,
                commit.prev_hash,
                commit.last_hash,
                b"\n".join(commit.lines),
                codec.checksum(commit),
                self._token,
            ),
        )
        self._check_fence(outcome, seq)
        if outcome == b"conflict":
            raise JournalConflict(
                f"the commit of seq {commit.first_seq} to {commit.last_seq} follows {commit.prev_hash}, but "
                f"the journal ends with seq {seq.decode()} ({tip_hash.decode()}); {self._other_writer()}",
            )
        return bool(outcome == b"written")

    async def read_after(self, seq: int) -> AsyncIterator[Commit]:
        """Read commits in order, a page at a time; see `Journal.read_after`."""
        start = codec.entry_id(seq)
        before: Commit | None = None
        while True:
            page = await self._redis.run(
                f"read the journal after {start}",
                *("XRANGE", self._keys.stream, f"({start}", "+", "COUNT", self._page_commits),
            )
            for stream_id, fields in page:
                commit = codec.decode_commit(stream_id, fields)
                if before is not None:
                    codec.check_follows(commit, before)
                elif commit.first_seq > seq + 1:
                    raise JournalCorrupt(
                        f"the journal at {self._redis.where} begins with seq {commit.first_seq}, but seq "
                        f"{seq + 1} is asked for and was trimmed: restore the audit files from a backup",
                    )
                before = commit
                yield commit
            if before is None or len(page) < self._page_commits:
                return
            start = codec.entry_id(before.last_seq)

    async def last(self) -> Commit | None:
        """Read the last commit; see `Journal.last`."""
        entries = await self._redis.run(
            "read the journal's end", "XREVRANGE", self._keys.stream, "+", "-", "COUNT", 1
        )
        return codec.decode_commit(*entries[0]) if entries else None

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        """Replace the snapshot; see `Journal.save_snapshot`."""
        outcome, oldest, newest = await self._redis.run_script(
            f"save the snapshot of seq {snapshot.seq}",
            _SAVE_SNAPSHOT,
            keys=(self._keys.snapshot, self._keys.tip),
            args=(snapshot.seq, codec.encode_snapshot(snapshot), self._token),
        )
        self._check_fence(outcome, oldest)
        if outcome == b"conflict":
            raise JournalConflict(
                f"the snapshot of seq {snapshot.seq} is not between the saved one (seq {oldest.decode()}) "
                f"and the journal's end (seq {newest.decode()}); {self._other_writer()}",
            )

    async def load_snapshot(self) -> Snapshot | None:
        """Read the snapshot; see `Journal.load_snapshot`."""
        value = await self._redis.run("load the snapshot", "GET", self._keys.snapshot)
        return None if value is None else codec.decode_snapshot(value, self._keys.snapshot)

    async def trim(self, up_to_seq: int) -> int:
        """Drop commits behind the snapshot, never the last one; see `Journal.trim`."""
        tip_seq, snapshot_seq = await self._fence("seq", "snapshot")
        if tip_seq is None or snapshot_seq is None or up_to_seq > int(snapshot_seq):
            raise ValueError(
                f"up_to_seq is {up_to_seq}, the snapshot's seq is {snapshot_seq}: save a snapshot first"
            )
        # The last entry stays: `open` compares it with the fence, and it shows where the next one belongs.
        keep_from = codec.entry_id(min(up_to_seq + 1, int(tip_seq)))
        dropped = await self._redis.run(
            f"trim the journal up to seq {up_to_seq}", "XTRIM", self._keys.stream, "MINID", keep_from
        )
        return int(dropped)

    async def first_seq(self) -> int:
        """Return the first record that is still there, 1 for an empty journal.

        Raises:
            JournalCorrupt: the first entry is damaged.
        """
        entries = await self._redis.run(
            "read the journal's beginning", "XRANGE", self._keys.stream, "-", "+", "COUNT", 1
        )
        return codec.decode_commit(*entries[0]).first_seq if entries else 1

    async def begin_restore(self, first: Commit) -> None:
        """Make room for a journal that begins with this commit; until `end_restore` it cannot be opened.

        Raises:
            JournalConflict: there is a journal already.
        """
        outcome, seq = await self._redis.run_script(
            "begin to restore the journal",
            _RESTORE_BEGIN,
            keys=(self._keys.stream, self._keys.tip, self._keys.snapshot),
            args=(first.first_seq - 1, first.prev_hash, self._token),
        )
        self._check_fence(outcome, seq)
        if outcome == b"conflict":
            raise JournalConflict(
                f"there is a journal at {self._redis.where} under redis.prefix {self._keys.prefix!r}, "
                f"up to seq {seq.decode()}: give another prefix, or an empty state_dir"
            )

    async def end_restore(self) -> None:
        """The restored journal is whole: from now on it can be opened."""
        await self._redis.run("end the restoration", "HDEL", self._keys.tip, "restoring")

    async def check_durable(self) -> None:
        """Ask for the settings that matter now; see `Journal.check_durable`."""
        await self._redis.check_durable()

    async def close(self) -> None:
        """Drop the connections; closing twice is fine."""
        await self._redis.close()

    async def _fence(self, *names: str) -> tuple[str | None, ...]:
        """Read fields of the fence; None for what was never written."""
        values = await self._redis.run("read the journal's fence", "HMGET", self._keys.tip, *names)
        return tuple(None if value is None else value.decode() for value in values)

    def _check_fence(self, outcome: bytes, token: bytes) -> None:
        if outcome == b"fenced":
            raise Fenced(
                f"another daemon took the journal at {self._redis.where} over: its token is "
                f"{token.decode()}, this one's {self._token}; this one ends and, started again, stands by"
            )

    def _other_writer(self) -> str:
        """Say what a lost fence means and what to do."""
        return (
            f"another daemon writes to {self._redis.where} under redis.prefix {self._keys.prefix!r}: "
            "stop one of them, or give it another prefix"
        )
