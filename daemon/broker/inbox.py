"""Where facts wait, unstamped, until the loop takes them.

Reports keep the order of the wire, results the order of their requests, and quotes are reduced to the latest
of each instrument. The drained order therefore does not depend on how TCP cut the stream into segments.
"""

import asyncio
from datetime import UTC, datetime

from msgspec.structs import replace

from daemon.errors import InvariantBroken
from strategies.core.events import AnyEvent, Quotes
from strategies.core.facts import Quote
from strategies.core.instruments import InstrumentKey

UNSTAMPED = datetime.min.replace(tzinfo=UTC)
"""The time of an event that waits in the inbox; `drain` replaces it."""

REPORTS_MAX = 100_000
RESULTS_MAX = 10_000
QUOTES_MAX = 10_000


class Inbox:
    """Three bounded lists: reports, results, quotes."""

    def __init__(self) -> None:
        self.pending = asyncio.Event()
        self.quotes_pending = asyncio.Event()
        self.news = asyncio.Event()
        self._reports: list[AnyEvent] = []
        self._results: list[AnyEvent] = []
        self._quotes: dict[InstrumentKey, Quote] = {}
        self._handed_out: dict[InstrumentKey, Quote] = {}

    def report(self, event: AnyEvent) -> None:
        """Add a fact of the connection or of an order, in wire order.

        Raises:
            InvariantBroken: nobody drains.
        """
        _put(self._reports, event, REPORTS_MAX, "reports")
        self.pending.set()
        self.news.set()

    def result(self, event: AnyEvent) -> None:
        """Add the outcome of a request, in request order.

        Raises:
            InvariantBroken: nobody drains.
        """
        _put(self._results, event, RESULTS_MAX, "results")
        self.pending.set()
        self.news.set()

    def quote(self, quote: Quote) -> None:
        """Keep the latest of an instrument.

        Raises:
            InvariantBroken: more instruments than a gateway would ever quote.
        """
        self._quotes[quote.instrument] = quote
        if len(self._quotes) > QUOTES_MAX:
            raise InvariantBroken(f"inbox: quotes of more than {QUOTES_MAX} instruments wait to be drained")
        self.quotes_pending.set()
        self.news.set()

    def forget(self, instrument: InstrumentKey) -> None:
        """Drop the quotes of an instrument that is no longer watched."""
        self._quotes.pop(instrument, None)
        self._handed_out.pop(instrument, None)

    def forget_quotes(self) -> None:
        """Drop what was handed out: a new connection's first quotes are news even if equal."""
        self._quotes.clear()
        self._handed_out.clear()

    def drain(self, now: datetime, *, quotes: bool) -> list[AnyEvent]:
        """Return everything that waits, stamped with `now` (aware, UTC); quotes only if asked for."""
        events = [replace(event, time=now) for event in (*self._reports, *self._results)]
        self._reports.clear()
        self._results.clear()
        self.pending.clear()
        if quotes:
            changed = self._take_changed()
            if changed:
                events.append(Quotes(time=now, quotes=changed))
        if not self.quotes_pending.is_set():
            self.news.clear()
        return events

    def _take_changed(self) -> tuple[Quote, ...]:
        changed = tuple(
            quote for key, quote in sorted(self._quotes.items()) if self._handed_out.get(key) != quote
        )
        self._handed_out.update((quote.instrument, quote) for quote in changed)
        self._quotes.clear()
        self.quotes_pending.clear()
        return changed


def _put(events: list[AnyEvent], event: AnyEvent, limit: int, name: str) -> None:
    if len(events) >= limit:
        raise InvariantBroken(f"inbox: {limit} {name} wait and nobody drains them")
    events.append(event)
