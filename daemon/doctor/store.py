"""The check of the journal's store."""

import tempfile
from pathlib import Path

from daemon.control.client import ask
from daemon.control.place import control_socket
from daemon.doctor.check import Check, fail, ok, skip
from daemon.errors import ConfigError, HedgedError, NotRunning, StoreError
from daemon.settings import Settings
from daemon.status.report import Status
from daemon.store.embedded import EmbeddedServer
from daemon.store.redis_journal import RedisJournal

_LOCK_WITHIN_S = 2.0


async def store(settings: Settings) -> Check:
    """Check that Redis answers and forgets nothing, or that the embedded server starts."""
    url = settings.redis.url.get_secret_value()
    try:
        if url:
            await _durable(url, settings)
            return ok("redis", "answers, and keeps what it acknowledges")
        if _daemon_runs(settings):
            return skip("redis", "the daemon runs and holds its embedded server")
        await _embedded_starts(settings)
    except (StoreError, ConfigError) as error:
        advice = "start it, or correct redis.url" if url else "see the message; or set redis.url to a server"
        return fail("redis", error.message, advice)
    return ok("redis", "the embedded server starts, and keeps what it acknowledges")


def _daemon_runs(settings: Settings) -> bool:
    try:
        ask(control_socket(settings.state_path), "status", Status)
    except NotRunning:
        return False
    except HedgedError:  # it hangs, or speaks another version: it holds the server all the same
        return True
    return True


async def _embedded_starts(settings: Settings) -> None:
    """Start it on its own data where there is any, else beside it: nothing is left behind."""
    folder = settings.state_path / "valkey"
    if folder.is_dir():
        await _start_on(folder, settings)
        return
    with tempfile.TemporaryDirectory(prefix="hedged-doctor-") as empty:
        await _start_on(Path(empty) / "valkey", settings)


async def _start_on(folder: Path, settings: Settings) -> None:
    async with EmbeddedServer(folder, lock_within_s=_LOCK_WITHIN_S) as server:
        await _durable(server.url, settings)


async def _durable(url: str, settings: Settings) -> None:
    journal = RedisJournal(url=url, prefix=settings.redis.prefix, timeout_s=settings.redis.connect_timeout_s)
    try:
        await journal.check_durable()
    finally:
        await journal.close()
