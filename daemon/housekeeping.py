"""When old audit files are compressed and removed: at the start, and with each day's summary.

The work is done beside the loop, in a thread, on files that the loop no longer writes. What goes wrong with
it is told to the operational log and tried again with the next summary.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import structlog

from daemon.errors import AuditTampered, StoreError
from daemon.hours import NEW_YORK
from daemon.loop import Observer
from daemon.settings.connections import Audit
from daemon.store.port import Journal
from daemon.telemetry.retention import tidy
from strategies.core.events import AnyEvent, Job, Lifecycle, Phase, Timer

_log = structlog.get_logger(__name__)


class Housekeeping:
    """Keeps the audit folder as the settings say.

    Args:
        folder: the audit folder.
        settings: what is kept for how long.
        journal: whose snapshot says what may go.
        observe: is shown each commit too.
    """

    def __init__(
        self, folder: Path, settings: Audit, journal: Journal, observe: Observer | None = None
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._journal = journal
        self._observe = observe
        self._days: asyncio.Queue[date | None] = asyncio.Queue()

    def observe(self, event: AnyEvent, bodies: Sequence[bytes]) -> None:
        """Take a commit: the event and its records' bodies."""
        match event:
            case Lifecycle(phase=Phase.STARTED) | Timer(job=Job.DAILY_SUMMARY):
                self._days.put_nowait(event.time.astimezone(NEW_YORK).date())
            case _:
                pass
        if self._observe is not None:
            self._observe(event, bodies)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Work while the body runs, and finish what is due when it ends in order."""
        if not (self._settings.keep_days or self._settings.compress_after_days):
            yield
            return
        task = asyncio.ensure_future(self._work())
        try:
            yield
            self._days.put_nowait(None)
            await task
        finally:
            task.cancel()

    async def _work(self) -> None:
        while (today := await self._days.get()) is not None:
            try:
                await self._tidy(today)
            except (OSError, AuditTampered, StoreError) as error:
                _log.error(
                    "old audit files were left as they are", folder=str(self._folder), error=str(error)
                )

    async def _tidy(self, today: date) -> None:
        snapshot = await self._journal.load_snapshot()
        done = await asyncio.to_thread(
            tidy,
            self._folder,
            today,
            keep_days=self._settings.keep_days,
            compress_after_days=self._settings.compress_after_days,
            covered_seq=0 if snapshot is None else snapshot.seq,
        )
        if done.removed:
            _log.info(
                "audit files removed",
                files=done.removed,
                up_to_seq=done.removed_up_to_seq,
                chain_begins_at=done.checkpoint,
            )
        if done.compressed:
            _log.info("audit files compressed", files=done.compressed)
