"""A server that takes no write for a while: nothing is lost, nothing is doubled, and it says why."""

from collections.abc import Callable
from typing import Any

import pytest

from daemon.errors import StoreUnavailable
from daemon.store.lease import Lease
from daemon.store.port import Commit
from daemon.store.redis_journal import RedisJournal

MakeCommits = Callable[..., list[Commit]]

REFUSALS = {
    "read-only": (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE"), "read only replica"),
    "out of memory": (
        ("CONFIG", "SET", "maxmemory", "1"),
        ("CONFIG", "SET", "maxmemory", "0"),
        "used memory > 'maxmemory'",
    ),
    "too few replicas": (
        ("CONFIG", "SET", "min-replicas-to-write", "1"),
        ("CONFIG", "SET", "min-replicas-to-write", "0"),
        "NOREPLICAS",
    ),
    "held up": (("CLIENT", "PAUSE", "60000", "WRITE"), ("CLIENT", "UNPAUSE"), "Timeout"),
}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_refused_append_is_offered_again_and_is_there_once(
    redis_server: Any,  # noqa: ANN401 - a module found at run time
    make_commits: MakeCommits,
    kind: str,
) -> None:
    """Read-only, out of memory, slow: an error in the server's own words; the same commit again is safe."""
    begin, end, said = REFUSALS[kind]
    redis_server.start()
    first, second, third = make_commits(3)
    journal = RedisJournal(url=redis_server.url, timeout_s=0.5)
    await journal.open()
    await journal.append(first)
    redis_server.ask(*begin)
    with pytest.raises(StoreUnavailable, match=said):
        await journal.append(second)
    redis_server.ask(*end)
    await journal.append(second)
    assert await journal.append(third) is True
    assert [commit async for commit in journal.read_after(0)] == [first, second, third]
    await journal.close()


async def test_a_restarted_server_goes_on_with_the_same_lease(
    redis_server: Any,  # noqa: ANN401 - a module found at run time
    make_commits: MakeCommits,
) -> None:
    """Kill -9 of the server: commits and token are on disk, the writer is still the writer."""
    redis_server.start()
    first, second = make_commits(2)
    journal = RedisJournal(url=redis_server.url)
    lease = Lease(url=redis_server.url, prefix="hedged:", holder="a", length_s=60)
    await journal.open()
    assert await lease.take()
    journal.show(lease.token)
    await journal.append(first)
    redis_server.stop()
    with pytest.raises(StoreUnavailable, match="Connection"):
        await journal.append(second)
    redis_server.start()
    assert await journal.append(second) is True
    rival = Lease(url=redis_server.url, prefix="hedged:", holder="b", length_s=60)
    assert not await rival.take()
    for opened in (journal, lease, rival):
        await opened.close()
