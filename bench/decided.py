"""What the daemon decided on, out of its audit file, held against what was injected."""

from collections import deque
from collections.abc import Iterable, Sequence

from bench.watcher import MadeTick
from daemon import codec
from strategies.core.events import Quotes

PRICE_FIELDS = ("bid", "ask", "last")
_Side = tuple[str, str]  # instrument and field of its quote


class Injected:
    """The values that were sent, each with the time (epoch seconds) just before its write.

    Args:
        kept: how many values of each side to remember.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._sent: dict[_Side, deque[tuple[float, float]]] = {}

    def note(self, sent: Iterable[MadeTick], at: float) -> None:
        """Remember the prices among ticks that were written at `at`."""
        for tick in sent:
            if tick.name not in PRICE_FIELDS:
                continue
            side = self._sent.setdefault((tick.key, tick.name), deque(maxlen=self._kept))
            side.append((tick.value, at))

    def age_s(self, side: _Side, value: float | None, decided_at: float) -> float | None:
        """Return how long before `decided_at` a value was sent; None if it was not among the sent ones."""
        for sent, at in reversed(self._sent.get(side, ())):
            if sent == value and at <= decided_at:
                return decided_at - at
        return None

    def missing_from(self, events: Sequence[Quotes]) -> list[str]:
        """Return the sides whose last sent price is not the last that was decided on."""
        last = {str(quote.instrument): quote for event in events for quote in event.quotes}
        return [
            f"the last {name} of {key} was not decided on"
            for (key, name), sent in self._sent.items()
            if key not in last or getattr(last[key], name) != sent[-1][0]
        ]


def decided(lines: Sequence[bytes]) -> list[Quotes]:
    """Return the events with quotes among audit lines; each is followed by a decision."""
    events = (codec.decode_event(line) for line in lines if b'"kind":"quotes"' in line)
    return [event for event in events if isinstance(event, Quotes)]


def oldest_s(events: Sequence[Quotes], injected: Injected) -> list[float]:
    """Return for each event the age (seconds) of its oldest value, of those that were injected."""
    out = []
    for event in events:
        at = event.time.timestamp()
        ages = [
            age
            for quote in event.quotes
            for name in PRICE_FIELDS
            if (age := injected.age_s((quote.instrument, name), getattr(quote, name), at)) is not None
        ]
        if ages:
            out.append(max(ages))
    return out
