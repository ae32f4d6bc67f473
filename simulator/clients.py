"""The connected clients: what each has subscribed to, and the way back to it."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from simulator.history import BarFeed
from simulator.tick_by_tick import TickFeed
from simulator.ticks import Subscription

# A day of a busy account is a few MB; who leaves more than this unread is not coming back.
WAITING_BYTES_MAX = 64 << 20
# Handed to the connection at a time, so that one that takes no more can say so.
_PIECE_BYTES = 64 << 10

_LOG = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class Client:
    """One connected client.

    Attributes:
        write: hands bytes to its connection.
        hang_up: closes its connection.
        outbox: what is not handed to the connection yet.
        is_blocked: its connection takes no more bytes, because it does not read.
        waiting_bytes: size of the outbox while it is blocked; ticks never wait there, see `TickStream`.
        waiting_bytes_max: with more its connection is ended.
        is_given_up: that has happened.
        subscriptions: market data by request id.
        data_type: the market data type it wants (request 59).
        bar_feeds: bars that go on, by request id.
        tick_feeds: ticks one by one, by request id.
        position_requests: its subscriptions of request 74.
        pnl_requests: its subscriptions of requests 92 (None) and 94 (a contract id), by request id.
        pnl_sent: what was last sent for each of them.
        wants_positions: it is told of position changes (request 61).
        account_sent: account values last sent to it (request 6); None while not subscribed.
        multi_requests: its subscriptions of request 76.
        binds_orders: client 0 is given the orders that are made by hand (request 15).
        summary_requests: its subscriptions of request 62, with the tags asked for (empty for all).
    """

    client_id: int
    write: Callable[[bytes], None]
    hang_up: Callable[[], None]
    outbox: list[bytes] = field(default_factory=list)
    is_blocked: bool = False
    waiting_bytes: int = 0
    waiting_bytes_max: int = WAITING_BYTES_MAX
    is_given_up: bool = False
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    wants_positions: bool = False
    binds_orders: bool = False
    data_type: int = 1
    bar_feeds: dict[int, BarFeed] = field(default_factory=dict)
    tick_feeds: dict[int, TickFeed] = field(default_factory=dict)
    position_requests: list[int] = field(default_factory=list)
    pnl_requests: dict[int, int | None] = field(default_factory=dict)
    pnl_sent: dict[int, bytes] = field(default_factory=dict)
    account_sent: dict[str, str] | None = None
    multi_requests: list[int] = field(default_factory=list)
    summary_requests: dict[int, frozenset[str]] = field(default_factory=dict)

    def send(self, *frames: bytes) -> None:
        """Queue frames; `flush` sends them."""
        if self.is_given_up:
            return
        self.outbox += frames
        if self.is_blocked:
            self.waiting_bytes += sum(map(len, frames))
            if self.waiting_bytes > self.waiting_bytes_max:
                self._give_up()

    def flush(self) -> None:
        """Hand what is queued to the connection, as far as it takes it."""
        if self.is_blocked or not self.outbox:
            return
        data = b"".join(self.outbox)
        self.outbox.clear()
        for start in range(0, len(data), _PIECE_BYTES):
            if self.is_blocked:
                self.outbox = [data[start:]]
                self.waiting_bytes = len(data) - start
                break
            self.write(data[start : start + _PIECE_BYTES])

    def block(self) -> None:
        """Take note that the connection takes no more bytes."""
        self.is_blocked, self.waiting_bytes = True, sum(map(len, self.outbox))

    def unblock(self) -> None:
        """Take note that the connection takes bytes again, and hand it what has waited."""
        self.is_blocked = False
        self.flush()

    def _give_up(self) -> None:
        """End the connection of a client for which too much waits that may not be dropped."""
        _LOG.error(
            "client does not read: closed",
            extra={
                "facts": {
                    "client": self.client_id,
                    "waiting_bytes": self.waiting_bytes,
                    "waiting_bytes_max": self.waiting_bytes_max,
                }
            },
        )
        self.outbox.clear()
        self.is_given_up, self.waiting_bytes = True, 0
        self.hang_up()


class Clients:
    """All connected clients by id, always visited in the order of their ids."""

    def __init__(self) -> None:
        self._by_id: dict[int, Client] = {}

    def __iter__(self) -> Iterator[Client]:
        return iter([self._by_id[client_id] for client_id in sorted(self._by_id)])

    def get(self, client_id: int) -> Client | None:
        """Return a client if it is connected."""
        return self._by_id.get(client_id)

    def add(self, client: Client) -> None:
        """Connect a client; its id must be free."""
        assert client.client_id not in self._by_id
        self._by_id[client.client_id] = client

    def remove(self, client: Client) -> None:
        """Disconnect a client."""
        del self._by_id[client.client_id]

    def flush(self) -> None:
        """Send what is queued for all clients."""
        for client in self:
            client.flush()
