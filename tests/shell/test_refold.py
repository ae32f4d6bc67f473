"""Start-up folds the journal again and believes nothing that it cannot make itself."""

import dataclasses
from collections.abc import Callable

import pytest

from daemon.errors import JournalCorrupt
from daemon.loop import Loop
from daemon.recovery import recover
from daemon.store.port import Commit, Snapshot
from daemon.store.redis_journal import RedisJournal
from daemon.telemetry.records import GENESIS
from strategies.core.events import AnyEvent
from strategies.core.state import State, state_hash

MakeLoop = Callable[..., Loop]
Events = tuple[AnyEvent, AnyEvent]


def commit_of(*bodies: bytes) -> Commit:
    """Return the first commit of a journal, chained as it should be, whatever it says."""
    chain, lines = GENESIS.extend(bodies)
    return Commit(
        first_seq=1,
        last_seq=chain.last_seq,
        prev_hash=GENESIS.last_hash,
        last_hash=chain.last_hash,
        lines=lines,
    )


async def with_snapshot(journal: RedisJournal, loop: Loop, events: Events, **changes: object) -> None:
    """Write the events, save, and replace the snapshot by a changed one."""
    for event in events:
        await loop.take(event)
    await loop.save()
    saved = await journal.load_snapshot()
    assert saved is not None
    changed: Snapshot = dataclasses.replace(saved, **changes)  # type: ignore[arg-type]
    await journal.save_snapshot(changed)


async def test_an_empty_journal_is_an_empty_state(journal: RedisJournal) -> None:
    """The first start has nothing to fold."""
    assert await recover(journal) == (State(), GENESIS)


async def test_the_state_comes_back_from_the_tail_and_from_a_snapshot(
    journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """Folding all commits, or a snapshot and the commits behind it, gives the state that was."""
    loop = make_loop(journal)
    for event in first_events:
        await loop.take(event)
    state, chain = await recover(journal)
    assert state_hash(state) == state_hash(loop.state)
    await loop.save()
    await loop.take(first_events[0])
    again, end = await recover(journal)
    assert state_hash(again) == state_hash(loop.state)
    assert end.last_seq > chain.last_seq
    made = make_loop(journal, state=again, chain=end)
    await made.take(first_events[1])


async def test_a_decision_that_is_not_ours_is_named(journal: RedisJournal, first_events: Events) -> None:
    """A record that `step` does not make of the event: its number, its event and what to do."""
    started = b'{"kind":"lifecycle","time":"2018-01-22T14:00:00Z","phase":"started"}'
    invented = b'{"kind":"unchanged","time":"2018-01-22T14:00:00Z","since":0}'
    await journal.append(commit_of(started, invented))
    with pytest.raises(
        JournalCorrupt, match=r"^seq 2 is not what this version \(.*\) decides on the event "
    ) as e:
        await recover(journal)
    assert "lifecycle of seq 1" in e.value.message
    assert "let the version that wrote it stop in order first" in e.value.message


async def test_a_decision_that_is_missing_is_named(journal: RedisJournal) -> None:
    """A commit without the records that `step` makes of its event is as wrong."""
    connected = b'{"kind":"connection","time":"2018-01-22T14:00:00Z","link":"up","epoch":1,"paper":true}'
    await journal.append(commit_of(connected))
    with pytest.raises(JournalCorrupt, match="seq 2 is not what this version"):
        await recover(journal)


async def test_an_event_of_another_version_is_named(journal: RedisJournal) -> None:
    """A commit that begins with no event of ours."""
    await journal.append(commit_of(b'{"kind":"moonrise","time":"2018-01-22T14:00:00Z"}'))
    with pytest.raises(JournalCorrupt, match=r"commit of seq 1: .*moonrise"):
        await recover(journal)


async def test_a_snapshot_with_a_wrong_hash_is_not_believed(
    journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """A state that is not the one it says it is."""
    await with_snapshot(journal, make_loop(journal), first_events, state_hash="0" * 64)
    with pytest.raises(JournalCorrupt, match="does not have the hash that it states"):
        await recover(journal)


async def test_a_snapshot_that_does_not_decode_is_named(
    journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """Bytes that are no state."""
    await with_snapshot(journal, make_loop(journal), first_events, state=b"[]")
    with pytest.raises(JournalCorrupt, match="does not decode"):
        await recover(journal)


async def test_a_snapshot_of_bytes_that_are_no_json_is_named(
    journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """Bytes that are not even JSON end the same way."""
    await with_snapshot(journal, make_loop(journal), first_events, state=b"\x00")
    with pytest.raises(JournalCorrupt, match="does not decode"):
        await recover(journal)


async def test_a_snapshot_of_another_schema_is_named(
    journal: RedisJournal, make_loop: MakeLoop, first_events: Events
) -> None:
    """The version that wrote it is told, and what to do with it."""
    await with_snapshot(journal, make_loop(journal), first_events, schema=0, code_version="0.0.9")
    with pytest.raises(
        JournalCorrupt, match=r"has schema 0, this version reads 1 to \d+: start version 0\.0\.9"
    ):
        await recover(journal)
