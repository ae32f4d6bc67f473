"""The order desk: takes clients' orders and cancels, and tells the owners what becomes of them."""

from collections.abc import Iterable
from datetime import datetime

from simulator import order_replies, replies
from simulator.account import Account
from simulator.account_feed import AccountFeed
from simulator.clients import Client, Clients
from simulator.exchange import Exchange
from simulator.faults import Faults
from simulator.hours import new_york_day
from simulator.instruments import Combo
from simulator.ledger import Ledger
from simulator.order_check import OrderCheck, Refusal
from simulator.order_codec import Ticket
from simulator.orders import Execution, Order, Status
from simulator.requests import RequestError


class Desk:
    """The clients' side of the exchange; it listens to what happens to their orders there.

    Args:
        account: whose orders.
        clients: who is told.
        feed: who is told of positions.
        ledger: where transmissions are recorded.
        faults: what goes wrong.
        check: what is refused.
    """

    def __init__(
        self,
        *,
        account: Account,
        clients: Clients,
        feed: AccountFeed,
        ledger: Ledger,
        faults: Faults,
        check: OrderCheck,
    ) -> None:
        self._account = account
        self._clients = clients
        self._feed = feed
        self._ledger = ledger
        self._faults = faults
        self._check = check
        self._next_ids: dict[int, int] = {}

    def next_order_id(self, client_id: int) -> int:
        """Return the first free order id of a client; it survives its reconnects."""
        return self._next_ids.get(client_id, 1)

    def place(self, client: Client, ticket: Ticket, exchange: Exchange, now: datetime) -> None:
        """Take an order, or new terms of one that works."""
        dropped = self._faults.strikes("drop_order")
        muted, halved = self._faults.strikes("hold_ack"), self._faults.strikes("half_fill")
        self._record(client, ticket, now)
        if dropped:
            return
        try:
            order = self._take(client, ticket, exchange, now)
        except RequestError as error:
            client.send(replies.error(ticket.order_id, error.code, error.reason))
            return
        if order is None:
            return
        order.muted = muted
        if halved:
            order.fill_cap, order.capped_on = -(-order.quantity // 2), new_york_day(now)
        refusal = self._check.refusal(order, exchange.working(), now)
        if refusal is None:
            exchange.accept(order, now)
        else:
            self._refuse(order, refusal, exchange, now)

    def cancel(self, client: Client, order_id: int, exchange: Exchange, now: datetime) -> None:
        """Cancel one of the client's own orders."""
        self._ledger.write("cancel", now, client=client.client_id, order_id=order_id)
        order = self._find(exchange, client.client_id, order_id)
        if order is None:
            text = f"OrderId {order_id} that needs to be cancelled is not found."
            client.send(replies.error(order_id, 10147, text))
        elif not order.is_working:
            text = (
                f"OrderId {order_id} that needs to be cancelled cannot be cancelled, state: {order.status}."
            )
            client.send(replies.error(order_id, 10148, text))
        else:
            exchange.end(order, now, "")

    def cancel_all(self, client: Client, exchange: Exchange, now: datetime) -> None:
        """Cancel every working order of every client."""
        self._ledger.write("cancel", now, client=client.client_id, order_id=None)
        for order in exchange.working():
            exchange.end(order, now, "")

    def reconnected(self, client_id: int, exchange: Exchange) -> None:
        """Lift what a fault has withheld from a client, now that it is back."""
        for order in exchange.orders.values():
            if order.client_id == client_id:
                order.muted = False
                order.capped_on = None

    def acknowledged(self, order: Order) -> None:
        """Tell the owner that the order or its state is new."""
        self._tell(
            order, [order_replies.open_order(order, self._account.name), order_replies.order_status(order)]
        )

    def executed(self, order: Order, executions: list[Execution]) -> None:
        """Tell the owner of a fill, and everybody of the positions."""
        name = self._account.name
        frames = [order_replies.exec_details(-1, execution, name) for execution in executions]
        frames += [order_replies.order_status(order), order_replies.open_order(order, name)]
        frames += [order_replies.commission_report(e) for e in executions if e.commission is not None]
        self._tell(order, frames)
        items = [e.contract for e in executions if not isinstance(e.contract, Combo)]
        self._feed.moved(items, executions[0].time)

    def cancelled(self, order: Order) -> None:
        """Tell the owner that the order has ended."""
        reason = f"Order Canceled - reason:{order.completed_text}"
        self._tell(
            order, [order_replies.order_status(order), replies.error(order.ticket.order_id, 202, reason)]
        )

    def _take(self, client: Client, ticket: Ticket, exchange: Exchange, now: datetime) -> Order | None:
        """Make the order of a ticket; None if the ticket was new terms for one that works."""
        known = self._find(exchange, client.client_id, ticket.order_id)
        if known is not None and known.is_working:
            self._check.amend(known, ticket)
            exchange.amended(known, now)
            return None
        if ticket.order_id < self.next_order_id(client.client_id):
            raise RequestError(103, "Duplicate order id")
        self._next_ids[client.client_id] = ticket.order_id + 1
        return self._check.make(ticket, client.client_id, exchange.next_perm_id(), now)

    def _refuse(self, order: Order, refusal: Refusal, exchange: Exchange, now: datetime) -> None:
        exchange.refused(order, now, refusal.status, refusal.reason)
        notice = replies.error(order.ticket.order_id, refusal.code, refusal.reason)
        status = order_replies.order_status(order)
        self._tell(order, [status, notice] if refusal.status is Status.INACTIVE else [notice, status])

    def _tell(self, order: Order, frames: Iterable[bytes]) -> None:
        owner = self._clients.get(order.client_id)
        if owner is not None and not order.muted:
            owner.send(*frames)

    def _record(self, client: Client, ticket: Ticket, now: datetime) -> None:
        query = ticket.contract
        self._ledger.write(
            "place",
            now,
            client=client.client_id,
            order_id=ticket.order_id,
            order_ref=ticket.order_ref,
            action=ticket.action,
            quantity=ticket.quantity,
            order_type=ticket.order_type,
            limit_price=ticket.limit_price,
            tif=ticket.tif,
            contract={
                "con_id": query.con_id,
                "symbol": query.symbol,
                "sec_type": query.sec_type,
                "legs": [[leg.con_id, leg.ratio, leg.action] for leg in query.legs],
            },
        )

    @staticmethod
    def _find(exchange: Exchange, client_id: int, order_id: int) -> Order | None:
        """Return the newest order of a client under an id."""
        for order in reversed(exchange.orders.values()):
            if order.client_id == client_id and order.ticket.order_id == order_id:
                return order
        return None
