"""Live quotes are thinned, reports are not: on a clock that leaps, so that no test waits."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, cast

import pytest

from daemon.broker.inbox import UNSTAMPED, Inbox
from daemon.broker.port import Broker
from daemon.clock import PlayClock
from daemon.feeds import feed_live
from daemon.loop import Loop
from daemon.store.redis_journal import RedisJournal
from strategies.core.events import AnyEvent, BrokerNotice, Quotes
from strategies.core.facts import Quote
from strategies.core.instruments import SPX

INTERVAL_S = 2.0
Arrivals = list[tuple[float, AnyEvent]]
Script = Callable[[Inbox], Awaitable[None]]


class _LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time stands still while there is work and leaps to the next timer when not."""

    def __init__(self) -> None:
        self.leapt_s = 0.0
        loop = self

        class Selector(selectors.DefaultSelector):
            def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
                assert timeout is not None, "nothing is scheduled: this would wait for ever"
                ready = super().select(0)
                if not ready:
                    loop.leapt_s += timeout
                return ready

        super().__init__(Selector())

    def time(self) -> float:
        return self.leapt_s


@pytest.fixture
def play_feed(make_loop: Callable[..., Loop]) -> Callable[[Script], Arrivals]:
    """Feeds a loop from an inbox while a script fills it; returns what came, and at which second."""

    async def run(script: Script) -> Arrivals:
        loop = make_loop(RedisJournal(url="unix:///never/opened"))
        inbox, clock, arrived = Inbox(), PlayClock(), cast("Arrivals", [])
        clock.set(datetime(2018, 1, 22, 15, 0, tzinfo=UTC))

        async def take() -> None:
            while True:
                event = await loop._queue.get()
                arrived.append((asyncio.get_running_loop().time(), event))
                loop._queue.task_done()

        parts: list[Coroutine[Any, Any, None]] = [
            feed_live(cast("Broker", inbox), loop, clock, INTERVAL_S),
            take(),
        ]
        tasks = [asyncio.ensure_future(part) for part in parts]
        await script(inbox)
        await asyncio.sleep(10 * INTERVAL_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return arrived

    def play(script: Script) -> Arrivals:
        with asyncio.Runner(loop_factory=_LeapingLoop) as runner:
            return runner.run(run(script))

    return play


def quote(last: float) -> Quote:
    """Return a quote of the index."""
    return Quote(instrument=SPX.key, last=last)


def lasts(arrivals: Arrivals) -> list[tuple[float, float | None]]:
    """Return when quotes came and their last prices."""
    return [(at, event.quotes[0].last) for at, event in arrivals if isinstance(event, Quotes)]


def test_the_first_change_comes_at_once_then_one_an_interval(play_feed: Callable[[Script], Arrivals]) -> None:
    """A quote every tenth of a second: the first at once, later ones gathered, the latest value each time."""

    async def ticks(inbox: Inbox) -> None:
        for tenth in range(50):
            inbox.quote(quote(float(tenth)))
            await asyncio.sleep(0.1)

    found = lasts(play_feed(ticks))
    times = [at for at, _ in found]
    assert times[0] == 0.0
    assert all(later - earlier >= INTERVAL_S - 1e-6 for earlier, later in pairwise(times))
    assert found[-1][1] == 49.0
    assert len(found) == 4


def test_after_a_pause_a_change_comes_at_once(play_feed: Callable[[Script], Arrivals]) -> None:
    """The interval thins bursts; it does not delay the first news after silence."""

    async def twice(inbox: Inbox) -> None:
        inbox.quote(quote(1.0))
        await asyncio.sleep(5 * INTERVAL_S)
        inbox.quote(quote(2.0))

    assert lasts(play_feed(twice)) == [(0.0, 1.0), (5 * INTERVAL_S, 2.0)]


def test_a_report_never_waits_for_quotes(play_feed: Callable[[Script], Arrivals]) -> None:
    """Within the interval a report comes at once and alone; the quote comes when it is due."""

    async def burst(inbox: Inbox) -> None:
        inbox.quote(quote(1.0))
        await asyncio.sleep(0.5)
        inbox.quote(quote(2.0))
        await asyncio.sleep(0.25)
        inbox.report(BrokerNotice(time=UNSTAMPED, code=2104, text="farm is connected"))

    arrivals = play_feed(burst)
    assert [(at, type(event)) for at, event in arrivals] == [
        (0.0, Quotes),
        (0.75, BrokerNotice),
        (pytest.approx(INTERVAL_S, abs=1e-6), Quotes),
    ]
