"""A snapshot is whole or an error, never goes back, and is what trimming stops at."""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from daemon.errors import JournalConflict, JournalCorrupt
from daemon.store.embedded import EmbeddedServer
from daemon.store.port import Commit, Snapshot
from daemon.store.redis_journal import RedisJournal

MakeCommits = Callable[..., list[Commit]]
RawClient = Callable[[str], AbstractContextManager[Any]]


def _snapshot(commit: Commit) -> Snapshot:
    return Snapshot(
        seq=commit.last_seq,
        last_hash=commit.last_hash,
        state=b'{"any":"\xff bytes"}',
        state_hash="a" * 64,
        rules_hash="b" * 64,
        code_version="0.1.0",
        schema=1,
    )


@pytest.fixture
async def commits(journal: RedisJournal, make_commits: MakeCommits) -> list[Commit]:
    """Five commits of two lines, appended."""
    made = make_commits(5)
    for commit in made:
        await journal.append(commit)
    return made


async def test_a_snapshot_comes_back_and_the_next_replaces_it(
    journal: RedisJournal, commits: list[Commit]
) -> None:
    """One snapshot is kept: the last one saved."""
    for commit in commits[1:3]:
        await journal.save_snapshot(_snapshot(commit))
        assert await journal.load_snapshot() == _snapshot(commit)
    await journal.open()


async def test_a_snapshot_neither_goes_back_nor_runs_ahead(
    journal: RedisJournal, commits: list[Commit]
) -> None:
    """A writer that lost the fence cannot put an old state in front of a trimmed journal."""
    await journal.save_snapshot(_snapshot(commits[2]))
    ahead = dataclasses.replace(_snapshot(commits[-1]), seq=11)
    for wrong in (_snapshot(commits[1]), ahead):
        with pytest.raises(JournalConflict, match="not between"):
            await journal.save_snapshot(wrong)
    assert await journal.load_snapshot() == _snapshot(commits[2])


async def test_a_damaged_snapshot_is_an_error(
    server: EmbeddedServer, journal: RedisJournal, commits: list[Commit], raw_client: RawClient
) -> None:
    """Any changed byte is noticed; no half state is ever loaded."""
    await journal.save_snapshot(_snapshot(commits[0]))
    with raw_client(server.url) as client:
        value = client.get("hedged:snapshot")
        for offset in (0, 70, len(value) - 1):
            client.set("hedged:snapshot", value[:offset] + b"~" + value[offset + 1 :])
            with pytest.raises(JournalCorrupt, match="snapshot in key hedged:snapshot"):
                await journal.load_snapshot()
        client.delete("hedged:snapshot")
    with pytest.raises(JournalCorrupt, match="knows a snapshot of seq 2"):
        await journal.open()


async def test_trimming_stops_at_the_snapshot(journal: RedisJournal, commits: list[Commit]) -> None:
    """Without a snapshot, or after it, nothing is dropped."""
    with pytest.raises(ValueError, match="snapshot's seq is None"):
        await journal.trim(2)
    await journal.save_snapshot(_snapshot(commits[1]))
    with pytest.raises(ValueError, match="up_to_seq is 5, the snapshot's seq is 4"):
        await journal.trim(5)
    assert [commit async for commit in journal.read_after(0)] == commits


async def test_trimming_drops_only_commits_that_lie_wholly_behind(
    journal: RedisJournal, commits: list[Commit]
) -> None:
    """A commit with a record after the limit stays; what was dropped cannot be asked for."""
    await journal.save_snapshot(_snapshot(commits[2]))
    assert await journal.trim(5) == 2
    assert [commit async for commit in journal.read_after(4)] == commits[2:]
    with pytest.raises(JournalCorrupt, match="was trimmed"):
        _ = [commit async for commit in journal.read_after(3)]


async def test_a_wholly_trimmed_journal_goes_on_where_it_was(
    journal: RedisJournal, commits: list[Commit], make_commits: MakeCommits
) -> None:
    """The last commit always stays, so that the chain goes on and a start can check it."""
    await journal.save_snapshot(_snapshot(commits[-1]))
    assert await journal.trim(10) == 4
    assert await journal.last() == commits[-1]
    await journal.open()
    assert await journal.append(make_commits(6)[-1]) is True
