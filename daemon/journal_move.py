"""`hedged journal export` and `import`: a journal out of a store into a file, and into an empty store."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from daemon import codec
from daemon.errors import HedgedError, JournalConflict
from daemon.journal_file import read_file, write_file
from daemon.journal_place import journal_place
from daemon.recovery import recover
from daemon.settings import Settings
from daemon.standby import leased
from daemon.store.port import Commit, Journal
from daemon.store.redis_journal import RedisJournal
from daemon.version import VERSION
from strategies.core.events import Tripped
from strategies.core.mode import Cause


async def export_journal(settings: Settings, path: Path) -> str:
    """Write the journal into a file; return what was written, in words.

    Raises:
        HedgedError: a daemon runs on this state folder, or the file cannot be written.
    """
    async with journal_place(settings, asyncio.Event(), patient=False) as place:
        snapshot = await place.journal.load_snapshot()
        last = await place.journal.last()
        if last is None:
            raise HedgedError(
                f"the journal under {settings.redis.prefix!r} is empty: there is nothing to export"
            )
        count = await write_file(path, snapshot, _all(place.journal), code_version=VERSION)
    behind = f", and a snapshot of seq {snapshot.seq}" if snapshot else ""
    return f"{path}: {count} commits up to seq {last.last_seq}{behind}"


async def _all(journal: RedisJournal) -> AsyncIterator[Commit]:
    """Yield every commit that is still there; what lies before the first was cut behind the snapshot."""
    async for commit in journal.read_after(await journal.first_seq() - 1):
        yield commit


async def import_journal(settings: Settings, path: Path) -> str:
    """Put a file's journal into an empty store, halted; return what was restored, in words.

    It is folded once, so that it is known to be whole, and one more commit halts it: what happened at the
    broker since is not in it.

    Raises:
        JournalCorrupt: the file, or what it folds to, does not hold.
        JournalConflict: there is a journal already.
    """
    snapshot, commits = read_file(path)
    if not commits:
        raise HedgedError(f"{path}: has no commits, so there is nothing to import")
    stop = asyncio.Event()
    async with (
        journal_place(settings, stop, patient=False, check=False) as place,
        leased(settings, place.url, place.journal, stop, alone=place.server is not None, wait=False) as lease,
    ):
        if lease is None:
            raise JournalConflict("a daemon holds the lease on this journal: stop it first")
        journal = place.journal
        journal.show(lease.token)
        await journal.begin_restore(commits[0])
        for commit in commits:
            await journal.append(commit)
        if snapshot is not None:
            await journal.save_snapshot(snapshot)
        seq = await _halt(journal, commits[-1].last_seq)
        await journal.end_restore()
    return f"{len(commits)} commits up to seq {commits[-1].last_seq} restored; halted by record {seq}"


async def _halt(journal: Journal, restored_to: int) -> int:
    """Append the halt as if the daemon had found the gap itself; return its seq."""
    state, chain = await recover(journal)
    if state.time is None:
        raise HedgedError("the journal holds no event: there is nothing to go on with")
    detail = f"the journal was restored from an export of seq {restored_to}: what came after it is not in it"
    event = Tripped(time=state.time, cause=Cause.JOURNAL_GAP, detail=detail)
    seq = chain.last_seq + 1
    _, bodies, _ = codec.fold(state, event, seq)
    after, lines = chain.extend(bodies)
    commit = Commit(
        first_seq=seq,
        last_seq=after.last_seq,
        prev_hash=chain.last_hash,
        last_hash=after.last_hash,
        lines=lines,
    )
    await journal.append(commit)
    return seq
