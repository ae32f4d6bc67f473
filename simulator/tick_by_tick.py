"""Tick-by-tick data: every change of last, sides or mid as its own message; layouts of server version 176."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from simulator.instruments import Instrument
from simulator.quotes import Board, Quote
from simulator.recorder import price_of
from simulator.wire import Field, encode

# The protocol's numbers of the kinds.
KINDS = {"Last": 1, "AllLast": 2, "BidAsk": 3, "MidPoint": 4}
_BID_ASK, _MID_POINT = 3, 4

Sides = tuple[datetime, float, float]


@dataclass(slots=True, kw_only=True)
class TickFeed:
    """One subscription to ticks; `sent` is the last message without its time."""

    item: Instrument
    kind: int
    sent: tuple[Field, ...] = ()


def news(feeds: Mapping[int, TickFeed], board: Board, now: datetime) -> list[bytes]:
    """Return the ticks (99) of this instant that differ from the last ones, and remember them as sent."""
    found = []
    for request_id in sorted(feeds):
        feed = feeds[request_id]
        terms = _terms(feed.kind, board.quote(feed.item), feed.item)
        if terms is not None and terms != feed.sent:
            feed.sent = terms
            found.append(encode(99, request_id, feed.kind, int(now.timestamp()), *terms))
    return found


def historical_last(request_id: int, ticks: Iterable[tuple[datetime, float]], exchange: str) -> bytes:
    """Send past trades (98); their sizes are not known."""
    rows = [(int(at.timestamp()), 0, price, 0, exchange, "") for at, price in ticks]
    return _list(98, request_id, rows)


def historical_mid(request_id: int, ticks: Iterable[tuple[datetime, float]]) -> bytes:
    """Send past mids (96)."""
    return _list(96, request_id, [(int(at.timestamp()), 0, price, 0) for at, price in ticks])


def historical_sides(request_id: int, ticks: Iterable[Sides]) -> bytes:
    """Send past bids and asks (97); their sizes are not kept."""
    return _list(97, request_id, [(int(at.timestamp()), 0, bid, ask, 0, 0) for at, bid, ask in ticks])


def _list(message_id: int, request_id: int, rows: Sequence[tuple[Field, ...]]) -> bytes:
    return encode(message_id, request_id, len(rows), *(value for row in rows for value in row), True)


def _terms(kind: int, quote: Quote, item: Instrument) -> tuple[Field, ...] | None:
    """Return what a tick says after its time, None while there is nothing to say."""
    if kind == _BID_ASK:
        sides = (quote.bid, quote.ask, quote.bid_size, quote.ask_size, 0)
        return sides if quote.bid >= 0 and quote.ask >= 0 else None
    if kind == _MID_POINT:
        mid = price_of(item, quote, "MIDPOINT")
        return None if mid is None else (mid,)
    return None if quote.last is None else (quote.last, 0, 0, item.exchanges[0], "")
