"""Waiting at start for a store that is not there yet; what waiting cannot mend ends the start at once."""

import asyncio
import contextlib

import structlog

from daemon.errors import StoreUnavailable
from daemon.store.port import Journal

_DELAY_MIN_S = 0.5
_DELAY_MAX_S = 8.0

_log = structlog.get_logger(__name__)


async def open_patiently(journal: Journal, *, patience_s: float, stop: asyncio.Event) -> bool:
    """Check the store and open the journal, again and again while the store does not answer.

    Args:
        journal: what is opened.
        patience_s: how long the store may be away, seconds.
        stop: ends the waiting.

    Returns:
        Whether it is open; False when `stop` was set first.

    Raises:
        StoreUnavailable: the store was away for all that time.
        StoreNotDurable: it could forget; at once.
        JournalCorrupt: it contradicts itself; at once.
    """
    loop = asyncio.get_running_loop()
    gives_up_at, delay_s, said = loop.time() + patience_s, _DELAY_MIN_S, ""
    while not stop.is_set():
        try:
            await journal.check_durable()
            await journal.open()
        except StoreUnavailable as error:
            left_s = gives_up_at - loop.time()
            if left_s <= 0:
                raise
            if error.message != said:
                _log.warning("not ready: waiting for the journal's store", reason=error.message)
            said = error.message
        else:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(delay_s, left_s)):
                await stop.wait()
        delay_s = min(delay_s * 2, _DELAY_MAX_S)
    return False
