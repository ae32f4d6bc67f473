"""A real journal on a real Valkey server, and the parts of the shell around it."""

import importlib.util
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from daemon import codec
from daemon.loop import Loop
from daemon.schedule import ScheduleSettings
from daemon.store.embedded import EmbeddedServer
from daemon.store.port import Journal
from daemon.store.redis_journal import RedisJournal
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.records import GENESIS, Chain
from strategies.core.commands import AnyCommand
from strategies.core.events import AnyEvent, Connection, Lifecycle, Link, Phase
from strategies.core.rules import Rules
from strategies.core.state import State

_PROXY_FILE = Path(__file__).parents[1] / "helpers" / "redis_proxy.py"

MONDAY = datetime(2018, 1, 22, 14, 0, tzinfo=UTC)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for any socket, however the tests are run."""
    with tempfile.TemporaryDirectory(prefix="hedged-test-") as folder:
        yield Path(folder)


@pytest.fixture
async def valkey(short_folder: Path) -> AsyncIterator[EmbeddedServer]:
    """A running server; a test may stop it and start it again."""
    async with EmbeddedServer(short_folder / "valkey") as server:
        yield server


@pytest.fixture
async def open_journal() -> AsyncIterator[Callable[[str], Any]]:
    """Opens journals by their server's address."""
    opened: list[RedisJournal] = []

    async def open_at(url: str) -> RedisJournal:
        journal = RedisJournal(url=url)
        opened.append(journal)
        await journal.open()
        return journal

    yield open_at
    for journal in opened:
        await journal.close()


@pytest.fixture
async def journal(valkey: EmbeddedServer, open_journal: Callable[[str], Any]) -> RedisJournal:
    """An open, empty journal."""
    opened: RedisJournal = await open_journal(valkey.url)
    return opened


@pytest.fixture
def redis_proxy() -> Any:  # noqa: ANN401 - a module found at run time has no static type
    """The helper module `redis_proxy`: the tests are no package."""
    name = f"hedged_{_PROXY_FILE.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _PROXY_FILE)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def make_loop(tmp_path: Path) -> Iterator[Callable[..., Loop]]:
    """Makes loops over a journal, with audit files of their own; commands go to `execute`."""
    with ExitStack() as stack:

        def make(
            journal: Journal,
            execute: Callable[[AnyCommand], None] = lambda _: None,
            *,
            state: State | None = None,
            chain: Chain = GENESIS,
            patience_s: float = 60.0,
            snapshot_every: int = 1000,
        ) -> Loop:
            audit = AuditFile(tmp_path / "audit")
            audit.open()
            stack.callback(audit.close)
            return Loop(
                journal=journal,
                audit=audit,
                state=state or State(),
                chain=chain,
                execute=execute,
                queue_size_max=1000,
                snapshot_every_commits=snapshot_every,
                store_patience_s=patience_s,
            )

        yield make


@pytest.fixture
def first_events() -> tuple[AnyEvent, AnyEvent]:
    """How a day begins: the daemon starts, and the broker connects, which asks for listings and history."""
    started = Lifecycle(time=MONDAY, phase=Phase.STARTED, rules=Rules())
    return (
        codec.decode_event(codec.encode(started)),  # as the journal will have it: floats are floats
        Connection(time=MONDAY, link=Link.UP, epoch=1, accounts=("DU1234567",), paper=True),
    )


@pytest.fixture
def schedule() -> ScheduleSettings:
    """The default distances."""
    return ScheduleSettings(
        prep_before_open_s=900,
        act_after_open_s=900,
        finalise_after_close_s=60,
        summary_after_close_s=1800,
        misfire_grace_s=300,
        heartbeat_s=60,
    )
