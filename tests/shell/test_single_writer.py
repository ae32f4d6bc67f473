"""The loop writes first and acts afterwards, each once, whatever the store does meanwhile."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from daemon.errors import StoreUnavailable
from daemon.loop import Loop
from daemon.store.embedded import EmbeddedServer
from daemon.store.redis_journal import RedisJournal
from daemon.telemetry.verify_chain import verify_path
from strategies.core.commands import AnyCommand, FetchHistory
from strategies.core.events import AnyEvent
from strategies.core.state import State, decode_state, state_hash

MakeLoop = Callable[..., Loop]
Events = tuple[AnyEvent, AnyEvent]


async def test_commands_come_after_their_commit(
    valkey: EmbeddedServer, journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """When a command is carried out, the commit that holds it is the end of the journal on the server."""
    ends: list[bytes] = []
    with contextlib.closing(redis.Redis.from_url(valkey.url)) as client:

        def execute(_: AnyCommand) -> None:
            entries: Any = client.xrevrange("hedged:journal", count=1)
            ((_, fields),) = entries
            ends.append(fields[b"lines"])

        loop = make_loop(journal, execute)
        for event in first_events:
            await loop.take(event)
    assert ends
    assert all(b'"kind":"connection"' in end and b'"command":"fetch_history"' in end for end in ends)


async def test_nothing_is_done_while_the_store_is_away(
    valkey: EmbeddedServer, journal: RedisJournal, make_loop: MakeLoop, first_events: Events, tmp_path: Path
) -> None:
    """Without a commit no command, no new state, no audit line; once the store is back, all of it."""
    done: list[AnyCommand] = []
    loop = make_loop(journal, done.append, patience_s=0.0)
    started, connected = first_events
    await loop.take(started)
    before = state_hash(loop.state)
    await valkey.stop()
    with pytest.raises(StoreUnavailable):
        await loop.take(connected)
    assert (done, state_hash(loop.state)) == ([], before)
    assert [record.kind for record in verify_path(tmp_path / "audit")] == ["lifecycle"]
    await valkey.start()
    await loop.take(connected)
    assert [type(command) for command in done].count(FetchHistory) == 2
    last = await journal.last()
    assert last is not None
    assert last.first_seq == 2


async def test_a_commit_that_lost_its_reply_is_offered_again(
    valkey: EmbeddedServer,
    open_journal: Callable[[str], Any],
    redis_proxy: Any,  # noqa: ANN401 - a module found at run time
    short_folder: Path,
    make_loop: MakeLoop,
    first_events: Events,
) -> None:
    """The store has it, the loop does not know: the same commit is found there, and acted on once."""
    upstream = Path(valkey.url.removeprefix("unix://"))
    async with redis_proxy.RedisProxy(listen=short_folder / "p.sock", upstream=upstream) as proxy:
        journal = await open_journal(proxy.url)
        done: list[AnyCommand] = []
        loop = make_loop(journal, done.append)
        proxy.withhold_reply_to(b'"kind":"connection"')
        for event in first_events:
            await loop.take(event)
        assert proxy.withheld.is_set()
        assert proxy.appends == 3
        commits = [commit async for commit in journal.read_after(0)]
        await journal.close()
    assert [commit.first_seq for commit in commits] == [1, 2]
    assert [type(command) for command in done].count(FetchHistory) == 2


async def test_a_snapshot_waits_for_the_store(
    valkey: EmbeddedServer, journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """A store that is away when the snapshot is due does not end the daemon."""
    loop = make_loop(journal)
    for event in first_events:
        await loop.take(event)
    await valkey.stop()
    saving = asyncio.create_task(loop.save())
    await asyncio.sleep(0)
    await valkey.start()
    await saving
    saved = await journal.load_snapshot()
    assert saved is not None
    last = await journal.last()
    assert last is not None
    assert saved.seq == last.last_seq
    assert state_hash(decode_state(saved.state)) == saved.state_hash == state_hash(loop.state)


async def test_the_journal_is_cut_behind_each_snapshot(
    journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """Every so many commits the state is saved; of the journal before it one commit stays."""
    loop = make_loop(journal, snapshot_every=2)
    started, connected = first_events
    for event in (started, connected, started):
        await loop.take(event)
    saved = await journal.load_snapshot()
    commits = [commit async for commit in journal.read_after(saved.seq if saved else 0)]
    assert [commit.first_seq for commit in commits] == [(saved.seq if saved else 0) + 1]
    assert loop.state != State()


async def test_a_failing_command_ends_the_loop(
    journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """What the shell cannot carry out is not passed over: the loop ends with the failure."""

    def refuse(_: AnyCommand) -> None:
        raise ZeroDivisionError

    loop = make_loop(journal, refuse)
    for event in first_events:
        await loop.put(event)
    with pytest.raises(ZeroDivisionError):
        await loop.run()
