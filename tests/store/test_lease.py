"""The lease: one writer, a token that only rises, and a script that refuses the one before."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable

import pytest

from daemon.errors import Fenced
from daemon.store.embedded import EmbeddedServer
from daemon.store.holder import surely_dead, this_process
from daemon.store.lease import Lease
from daemon.store.port import Commit, Snapshot
from daemon.store.redis_journal import RedisJournal

MakeCommits = Callable[..., list[Commit]]
MakeLease = Callable[..., Lease]


@pytest.fixture
async def lease(server: EmbeddedServer) -> AsyncIterator[MakeLease]:
    """Makes leases on the server, each for a holder of its own."""
    made: list[Lease] = []

    def make(holder: str, length_s: float = 60.0) -> Lease:
        made.append(Lease(url=server.url, prefix="hedged:", holder=holder, length_s=length_s))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_one_holds_it_until_it_is_given_up(lease: MakeLease) -> None:
    """The second asks in vain and is told who holds it; every taking has a higher token."""
    first, second = lease("a"), lease("b")
    assert await first.take()
    assert not await second.take()
    assert second.held_by == "a"
    await first.release()
    assert await second.take()
    assert second.token > first.token


async def test_a_lease_that_is_not_renewed_runs_out(lease: MakeLease) -> None:
    """A holder that stands still is not waited for longer than the lease."""
    first, second = lease("a", 0.05), lease("b")
    await first.take()
    await asyncio.sleep(0.1)
    assert await second.take()
    with pytest.raises(Fenced, match="another daemon took the journal over"):
        await first.keep()


async def test_a_lease_that_ran_out_and_was_not_taken_is_kept(lease: MakeLease) -> None:
    """Running out alone fences nobody: the token is still the latest."""
    first = lease("a", 0.03)
    await first.take()
    await asyncio.sleep(0.05)
    keeping = asyncio.ensure_future(first.keep())
    await asyncio.sleep(0.1)
    assert not keeping.done()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_fenced_writer_writes_nothing_ever_again(
    lease: MakeLease, journal: RedisJournal, server: EmbeddedServer, make_commits: MakeCommits
) -> None:
    """Neither a commit, nor one that is there already, nor a snapshot; the new writer goes on behind it."""
    first, second, third = make_commits(3)
    old, new = lease("a"), lease("b")
    await old.take()
    journal.show(old.token)
    await journal.append(first)
    await new.take(by_force=True)
    for commit in (first, second):
        with pytest.raises(Fenced, match="another daemon took the journal"):
            await journal.append(commit)
    snapshot = Snapshot(
        seq=first.last_seq,
        last_hash=first.last_hash,
        state=b"{}",
        state_hash="0",
        rules_hash="0",
        code_version="0",
        schema=1,
    )
    with pytest.raises(Fenced):
        await journal.save_snapshot(snapshot)
    heir = RedisJournal(url=server.url)
    await heir.open()
    heir.show(new.token)
    assert [await heir.append(commit) for commit in (second, third)] == [True, True]
    await heir.close()


async def test_the_lease_of_a_dead_process_is_no_ones(lease: MakeLease) -> None:
    """After kill -9 the next start on the same machine need not wait for the lease to run out."""
    code = "from daemon.store.holder import this_process; print(this_process(), end='')"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    dead = (await child.communicate())[0].decode()
    assert surely_dead(dead)
    assert not surely_dead(this_process())
    gone, heir = lease(dead), lease("b")
    await gone.take()
    assert await heir.take()


@pytest.mark.parametrize("holder", ["", "a", "elsewhere/boot/s/1/1/ab", "a/b/c/d/e/f"])
def test_nobody_is_called_dead_who_cannot_be_looked_at(holder: str) -> None:
    """Another machine's process may well live."""
    assert not surely_dead(holder)


def test_a_process_of_an_earlier_boot_is_dead() -> None:
    """Whatever number runs under its id now."""
    host, _, space, pid, started, chance = this_process().split("/")
    assert int(pid) == os.getpid()
    assert surely_dead(f"{host}/an-earlier-boot/{space}/{pid}/{started}/{chance}")


@pytest.mark.parametrize(("part", "value", "dead"), [(2, "pid:[1]", False), (4, "1", True), (3, "x", False)])
def test_a_process_is_looked_up_only_where_its_number_means_the_same(
    part: int, value: str, *, dead: bool
) -> None:
    """In another container the same number is another process; here another start is another process."""
    parts = this_process().split("/")
    parts[part] = value
    assert surely_dead("/".join(parts)) is dead
