"""Telling clients about the account: values, portfolio and positions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from simulator import replies
from simulator.account import Account, Position, Valuation
from simulator.clients import Client, Clients
from simulator.instruments import Instrument
from simulator.quotes import Board

# IBKR sends account values every three minutes, and at once when a position changes.
_BEAT = timedelta(minutes=3)


class AccountFeed:
    """Sends account messages to the clients that subscribed to them.

    Args:
        account: whose values.
        board: the marks.
        clients: to whom.
    """

    def __init__(self, account: Account, board: Board, clients: Clients) -> None:
        self._account = account
        self._board = board
        self._clients = clients
        self._last_beat: datetime | None = None

    def subscribe(self, client: Client, now: datetime) -> None:
        """Answer request 6 with all values, the portfolio and the end, and keep the client informed."""
        client.account_sent = {}
        self._send_values(client, self._value())
        for held in self._account.positions.values():
            client.send(self._portfolio_row(held))
        client.send(replies.account_time(now), replies.account_end(self._account.name))

    def subscribe_multi(self, client: Client, request_id: int) -> None:
        """Answer request 76 with all values and the end, and keep the client informed."""
        client.multi_requests.append(request_id)
        self._send_multi(client, request_id, self._value())
        client.send(replies.account_update_multi_end(request_id))

    def subscribe_summary(self, client: Client, request_id: int, tags: frozenset[str]) -> None:
        """Answer request 62 with the tags asked for (all if none is named) and the end."""
        client.summary_requests[request_id] = tags
        self._send_summary(client, request_id, tags, self._value())
        client.send(replies.account_summary_end(request_id))

    def subscribe_positions(self, client: Client) -> None:
        """Answer request 61 with all positions and the end, and keep the client informed."""
        client.wants_positions = True
        for held in self._account.positions.values():
            client.send(replies.position(held, self._account.name))
        client.send(replies.position_end())

    def subscribe_positions_multi(self, client: Client, request_id: int) -> None:
        """Answer request 74 with all positions and the end, and keep the client informed."""
        client.position_requests.append(request_id)
        for held in self._account.positions.values():
            client.send(replies.position_multi(request_id, held, self._account.name))
        client.send(replies.position_multi_end(request_id))

    def moved(self, items: Iterable[Instrument], now: datetime) -> None:
        """Tell all that positions in these contracts have changed; a closed one is told as quantity 0."""
        rows = [self._account.positions.get(item.con_id) or _nothing(item) for item in items]
        value = self._value()
        for client in self._clients:
            if client.wants_positions:
                client.send(*(replies.position(held, self._account.name) for held in rows))
            for request_id in client.position_requests:
                client.send(*(replies.position_multi(request_id, held, self._account.name) for held in rows))
            if client.account_sent is not None:
                client.send(*(self._portfolio_row(held) for held in rows))
                self._send_values(client, value)
                client.send(replies.account_time(now))

    def beat(self, now: datetime) -> None:
        """Send the values and the portfolio to all subscribers if three minutes have passed."""
        if self._last_beat is not None and now - self._last_beat < _BEAT:
            return
        self._last_beat = now
        value = self._value()
        rows = [self._portfolio_row(held) for held in self._account.positions.values()]
        for client in self._clients:
            if client.account_sent is not None:
                self._send_values(client, value)
                client.send(*rows, replies.account_time(now))
            for request_id in client.multi_requests:
                self._send_multi(client, request_id, value)
            for request_id, tags in client.summary_requests.items():
                self._send_summary(client, request_id, tags, value)

    def _value(self) -> Valuation:
        return self._account.value(self._board.mark, self._board.spot)

    def _send_values(self, client: Client, value: Valuation) -> None:
        """Send the values that differ from what the client has."""
        sent = client.account_sent
        assert sent is not None
        for tag, amount, currency in value.tags():
            if sent.get(tag) != amount:
                sent[tag] = amount
                client.send(replies.account_value(tag, amount, currency, self._account.name))

    def _send_multi(self, client: Client, request_id: int, value: Valuation) -> None:
        for tag, amount, currency in value.tags():
            client.send(replies.account_update_multi(request_id, self._account.name, tag, amount, currency))

    def _send_summary(self, client: Client, request_id: int, tags: frozenset[str], value: Valuation) -> None:
        for tag, amount, currency in value.tags():
            if not tags or tag in tags:
                client.send(replies.account_summary(request_id, self._account.name, tag, amount, currency))

    def _portfolio_row(self, held: Position) -> bytes:
        price = self._board.mark(held.instrument) if held.quantity else 0.0
        value = price * held.instrument.multiplier * held.quantity
        return replies.portfolio_value(
            held,
            price=price,
            value=round(value, 2),
            unrealized=round(value - float(held.cost), 2),
            realized=0.0,
            account=self._account.name,
        )


def _nothing(item: Instrument) -> Position:
    return Position(instrument=item, quantity=0, cost=Decimal(0))
