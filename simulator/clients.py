"""The connected clients: what each has subscribed to, and the way back to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from simulator.history import BarFeed
from simulator.ticks import Subscription


@dataclass(slots=True, kw_only=True, eq=False)
class Client:
    """One connected client.

    Attributes:
        write: hands bytes to its connection.
        hang_up: closes its connection.
        subscriptions: market data by request id.
        data_type: the market data type it wants (request 59).
        bar_feeds: bars that go on, by request id.
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
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    wants_positions: bool = False
    binds_orders: bool = False
    data_type: int = 1
    bar_feeds: dict[int, BarFeed] = field(default_factory=dict)
    position_requests: list[int] = field(default_factory=list)
    pnl_requests: dict[int, int | None] = field(default_factory=dict)
    pnl_sent: dict[int, bytes] = field(default_factory=dict)
    account_sent: dict[str, str] | None = None
    multi_requests: list[int] = field(default_factory=list)
    summary_requests: dict[int, frozenset[str]] = field(default_factory=dict)

    def send(self, *frames: bytes) -> None:
        """Queue frames; `flush` sends them."""
        self.outbox += frames

    def flush(self) -> None:
        """Hand everything queued to the connection in one piece."""
        if self.outbox:
            data = b"".join(self.outbox)
            self.outbox.clear()
            self.write(data)


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
