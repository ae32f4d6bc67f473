"""Bringing events to the loop: as they come from a live broker, or step by step in accelerated play."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime

from daemon.broker.port import Broker
from daemon.clock import Clock, PlayClock
from daemon.hours import NEW_YORK, sessions_around
from daemon.loop import Loop
from daemon.macro.feed import MacroFeed
from daemon.schedule import ScheduleSettings, due, undone
from daemon.settings.session import SessionOverride
from strategies.core.events import Calendar
from strategies.core.facts import SessionHours


async def feed_live(broker: Broker, loop: Loop, clock: Clock, quote_interval_s: float) -> None:
    """Hand over reports at once, and quotes at once after a pause, else once an interval; for ever.

    Quotes wait while the loop has not decided on what it was given: when the store is back after a pause it
    shall see the market as it is then, not a queue of how it was.
    """
    running = asyncio.get_running_loop()
    quotes_due_at = running.time()
    while True:
        await broker.news.wait()
        wait_s = quotes_due_at - running.time()
        if not broker.pending.is_set() and wait_s > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await broker.pending.wait()
        with_quotes = running.time() >= quotes_due_at
        if with_quotes:
            await loop.drained()
        if with_quotes and broker.quotes_pending.is_set():
            quotes_due_at = running.time() + quote_interval_s
        for event in broker.drain(clock.now(), quotes=with_quotes):
            await loop.put(event)


class Play:
    """Accelerated play: the gateway's clock is the clock, and only our question moves it.

    Before each question everything that was received is decided on, its orders are on the wire and its
    requests are answered, so that the same seed gives the same conversation.
    """

    def __init__(
        self,
        *,
        broker: Broker,
        loop: Loop,
        clock: PlayClock,
        schedule: ScheduleSettings,
        overrides: Sequence[SessionOverride],
        macro: MacroFeed | None = None,
    ) -> None:
        self._broker = broker
        self._loop = loop
        self._clock = clock
        self._schedule = schedule
        self._overrides = overrides
        self._macro = macro
        self._sessions: tuple[SessionHours, ...] = ()
        self._walked_to: datetime | None = None
        self._done_to: datetime | None = None

    async def begin(self, walked_to: datetime | None, done_to: datetime | None = None) -> datetime:
        """Ask for the first time.

        Jobs since `walked_to` (the journal's end) will be made up for, and those since `done_to` (the last
        one on record) that a crash at the journal's end kept from it.

        Raises:
            BrokerUnavailable: the gateway went away.
            BrokerTimeout: the gateway does not answer.
        """
        now = await self._broker.step_time()
        self._clock.set(now)
        self._walked_to = now if walked_to is None else walked_to
        self._done_to = done_to
        return now

    async def run(self) -> None:
        """Play until the gateway has no later time to offer."""
        now = self._clock.now()
        moved = True
        while moved:
            await self._happen(now)
            await self._loop.drained()
            await self._broker.idle()
            before, now = now, await self._broker.step_time()
            self._clock.set(now)
            moved = now > before

    async def _happen(self, now: datetime) -> None:
        """Bring everything that came up to `now` to the loop: calendar, facts, jobs."""
        assert self._walked_to is not None
        today = now.astimezone(NEW_YORK).date()
        if not self._sessions or today != self._walked_to.astimezone(NEW_YORK).date():
            self._sessions = sessions_around(now, self._overrides)
            await self._loop.put(Calendar(time=now, sessions=self._sessions))
        released = None if self._macro is None else self._macro.due(now)
        if released is not None:
            await self._loop.put(released)
        for event in self._broker.drain(now, quotes=True):
            await self._loop.put(event)
        if self._done_to is not None:
            for timer in undone(self._sessions, self._schedule, self._done_to, self._walked_to, now):
                await self._loop.put(timer)
            self._done_to = None
        for timer in due(self._sessions, self._schedule, self._walked_to, now):
            await self._loop.put(timer)
        self._walked_to = now
