"""Holding macro facts back until they are released, and sending only what adds to what is known.

What is known is the core's own state, so that a start after a crash sends what is missing and nothing twice.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from daemon.macro.port import MacroSource
from strategies.core.events import Macro
from strategies.core.macro import MacroFact, Point, Series
from strategies.core.macro_facts import Points, fold

_log = structlog.get_logger(__name__)

Known = Mapping[Series, Points]


class MacroFeed:
    """Facts of one source, in the order of their releases.

    Args:
        source: where they come from.
        known: returns what the core knows, after all events that were sent.
    """

    def __init__(self, source: MacroSource, known: Callable[[], Known]) -> None:
        self._source = source
        self._known = known
        self._facts: list[MacroFact] = []
        self._sent = 0

    async def refresh(self) -> None:
        """Ask the source anew; raises what it raises, and then keeps what it said before."""
        facts = sorted(await self._source.read(), key=_order)
        if facts != self._facts:
            self._facts, self._sent = facts, 0

    def due(self, now: datetime) -> Macro | None:
        """Return the event with all that was released by now and is news; None where nothing is."""
        released = bisect_right(self._facts, now, key=lambda fact: fact.released)
        if released <= self._sent:
            return None
        facts = adding(self._known(), self._facts[self._sent : released], now)
        self._sent = released
        return Macro(time=now, facts=facts) if facts else None

    def next_release(self) -> datetime | None:
        """Return when the next fact that is held back is released, None where there is none."""
        return self._facts[self._sent].released if self._sent < len(self._facts) else None


def adding(known: Known, facts: Sequence[MacroFact], now: datetime) -> tuple[MacroFact, ...]:
    """Return those of the released facts that change what is known, in their order.

    What a later revision has replaced, or the core would not keep, is not among them. A fact that contradicts
    what is known is told to the log and left out: the core would refuse it each time.
    """
    after, refused = fold(known, facts, now)
    for fact, reason in refused:
        _log.warning(
            "a macro fact is not believed: give a revision its own release",
            series=fact.series,
            period=fact.period.isoformat(),
            released=fact.released.isoformat(),
            value=fact.value,
            reason=reason,
        )
    news = {
        (series, point)
        for series, points in after.items()
        if points is not known.get(series)
        for point in set(points).difference(known.get(series, ()))
    }
    chosen = {(fact.series, Point(fact.period, fact.released, fact.value)): fact for fact in facts}
    return tuple(fact for key, fact in chosen.items() if key in news)


def _order(fact: MacroFact) -> tuple[datetime, Series, object, float]:
    return fact.released, fact.series, fact.period, fact.value if fact.value is not None else float("-inf")
