"""A real Valkey server, a journal on it, and commits as the loop makes them."""

import contextlib
import importlib.util
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import redis

from daemon.store.embedded import EmbeddedServer
from daemon.store.port import Commit
from daemon.store.redis_journal import RedisJournal
from daemon.telemetry.records import GENESIS, Chain

_PROXY_FILE = Path(__file__).parents[1] / "helpers" / "redis_proxy.py"

MakeCommits = Callable[..., list[Commit]]


def _load(file: Path) -> Any:  # noqa: ANN401 - a module found at run time has no static type
    """Import a helper by its file: the tests are no package."""
    name = f"hedged_{file.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A running embedded server."""
    async with EmbeddedServer(tmp_path / "valkey") as started:
        yield started


@pytest.fixture
async def journal(server: EmbeddedServer) -> AsyncIterator[RedisJournal]:
    """An open journal; small pages, so that every reader turns pages."""
    opened = RedisJournal(url=server.url, page_commits=3)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Any]:
    """A real server on a port of its own, not started yet."""
    made = _load(_PROXY_FILE.with_name("redis_server.py")).RedisServer(tmp_path / "redis")
    yield made
    made.stop()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for any socket, however the tests are run."""
    with tempfile.TemporaryDirectory(prefix="hedged-test-") as folder:
        yield Path(folder)


@pytest.fixture
def raw_client() -> Callable[[str], AbstractContextManager[Any]]:
    """A plain client: what an operator or an intruder would do."""
    return lambda url: contextlib.closing(redis.Redis.from_url(url))


@pytest.fixture
def start_proxy(short_folder: Path) -> Callable[[str], AbstractAsyncContextManager[Any]]:
    """Put a proxy that can withhold replies in front of a `unix://` server."""

    def start(url: str) -> AbstractAsyncContextManager[Any]:
        upstream = Path(url.removeprefix("unix://"))
        proxy: AbstractAsyncContextManager[Any] = _load(_PROXY_FILE).RedisProxy(
            listen=short_folder / "proxy.sock", upstream=upstream
        )
        return proxy

    return start


@pytest.fixture
def make_commits() -> MakeCommits:
    """Commits that follow each other: `count` of them, `lines` lines each, after a chain."""

    def make(count: int, *, lines: int = 2, after: Chain = GENESIS, text: str = "x") -> list[Commit]:
        commits, chain = [], after
        for number in range(count):
            bodies = [
                f'{{"kind":"test","time":"2026-11-20T14:31:00Z","text":"{text}","of":{number},"line":{line}}}'
                for line in range(lines)
            ]
            before, (chain, sealed) = chain, chain.extend([body.encode() for body in bodies])
            commits.append(
                Commit(
                    first_seq=before.last_seq + 1,
                    last_seq=chain.last_seq,
                    prev_hash=before.last_hash,
                    last_hash=chain.last_hash,
                    lines=sealed,
                )
            )
        return commits

    return make
