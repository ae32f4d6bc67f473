"""A server that could lose an acknowledged write is refused, at first sight and ever after."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import StoreNotDurable, StoreUnavailable
from daemon.store.durability import require_durable
from daemon.store.embedded import EmbeddedServer
from daemon.store.embedded_files import server_program
from daemon.store.port import Commit
from daemon.store.redis_journal import RedisJournal

MakeCommits = Callable[..., list[Commit]]
RawClient = Callable[[str], AbstractContextManager[Any]]

WEAK = [
    ("appendfsync", "everysec"),
    ("appendonly", "no"),
    ("no-appendfsync-on-rewrite", "yes"),
]


@pytest.mark.parametrize(("name", "value"), WEAK)
async def test_a_weak_setting_is_named_with_its_remedy(
    server: EmbeddedServer, journal: RedisJournal, raw_client: RawClient, name: str, value: str
) -> None:
    """A check at any time sees the settings as they are then."""
    await journal.check_durable()
    with raw_client(server.url) as client:
        client.config_set(name, value)
    with pytest.raises(StoreNotDurable, match=f"{name} is '{value}', set it to"):
        await journal.check_durable()


async def test_eviction_is_refused_only_with_a_memory_limit(
    server: EmbeddedServer, journal: RedisJournal, raw_client: RawClient
) -> None:
    """An eviction policy without a limit never evicts; with one it would drop the journal."""
    with raw_client(server.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        await journal.check_durable()
        client.config_set("maxmemory", "100mb")
    with pytest.raises(StoreNotDurable, match="maxmemory-policy is 'allkeys-lru'"):
        await journal.check_durable()


async def test_a_server_started_weak_is_refused_at_open(tmp_path: Path, short_folder: Path) -> None:
    """Not one command is sent to a server that acknowledges before the disk has it."""
    socket = short_folder / "weak.sock"
    config = f'port 0\nunixsocket {socket}\nsave ""\nappendonly yes\nappendfsync everysec\ndir {tmp_path}\n'
    program = await asyncio.create_subprocess_exec(
        server_program(), "-", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    assert program.stdin is not None
    program.stdin.write(config.encode())
    program.stdin.close()
    while not socket.exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.01)
    journal = RedisJournal(url=f"unix://{socket}")
    with pytest.raises(StoreNotDurable, match="appendfsync is 'everysec', set it to 'always'"):
        await journal.open()
    await journal.close()
    program.terminate()
    await program.wait()


async def test_a_server_that_came_back_weak_is_refused(
    server: EmbeddedServer, journal: RedisJournal, make_commits: MakeCommits, raw_client: RawClient
) -> None:
    """A connection that was lost is made again, but never without asking."""
    first, second = make_commits(2)
    await journal.append(first)
    with raw_client(server.url) as client:
        client.config_set("appendfsync", "everysec")
        client.client_kill_filter(_type="normal", skipme=True)
    with pytest.raises(
        (StoreUnavailable, StoreNotDurable)
    ):  # the first sees the loss before or after sending
        await journal.append(second)
    with pytest.raises(StoreNotDurable, match="appendfsync"):
        await journal.append(second)
    with raw_client(server.url) as client:
        assert client.xlen("hedged:journal") == 1


async def test_a_server_that_hides_its_settings_is_refused(
    server: EmbeddedServer, raw_client: RawClient
) -> None:
    """What cannot be checked cannot be trusted."""
    with raw_client(server.url) as client:
        client.execute_command("ACL", "SETUSER", "default", "-config")
    journal = RedisJournal(url=server.url)
    with pytest.raises(StoreNotDurable, match="refuses CONFIG GET"):
        await journal.open()
    await journal.close()


def test_a_failed_write_to_the_append_only_file_is_refused() -> None:
    """A server that could not write its file is not durable, whatever its settings say."""
    settings = {
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "maxmemory": "0",
        "maxmemory-policy": "allkeys-lru",
    }
    require_durable(settings=settings, persistence={"aof_last_write_status": "ok"})
    with pytest.raises(StoreNotDurable, match="'err', look at its disk"):
        require_durable(settings=settings, persistence={"aof_last_write_status": "err"})
