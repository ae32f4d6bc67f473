"""Macro facts on the system's clock: at the start, at each release, and whenever the source has more."""

import asyncio
from datetime import datetime, timedelta

import structlog

from daemon.clock import Clock
from daemon.errors import ConfigError, MacroUnavailable
from daemon.loop import Loop
from daemon.macro.feed import MacroFeed

_log = structlog.get_logger(__name__)

_LOOK_AGAIN_S = 60.0
"""The system's clock may be set meanwhile; no sleep is longer."""


async def feed_macro(feed: MacroFeed, loop: Loop, clock: Clock, *, refresh_s: float) -> None:
    """Send facts at their releases, for ever.

    A source that does not answer, or a folder that is at fault after the start, leaves what is known to age
    until it is unavailable; the log says why.

    Args:
        feed: the facts.
        loop: where the events go.
        clock: what stamps them.
        refresh_s: how often the source is asked anew, seconds.

    Raises:
        ConfigError: the source is at fault when it is asked for the first time.
    """
    ask_at, asked, fault = clock.now(), False, ""
    while True:
        if clock.now() >= ask_at:
            try:
                await feed.refresh()
                asked, fault = True, ""
            except (ConfigError, MacroUnavailable) as error:
                if isinstance(error, ConfigError) and not asked:
                    raise
                if error.message != fault:
                    _log.error("macro facts are not renewed", error=error.message)
                fault = error.message
            ask_at = clock.now() + timedelta(seconds=refresh_s)
        event = feed.due(clock.now())
        if event is not None:
            await loop.put(event)
            await loop.drained()  # the next look compares with what is known then
        await asyncio.sleep(_pause_s(clock.now(), ask_at, feed.next_release()))


def _pause_s(now: datetime, ask_at: datetime, release: datetime | None) -> float:
    """Return the seconds until there may be something to do."""
    wake = ask_at if release is None else min(ask_at, release)
    return min(max((wake - now).total_seconds(), 0.0), _LOOK_AGAIN_S)
