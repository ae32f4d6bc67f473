"""The store model of the simulation keeps the contract of the journal, as the real server does.

Each rule of `tests/store` that needs no server of its own is held here against both.
"""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable

import pytest

from daemon.errors import Fenced, JournalConflict, JournalCorrupt, StoreUnavailable
from daemon.store import lease as lease_module
from daemon.store.embedded import EmbeddedServer
from daemon.store.lease import Lease
from daemon.store.port import Commit, Snapshot
from daemon.store.redis_journal import RedisJournal
from soak.dice import Dice
from soak.points import Points
from soak.store_model import Condition, StoreModel, Trouble

MakeCommits = Callable[..., list[Commit]]
Open = Callable[..., RedisJournal]


@pytest.fixture(params=["valkey", "model"])
async def journal_at(request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    """Makes journals on one store, the real server and the model in turn."""
    made: list[RedisJournal] = []
    if request.param == "valkey":
        server = await _started(request)
        url = server.url

    def make(prefix: str = "hedged:") -> RedisJournal:
        if request.param == "valkey":
            journal = RedisJournal(url=url, prefix=prefix, page_commits=3)
        else:
            journal = RedisJournal(url="redis://model", prefix=prefix, page_commits=3)
            journal._redis = store.client(Points())
        made.append(journal)
        return journal

    store = StoreModel(asyncio.get_running_loop(), Dice("contract"))
    yield make
    for journal in made:
        await journal.close()
    if request.param == "valkey":
        await server.stop()


async def _started(request: pytest.FixtureRequest) -> EmbeddedServer:
    folder = request.getfixturevalue("short_folder")
    server = EmbeddedServer(folder / "valkey")
    await server.start()
    return server


async def _all_after(journal: RedisJournal, seq: int) -> list[Commit]:
    return [commit async for commit in journal.read_after(seq)]


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


async def test_both_stores_give_back_what_was_appended(journal_at: Open, make_commits: MakeCommits) -> None:
    """In order, byte for byte, over pages, from any record on, once."""
    journal, commits = journal_at(), make_commits(10, lines=3)
    await journal.open()
    assert await journal.last() is None
    assert await _all_after(journal, 0) == []
    assert [await journal.append(commit) for commit in commits] == [True] * 10
    assert await journal.append(commits[-1]) is False
    assert await _all_after(journal, 0) == commits
    assert await _all_after(journal, 4) == commits[1:]
    assert await _all_after(journal, 30) == []
    assert await journal.last() == commits[-1]
    await journal.open()


async def test_both_stores_refuse_who_does_not_follow(journal_at: Open, make_commits: MakeCommits) -> None:
    """Another writer, an old commit, the same end cut otherwise: a conflict, and nothing is written."""
    journal, rival = journal_at(), journal_at()
    ours, theirs = make_commits(3), make_commits(1, text="rival")
    for commit in ours:
        await journal.append(commit)
    with pytest.raises(JournalConflict, match="another daemon writes"):
        await rival.append(theirs[0])
    with pytest.raises(JournalConflict, match="ends with seq 6"):
        await journal.append(ours[0])
    half = dataclasses.replace(ours[2], first_seq=6, lines=ours[2].lines[1:])
    with pytest.raises(JournalConflict):
        await journal.append(half)
    assert await _all_after(journal, 0) == ours


async def test_both_stores_keep_prefixes_apart(journal_at: Open, make_commits: MakeCommits) -> None:
    """One store, two books."""
    for text in ("one", "two"):
        journal, (commit,) = journal_at(f"{text}:"), make_commits(1, text=text)
        await journal.append(commit)
        assert await _all_after(journal, 0) == [commit]


async def test_both_stores_keep_one_snapshot_between_the_last_and_the_tip(
    journal_at: Open, make_commits: MakeCommits
) -> None:
    """It neither goes back nor runs ahead, and trimming stops at it and never takes the last commit."""
    journal, commits = journal_at(), make_commits(5)
    for commit in commits:
        await journal.append(commit)
    assert await journal.load_snapshot() is None
    with pytest.raises(ValueError, match="snapshot's seq is None"):
        await journal.trim(2)
    await journal.save_snapshot(_snapshot(commits[2]))
    for wrong in (_snapshot(commits[1]), dataclasses.replace(_snapshot(commits[4]), seq=11)):
        with pytest.raises(JournalConflict, match="not between"):
            await journal.save_snapshot(wrong)
    assert await journal.load_snapshot() == _snapshot(commits[2])
    with pytest.raises(ValueError, match="up_to_seq is 7, the snapshot's seq is 6"):
        await journal.trim(7)
    assert await journal.trim(5) == 2
    with pytest.raises(JournalCorrupt, match="was trimmed"):
        await _all_after(journal, 3)
    await journal.save_snapshot(_snapshot(commits[4]))
    assert await journal.trim(10) == 2
    assert await journal.last() == commits[-1]
    assert await journal.append(make_commits(6)[-1]) is True
    await journal.open()


@pytest.mark.parametrize("kind", ["valkey", "model"])
async def test_both_stores_fence_out_who_lost_the_lease(
    kind: str, request: pytest.FixtureRequest, make_commits: MakeCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each taking raises the token; whoever shows an older one writes nothing, not even what is there."""
    if kind == "valkey":
        server = await _started(request)
        url = server.url
    else:
        url, store = "redis://model", StoreModel(asyncio.get_running_loop(), Dice("lease"))
        monkeypatch.setattr(lease_module, "RedisClient", lambda **_: store.client(Points()))
    one, two = (
        Lease(url=url, prefix="hedged:", holder=f"nobody {name}", length_s=0.2) for name in ("a", "b")
    )
    journal = RedisJournal(url=url)
    if kind == "model":
        journal._redis = store.client(Points())
    assert await one.take()
    first, second = make_commits(2)
    journal.show(one.token)
    assert await journal.append(first)
    assert not await two.take()
    await one.release()
    assert await two.take()
    with pytest.raises(Fenced):
        await journal.append(second)
    with pytest.raises(Fenced):
        await journal.append(first)
    journal.show(two.token)
    assert await journal.append(second)
    for part in (one, two, journal):
        await part.close()
    if kind == "valkey":
        await server.stop()


async def _model_journal(store: StoreModel) -> RedisJournal:
    journal = RedisJournal(url="redis://model")
    journal._redis = store.client(Points(), timeout_s=1.0)
    return journal


async def test_the_model_forgets_what_it_had_not_synced(make_commits: MakeCommits) -> None:
    """A write that was torn by the end of the server was never there; what was answered stays."""
    store = StoreModel(asyncio.get_running_loop(), Dice("torn"))
    journal, (first, second) = await _model_journal(store), make_commits(2)
    await journal.append(first)
    store.troubles[store.writes + 1] = Trouble.TORN
    with pytest.raises(StoreUnavailable, match="cannot append seq 3 to 4"):
        await journal.append(second)
    store.come_back()
    assert await _all_after(journal, 0) == [first]
    assert await journal.append(second) is True


async def test_a_reply_that_the_model_loses_is_settled_by_asking_again(make_commits: MakeCommits) -> None:
    """Rule of `test_lost_replies`: applied once, whatever became of the reply."""
    store = StoreModel(asyncio.get_running_loop(), Dice("lost"))
    journal, (first,) = await _model_journal(store), make_commits(1)
    store.troubles[1] = Trouble.LOST_REPLY
    with pytest.raises(StoreUnavailable):
        await journal.append(first)
    assert await journal.append(first) is False
    assert await _all_after(journal, 0) == [first]


@pytest.mark.parametrize("condition", [Condition.DOWN, Condition.HUNG, Condition.READ_ONLY])
async def test_a_model_that_takes_no_write_says_so(condition: Condition, make_commits: MakeCommits) -> None:
    """Refused, silent or not there: one kind of error, and after it the same append is safe."""
    store = StoreModel(asyncio.get_running_loop(), Dice("away"))
    journal, (first,) = await _model_journal(store), make_commits(1)
    store.condition = condition
    with pytest.raises(StoreUnavailable, match="cannot append"):
        await journal.append(first)
    store.come_back()
    await journal.append(first)
    assert await _all_after(journal, 0) == [first]
