"""A reply that never came leaves no doubt: the same append again settles it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

import pytest

from daemon.errors import StoreUnavailable
from daemon.store.embedded import EmbeddedServer
from daemon.store.port import Commit
from daemon.store.redis_journal import RedisJournal

MakeCommits = Callable[..., list[Commit]]
StartProxy = Callable[[str], AbstractAsyncContextManager[Any]]


@pytest.mark.parametrize("then", ["hang_up", "silence"])
async def test_an_append_whose_reply_was_lost_is_applied_once(
    server: EmbeddedServer,
    start_proxy: StartProxy,
    make_commits: MakeCommits,
    then: Literal["hang_up", "silence"],
) -> None:
    """The client sends once; the caller appends again and learns that it is there."""
    commits = make_commits(5)
    async with start_proxy(server.url) as proxy:
        journal = RedisJournal(url=proxy.url, timeout_s=2.0)
        await journal.open()
        proxy.withhold_reply(3, then)
        assert [await journal.append(commit) for commit in commits[:2]] == [True, True]
        with pytest.raises(StoreUnavailable, match="cannot append seq 5 to 6"):
            await journal.append(commits[2])
        assert proxy.appends == 3
        assert await journal.append(commits[2]) is False
        assert [await journal.append(commit) for commit in commits[3:]] == [True, True]
        assert [commit async for commit in journal.read_after(0)] == commits
        await journal.close()


async def test_a_cancelled_append_does_not_spoil_the_connection(
    server: EmbeddedServer, start_proxy: StartProxy, make_commits: MakeCommits
) -> None:
    """The reply to an abandoned append is never taken for the reply to the next one."""
    first, second = make_commits(2)
    async with start_proxy(server.url) as proxy:
        journal = RedisJournal(url=proxy.url)
        await journal.open()
        proxy.withhold_reply(1, "silence")
        task = asyncio.create_task(journal.append(first))
        await proxy.withheld.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await journal.append(first) is False
        assert await journal.append(second) is True
        await journal.close()
