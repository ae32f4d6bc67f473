"""Opening the journal where the settings say it is: on a server elsewhere, or on an embedded one."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from daemon.patience import open_patiently
from daemon.settings import Settings
from daemon.store.embedded import EmbeddedServer
from daemon.store.folder_lock import lock_folder
from daemon.store.redis_journal import RedisJournal

_LOCKED_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An open journal, its server's address, and the server itself if it is ours."""

    journal: RedisJournal
    url: str
    server: EmbeddedServer | None


@asynccontextmanager
async def journal_place(
    settings: Settings, stop: asyncio.Event, *, patient: bool, check: bool = True
) -> AsyncIterator[Place]:
    """Open the journal while the context lasts; one process a state folder.

    Args:
        settings: all of them.
        stop: ends the waiting for a server elsewhere.
        patient: whether one is waited for, `ib.startup_timeout_s` long.
        check: whether what is there must be a whole journal.

    Raises:
        StoreError: as `open_patiently`; the folder is in use.
    """
    url = settings.redis.url.get_secret_value()
    server = None if url else EmbeddedServer(settings.state_path / "valkey")
    settings.state_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = await lock_folder(settings.state_path, within_s=_LOCKED_WITHIN_S, by="another daemon")
    try:
        if server is not None:
            await server.start()
            url = server.url
        timeout_s = settings.redis.connect_timeout_s
        journal = RedisJournal(url=url, prefix=settings.redis.prefix, timeout_s=timeout_s)
        try:
            patience_s = settings.ib.startup_timeout_s if patient and server is None else 0.0
            if check:
                await open_patiently(journal, patience_s=patience_s, stop=stop)
            yield Place(journal=journal, url=url, server=server)
        finally:
            await journal.close()
    finally:
        if server is not None:
            await server.stop()
        os.close(lock)
