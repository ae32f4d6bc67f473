"""Faults that befall orders and cancels on their way through the desk."""

from datetime import datetime

from simulator import replies
from simulator.clients import Client
from simulator.exchange import Exchange
from simulator.faults import Faults
from simulator.hours import new_york_day
from simulator.order_codec import Ticket
from simulator.order_news import OrderNews
from simulator.orders import Order, Status
from simulator.pacing import STRIKES_MAX

# An id that no test and no daemon uses.
FOREIGN_CLIENT = 999
READ_ONLY = (
    321,
    "Error validating request.-'cb' : cause - The API interface is currently in Read-Only mode.",
)
_TOO_FAST = (100, "Max rate of messages per second has been exceeded")
_REFUSALS = {"duplicate_id": (103, "Duplicate order id"), "read_only": READ_ONLY}
_REJECTED = "Order rejected - reason:the fault that was asked for"
_PLACE = (
    *("drop_order", "hold_ack", "half_fill", "no_fill", "close_before_order", "close_before_ack"),
    *("close_after_ack", "reject_before", "reject_after", "inactive_live", "duplicate_id", "read_only"),
    *("pacing", "foreign_cancel"),
)


class OrderFaults:
    """What goes wrong with the order that is being placed or cancelled.

    Args:
        faults: when what strikes.
        news: tells the clients.
    """

    def __init__(self, faults: Faults, news: OrderNews) -> None:
        self._faults = faults
        self._news = news
        self._struck: frozenset[str] = frozenset()
        self._later: list[tuple[str, Order]] = []

    def swallows(self, client: Client, ticket: Ticket) -> bool:
        """Count a placeOrder; return whether it ends here: lost, refused, or with its connection."""
        self._struck = frozenset([name for name in _PLACE if self._faults.strikes(name)])
        if self._faults.outages.cut_off or "drop_order" in self._struck:
            return True
        for name, (code, text) in _REFUSALS.items():
            if name in self._struck:
                client.send(replies.error(ticket.order_id, code, text))
                return True
        if "pacing" in self._struck:
            client.send(*[replies.error(-1, *_TOO_FAST)] * STRIKES_MAX)
        if self._struck & {"pacing", "close_before_order"}:
            _hang_up(client)
            return True
        return False

    def mark(self, order: Order, now: datetime) -> None:
        """Put on a new order what is wrong with it, before it is worked."""
        order.muted = bool(self._struck & {"hold_ack", "close_before_ack"})
        if self._struck & {"half_fill", "no_fill"}:
            order.fill_cap = 0 if "no_fill" in self._struck else -(-order.quantity // 2)
            order.capped_on = new_york_day(now)

    def rejects(self, order: Order, exchange: Exchange, now: datetime) -> bool:
        """Reject an order for no reason; return whether that was done."""
        if not self._struck & {"reject_before", "reject_after"}:
            return False
        exchange.refused(order, now, Status.INACTIVE, _REJECTED)
        notice = replies.error(order.ticket.order_id, 201, _REJECTED)
        states = self._news.status(order)
        first = "reject_before" in self._struck
        self._struck = frozenset()
        self._news.tell(order, [notice, *states] if first else [*states, notice])
        return True

    def afterwards(self, client: Client, order: Order) -> None:
        """Do what follows the acknowledgement of an order."""
        self._later += [(name, order) for name in sorted(self._struck & {"inactive_live", "foreign_cancel"})]
        if "inactive_live" in self._struck and order.is_working:
            true, order.status = order.status, Status.INACTIVE
            self._news.tell(order, self._news.status(order))
            order.status = true
        if self._struck & {"close_before_ack", "close_after_ack"}:
            _hang_up(client)
        self._struck = frozenset()

    def run(self, exchange: Exchange, now: datetime) -> None:
        """Do what was put off to this instant."""
        later, self._later = self._later, []
        for name, order in later:
            if not order.is_working:
                continue
            if name == "inactive_live":
                self._news.acknowledged(order)
            else:
                exchange.end(order, now, "", FOREIGN_CLIENT)

    def swallows_cancel(self, client: Client, order: Order | None, order_id: int) -> bool:
        """Count a cancelOrder; return whether it ends here."""
        dropped, unknown = self._faults.strikes("drop_cancel"), self._faults.strikes("unknown_cancel")
        if unknown and order is not None and order.is_working:
            client.send(replies.error(order_id, 10147, not_found(order_id)))
            return True
        return dropped or self._faults.outages.cut_off

    def fills_first(self, order: Order, exchange: Exchange, now: datetime) -> None:
        """Count a cancel of a working order; fill it if that is the faulty one."""
        if self._faults.strikes("fill_on_cancel"):
            exchange.fill_rest(order, now)


def not_found(order_id: int) -> str:
    """Return the text of 10147."""
    return f"OrderId {order_id} that needs to be cancelled is not found."


def _hang_up(client: Client) -> None:
    client.flush()
    client.hang_up()
