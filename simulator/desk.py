"""The order desk: takes clients' orders and cancels."""

from dataclasses import replace
from datetime import datetime

from simulator import order_replies, replies
from simulator.account import Account
from simulator.clients import Client
from simulator.exchange import Exchange
from simulator.faults import Faults
from simulator.ledger import Ledger
from simulator.linked_orders import bracket
from simulator.order_check import OrderCheck, Refusal
from simulator.order_codec import Ticket
from simulator.order_faults import OrderFaults, not_found
from simulator.order_news import MANUAL_CLIENT, OrderNews
from simulator.orders import Order, Status
from simulator.requests import RequestError, invalid
from simulator.switches import Switches

PRESET_TIF = (10349, "Order TIF was set to DAY based on order preset.")
_OUTSIDE_IGNORED = (
    "Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the order type and "
    "destination. PlaceOrder is now being processed."
)


class Desk:
    """The clients' side of the exchange.

    Args:
        account: whose orders.
        ledger: where transmissions are recorded.
        faults: what goes wrong.
        check: what is refused.
        switches: what differs between gateways.
        news: tells the clients.
    """

    def __init__(
        self,
        *,
        account: Account,
        ledger: Ledger,
        faults: Faults,
        check: OrderCheck,
        switches: Switches,
        news: OrderNews,
    ) -> None:
        self._account = account
        self._ledger = ledger
        self._faults = faults
        self._check = check
        self._switches = switches
        self._news = news
        self._order_faults = OrderFaults(faults, news)
        self._next_ids: dict[int, int] = {}
        self._bound = 0

    def next_order_id(self, client_id: int) -> int:
        """Return the first free order id of a client; it survives its reconnects."""
        return self._next_ids.get(client_id, 1)

    @property
    def next_ids(self) -> dict[int, int]:
        """The first free order id of each client that has placed orders; a copy."""
        return dict(self._next_ids)

    @property
    def bound(self) -> int:
        """The last id, negative, that an order made by hand was given; 0 before the first."""
        return self._bound

    def restore_ids(self, next_ids: dict[int, int], bound: int) -> None:
        """Go on with the ids of an earlier process."""
        self._next_ids, self._bound = dict(next_ids), bound

    def roll_back_all(self, count: int) -> None:
        """Forget the last ids that every client has used (a fault)."""
        self._next_ids = {client: max(1, known - count) for client, known in self._next_ids.items()}

    def roll_back(self, client_id: int) -> None:
        """Forget which order ids a client has used (a fault)."""
        self._next_ids.pop(client_id, None)

    def place(self, client: Client, ticket: Ticket, exchange: Exchange, now: datetime) -> None:
        """Take an order, or new terms of one that works."""
        self._record(client, ticket, now)
        if self._order_faults.swallows(client, ticket):
            return
        try:
            order = self._take(client, ticket, exchange, now)
        except RequestError as error:
            client.send(replies.error(ticket.order_id, error.code, error.reason))
            return
        if order is None:
            return
        self._order_faults.mark(order, now)
        if order.transmitted:
            self._transmit(order, exchange, now)
        else:
            exchange.keep(order)
        self._order_faults.afterwards(client, order)

    def run(self, exchange: Exchange, now: datetime) -> None:
        """Do what faults have put off to this instant."""
        self._order_faults.run(exchange, now)

    def place_by_hand(self, ticket: Ticket, exchange: Exchange, now: datetime) -> Order:
        """Take an order that was made at the gateway's own screen; it has no order id yet.

        Raises:
            RequestError: it describes no order.
        """
        order = self._check.make(
            replace(ticket, order_id=0), MANUAL_CLIENT, exchange.next_perm_id(), None, now
        )
        self._transmit(order, exchange, now)
        return order

    def bind(self, client: Client, exchange: Exchange) -> None:
        """Give client 0 the orders made by hand: each gets a negative order id (100, then its state)."""
        for order in exchange.working():
            if order.client_id == MANUAL_CLIENT and order.ticket.order_id == 0:
                self._bound -= 1
                order.ticket = replace(order.ticket, order_id=self._bound)
                client.send(order_replies.order_bound(order))
                self._news.acknowledged(order)

    def cancel(self, client: Client, order_id: int, exchange: Exchange, now: datetime) -> None:
        """Cancel one of the client's own orders."""
        self._ledger.write("cancel", now, client=client.client_id, order_id=order_id)
        order = self._find(exchange, client.client_id, order_id)
        if self._order_faults.swallows_cancel(client, order, order_id):
            return
        if order is not None and order.is_working:
            self._order_faults.fills_first(order, exchange, now)
        if order is None:
            client.send(replies.error(order_id, 10147, not_found(order_id)))
        elif not order.is_working:
            text = (
                f"OrderId {order_id} that needs to be cancelled cannot be cancelled, state: {order.status}."
            )
            client.send(replies.error(order_id, 10148, text))
        else:
            exchange.end(order, now, "", client.client_id)

    def cancel_all(self, client: Client, exchange: Exchange, now: datetime) -> None:
        """Cancel every working order of every client."""
        self._ledger.write("cancel", now, client=client.client_id, order_id=None)
        for order in exchange.working():
            if order.is_working:
                exchange.end(order, now, "", client.client_id)

    def reconnected(self, client_id: int, exchange: Exchange) -> None:
        """Lift what a fault has withheld from a client, now that it is back."""
        for order in exchange.orders.values():
            if order.client_id == client_id:
                order.muted = False
                order.capped_on = None

    def _take(self, client: Client, ticket: Ticket, exchange: Exchange, now: datetime) -> Order | None:
        """Make the order of a ticket; None if the ticket was answered: new terms, or a question."""
        known = self._find(exchange, client.client_id, ticket.order_id)
        if known is not None and known.is_working and not ticket.what_if:
            self._amend(known, ticket, exchange, now)
            return None
        if ticket.order_id < self.next_order_id(client.client_id):
            raise RequestError(103, "Duplicate order id")
        parent = self._parent(client, ticket, exchange)
        order = self._check.make(ticket, client.client_id, exchange.next_perm_id(), parent, now)
        self._next_ids[client.client_id] = ticket.order_id + 1
        if ticket.what_if:
            self._answer_what_if(client, order, exchange, now)
            return None
        return order

    def _amend(self, order: Order, ticket: Ticket, exchange: Exchange, now: datetime) -> None:
        self._check.amend(order, ticket, now)
        if ticket.transmit and not order.transmitted:
            order.transmitted = True
            self._transmit(order, exchange, now)
        else:
            exchange.amended(order, now)

    def _transmit(self, order: Order, exchange: Exchange, now: datetime) -> None:
        """Send an order to the broker, with what its transmission sends along, or say why it is refused."""
        for other in bracket(order, exchange.working()):
            other.transmitted = True
            self._submit(other, exchange, now)
        self._submit(order, exchange, now)

    def _submit(self, order: Order, exchange: Exchange, now: datetime) -> None:
        refusal = self._check.refusal(order, exchange.working(), now)
        if refusal is not None:
            self._refuse(order, refusal, exchange, now)
            return
        if self._order_faults.rejects(order, exchange, now):
            return
        self._warn(order)
        exchange.accept(order, now)

    def _warn(self, order: Order) -> None:
        """Send the notices that come with an order that is worked all the same."""
        order_id = order.ticket.order_id
        if order.ticket.outside_rth and not order.extended:
            self._news.tell(order, [replies.error(order_id, 2109, _OUTSIDE_IGNORED)])
        unset = self._switches.preset_tif and not order.ticket.terms.text("tif")
        if self._faults.strikes("preset_tif") or unset:
            self._news.tell(order, [replies.error(order_id, *PRESET_TIF)])

    def _answer_what_if(self, client: Client, order: Order, exchange: Exchange, now: datetime) -> None:
        answer = self._check.what_if(order, exchange.working(), now)
        if isinstance(answer, Refusal):
            client.send(replies.error(order.ticket.order_id, answer.code, answer.reason))
            return
        if self._faults.strikes("whatif_unset"):
            client.send(order_replies.open_order(order, self._account.name))
            return
        client.send(order_replies.what_if_answer(order, self._account.name, answer))

    def _refuse(self, order: Order, refusal: Refusal, exchange: Exchange, now: datetime) -> None:
        exchange.refused(order, now, refusal.status, refusal.reason)
        notice = replies.error(order.ticket.order_id, refusal.code, refusal.reason)
        states = [order_replies.open_order(order, self._account.name), *self._news.status(order)]
        self._news.tell(order, [*states, notice] if refusal.status is Status.INACTIVE else [notice, *states])

    def _parent(self, client: Client, ticket: Ticket, exchange: Exchange) -> Order | None:
        if not ticket.parent_id:
            return None
        found = self._find(exchange, client.client_id, ticket.parent_id)
        if found is None:
            raise RequestError(135, f"Can't find order with ID = {ticket.parent_id}")
        if not found.is_working and not found.filled:
            raise invalid(f"parentId {ticket.parent_id} is an order that has ended unfilled; leave it empty")
        return found

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
