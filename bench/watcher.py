"""Knowing what a client has subscribed and what it costs, and making ticks for that."""

import itertools
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ib_insync import Contract

from bench import frames
from bench.relay import Relay, Tap
from daemon.broker.ib.contracts import key_of

BID_SIZE, BID, ASK, ASK_SIZE, LAST = 0, 1, 2, 3, 4
_PRICES = {BID, ASK, LAST}
NAMES = {BID: "bid", ASK: "ask", BID_SIZE: "bid_size", ASK_SIZE: "ask_size", LAST: "last"}
"""The ticks that are made, by the name of the quote's field that they end up in."""

_INDEX_TICKS = (LAST,)
_OTHER_TICKS = (BID, ASK, BID_SIZE, ASK_SIZE)
_NEVER_SEEN = {BID: 1.0, ASK: 1.2, LAST: 1.1}
_PRICE_STEPS, _PRICE_STEP, _SIZES = 1000, 0.001, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A request for market data; `terms` are its contract fields, conId to tradingClass."""

    request_id: int
    terms: tuple[str, ...]
    generics: str

    @property
    def con_id(self) -> int:
        """The gateway's id of the contract."""
        return int(self.terms[0])

    @property
    def kind(self) -> str:
        """The security type."""
        return self.terms[2]

    def contract(self) -> Contract:
        """Return the contract as it was asked for."""
        return contract_of(self.terms)

    @property
    def key(self) -> str:
        """The instrument's name in the daemon's journal."""
        return str(key_of(self.contract()))


def contract_of(terms: Sequence[str]) -> Contract:
    """Return the contract of a request's contract fields, conId to tradingClass."""
    con_id, symbol, kind, day, strike, right, multiplier, exchange, primary, currency, local, trading = terms
    return Contract(
        conId=int(con_id),
        symbol=symbol,
        secType=kind,
        lastTradeDateOrContractMonth=day,
        strike=float(strike),
        right=right,
        multiplier=multiplier,
        exchange=exchange,
        primaryExchange=primary,
        currency=currency,
        localSymbol=local,
        tradingClass=trading,
    )


def read_subscription(frame: bytes) -> Subscription:
    """Return the subscription that a request for market data of one contract (1) makes."""
    found = [part.decode() for part in frames.fields(frame)]
    return Subscription(request_id=int(found[2]), terms=tuple(found[3:15]), generics=found[16])


Prices = dict[int, dict[int, float]]
"""Last price seen, by contract id and tick number."""


class Watcher(Tap):
    """Notes subscriptions and prices that pass.

    Args:
        prices: where prices are kept; several watchers may share it.
        live: answer the client's questions for the time with the machine's, and keep its orders: the gateway
            stands still at another time and shall not move.
    """

    def __init__(self, prices: Prices, *, live: bool) -> None:
        self.prices = prices
        self.orders: queue.SimpleQueue[float] = queue.SimpleQueue()
        """When (perf_counter) each order that was kept came in."""
        self._live = live
        self._subscribed: dict[int, Subscription] = {}
        self._lock = threading.Lock()

    @property
    def subscribed(self) -> list[Subscription]:
        """What is subscribed now, in order of request."""
        with self._lock:
            return list(self._subscribed.values())

    def request(self, relay: Relay, frame: bytes, at_s: float) -> bool:
        """See `Tap.request`."""
        kind = frames.message_id(frame)
        if kind == frames.REQ_MKT_DATA:
            made = read_subscription(frame)
            with self._lock:
                self._subscribed[made.request_id] = made
        elif kind == frames.CANCEL_MKT_DATA:
            with self._lock:
                self._subscribed.pop(int(frames.fields(frame)[2]), None)
        elif self._live and kind == frames.PLACE_ORDER:
            self.orders.put(at_s)
            return False
        elif self._live and kind == frames.CURRENT_TIME:
            relay.inject(frames.pack(49, 1, int(time.time())))
            return False
        return True

    def reply(self, frame: bytes, at_s: float) -> None:
        """See `Tap.reply`."""
        del at_s
        if frames.message_id(frame) != frames.TICK_PRICE:
            return
        _, _, request_id, tick, price, *_ = frames.fields(frame)
        made, number, value = self._subscribed.get(int(request_id)), int(tick), float(price)
        if made is not None and number in _PRICES and value > 0:
            self.prices.setdefault(made.con_id, {})[number] = value


@dataclass(frozen=True, slots=True)
class MadeTick:
    """A tick to inject: the frame, and what a quote must show once it is taken in."""

    frame: bytes
    key: str
    name: str
    value: float


def ticks(subscribed: Sequence[Subscription], prices: Prices, begin: int = 0) -> Iterator[MadeTick]:
    """Yield ticks for ever, in turn for each contract and side, each another value than the one before.

    Args:
        subscribed: for which contracts.
        prices: near which prices; a contract that was never quoted gets about 1.
        begin: how many rounds to be ahead; another begin, other values.
    """
    sides = [
        (made.request_id, made.key, prices.get(made.con_id, {}).get(tick, _NEVER_SEEN.get(tick, 0.0)), tick)
        for made in subscribed
        for tick in (_INDEX_TICKS if made.kind == "IND" else _OTHER_TICKS)
    ]
    for number in itertools.count(begin):
        for request_id, key, base, tick in sides:
            if tick in _PRICES:
                price = round(base + _PRICE_STEP * (number % _PRICE_STEPS), 4)
                # A price comes with a size of its own; the size's own tick follows and differs.
                size = 0 if tick == LAST else _size(number) + 1
                yield MadeTick(frames.pack(1, 6, request_id, tick, price, size, 0), key, NAMES[tick], price)
            else:
                size = _size(number)
                yield MadeTick(frames.pack(2, 6, request_id, tick, size), key, NAMES[tick], float(size))


def _size(number: int) -> int:
    return 10 + number % _SIZES
