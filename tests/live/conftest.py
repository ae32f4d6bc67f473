"""The daemon on the system's clock, real gateways and real Redis servers."""

import importlib.util
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.store.embedded import EmbeddedServer

_HELPER = Path(__file__).parents[1] / "helpers" / "live_processes.py"

MakeWorld = Callable[..., Any]


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


@pytest.fixture(scope="session")
def helpers() -> Any:  # noqa: ANN401 - see _load
    """The helper module `live_processes`."""
    return _load(_HELPER)


@pytest.fixture
def live_world(helpers: Any, tmp_path: Path) -> Iterator[MakeWorld]:  # noqa: ANN401 - see _load
    """Makes a world in which today is a session that closes in so many seconds."""
    made = []

    def make(closes_in_s: int) -> Any:  # noqa: ANN401 - see _load
        today = helpers.Today(closes_in_s)
        if not today.in_one_day:
            pytest.skip("it is midnight in New York: a session of a few minutes would lie on two days")
        made.append(helpers.LiveWorld(tmp_path, today))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture(scope="session")
def plays(helpers: Any) -> Any:  # noqa: ANN401 - see _load
    """The helper module `play_processes`."""
    return helpers.play


@pytest.fixture
def play_world(plays: Any, tmp_path: Path) -> Iterator[Any]:  # noqa: ANN401 - see _load
    """A stepped gateway and a daemon in play with it."""
    made = plays.World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Any]:
    """A real server on a port of its own, not started yet."""
    made = _load(_HELPER.with_name("redis_server.py")).RedisServer(tmp_path / "redis")
    yield made
    made.stop()


@pytest.fixture
def fred_server() -> Iterator[Any]:
    """A server that answers as FRED does."""
    server = _load(_HELPER.with_name("fred_server.py")).FredServer()
    yield server
    server.close()


@pytest.fixture
async def redis_proxy(short_folder: Path) -> AsyncIterator[Any]:
    """A proxy, before a real server, that can withhold a reply."""
    module = _load(_HELPER.with_name("redis_proxy.py"))
    async with EmbeddedServer(short_folder / "valkey") as server:
        upstream = Path(server.url.removeprefix("unix://"))
        async with module.RedisProxy(listen=short_folder / "p.sock", upstream=upstream) as proxy:
            yield proxy


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for any socket, however the tests are run."""
    with tempfile.TemporaryDirectory(prefix="hedged-test-") as folder:
        yield Path(folder)
