"""Profits of the day, of the account and of each position (requests 92 to 95)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from simulator import replies
from simulator.account import Account, cents, exact
from simulator.clients import Client, Clients
from simulator.hours import new_york_day
from simulator.quotes import Board


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStart:
    """How a day began: net liquidation, realised profit, and per contract its value and cash flows."""

    day: date
    net: Decimal
    realized: Decimal
    worth: dict[int, Decimal]
    flows: dict[int, Decimal]
    realized_of: dict[int, Decimal]


class PnlFeed:
    """Tells the clients that subscribed what the day has brought.

    The day begins with the first instant of a New York day, at the marks of that instant: those of the
    evening before.

    Args:
        account: whose profits.
        board: the marks.
        clients: who is told.

    Attributes:
        start: how the present day began; None before the first instant.
    """

    def __init__(self, account: Account, board: Board, clients: Clients) -> None:
        self._account = account
        self._board = board
        self._clients = clients
        self.start: DayStart | None = None

    def begin(self, now: datetime) -> None:
        """Take the account as it stands as the day's beginning, once a day."""
        day = new_york_day(now)
        if self.start is not None and self.start.day == day:
            return
        self.start = DayStart(
            day=day,
            net=self._account.value(self._board.mark, self._board.spot).net_liquidation,
            realized=self._account.realized,
            worth={con_id: self._worth(con_id) for con_id in self._account.positions},
            flows=dict(self._account.flows),
            realized_of=dict(self._account.realized_of),
        )

    def subscribe(self, client: Client, request_id: int, con_id: int | None) -> None:
        """Answer request 92 (no contract) or 94, and keep the client informed."""
        client.pnl_requests[request_id] = con_id
        client.pnl_sent.pop(request_id, None)
        self._send(client)

    def beat(self) -> None:
        """Send what has changed."""
        for client in self._clients:
            if client.pnl_requests:
                self._send(client)

    def _send(self, client: Client) -> None:
        for request_id in sorted(client.pnl_requests):
            con_id = client.pnl_requests[request_id]
            frame = self._whole(request_id) if con_id is None else self._single(request_id, con_id)
            if client.pnl_sent.get(request_id) != frame:
                client.pnl_sent[request_id] = frame
                client.send(frame)

    def _whole(self, request_id: int) -> bytes:
        assert self.start is not None
        value = self._account.value(self._board.mark, self._board.spot)
        realized = value.realized - self.start.realized
        numbers = (value.net_liquidation - self.start.net, value.unrealized, realized)
        daily, unrealized, done = (float(cents(number)) for number in numbers)
        return replies.pnl(request_id, daily, unrealized, done)

    def _single(self, request_id: int, con_id: int) -> bytes:
        assert self.start is not None
        start, account, nothing = self.start, self._account, Decimal(0)
        held = account.positions.get(con_id)
        worth = self._worth(con_id)
        flow = account.flows.get(con_id, nothing) - start.flows.get(con_id, nothing)
        daily = worth - start.worth.get(con_id, nothing) + flow
        realized = account.realized_of.get(con_id, nothing) - start.realized_of.get(con_id, nothing)
        value = unrealized = nothing
        if held is not None:
            value = exact(self._board.mark(held.instrument)) * held.instrument.multiplier * held.quantity
            unrealized = value - held.cost
        profits = (float(cents(daily)), float(cents(unrealized)), float(cents(realized)))
        return replies.pnl_single(request_id, held.quantity if held else 0, profits, float(cents(value)))

    def _worth(self, con_id: int) -> Decimal:
        """Return what a position adds to net liquidation: its value, or a future's open profit."""
        held = self._account.positions.get(con_id)
        if held is None:
            return Decimal(0)
        value = exact(self._board.mark(held.instrument)) * held.instrument.multiplier * held.quantity
        return value - held.cost if held.instrument.sec_type == "FUT" else value
