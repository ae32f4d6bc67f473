"""Telling clients what becomes of orders: the owner, the master client, and all of them about positions."""

from collections.abc import Iterable
from dataclasses import replace

from simulator import order_replies, replies
from simulator.account import Account
from simulator.account_feed import AccountFeed
from simulator.clients import Client, Clients
from simulator.faults import Faults
from simulator.instruments import Combo
from simulator.orders import Execution, Order
from simulator.switches import Switches

MANUAL_CLIENT = 0
_FILL = (
    *("exec_zone", "duplicate_exec", "correction", "commission_before_exec", "no_commission"),
    "unpushed_fill",
)
# What a gateway on a German Windows writes; no zone database has it.
_UNKNOWN_ZONE = "Central European Standard Time"


class OrderNews:
    """Listens to the exchange and writes to the clients.

    Args:
        account: whose orders.
        clients: who is told.
        feed: who is told of positions.
        faults: what goes wrong.
        switches: in which order, and how often.
    """

    def __init__(
        self, *, account: Account, clients: Clients, feed: AccountFeed, faults: Faults, switches: Switches
    ) -> None:
        self._account = account
        self._clients = clients
        self._feed = feed
        self._faults = faults
        self._switches = switches

    def acknowledged(self, order: Order) -> None:
        """Tell that the order or its state is new."""
        self.tell(order, [order_replies.open_order(order, self._account.name), *self.status(order)])

    def executed(self, order: Order, executions: list[Execution]) -> None:
        """Tell of a fill, and everybody of the positions."""
        name = self._account.name
        struck = frozenset([fault for fault in _FILL if self._faults.strikes(fault)])
        zone = _UNKNOWN_ZONE if "exec_zone" in struck else ""
        fills = [order_replies.exec_details(-1, execution, name, zone) for execution in executions]
        states = [*self.status(order), order_replies.open_order(order, name)]
        fees = [order_replies.commission_report(e) for e in executions if e.commission is not None]
        if "commission_before_exec" in struck:
            frames = fees + fills + states
        elif "no_commission" in struck:
            frames = fills + states
        else:
            frames = fills + (fees + states if self._switches.commission_first else states + fees)
        if "duplicate_exec" in struck:
            frames += fills
        if "correction" in struck:
            corrected = [replace(e, exec_id=f"{e.exec_id[:-2]}02") for e in executions]
            frames += [order_replies.exec_details(-1, execution, name) for execution in corrected]
        if "unpushed_fill" not in struck:
            self.tell(order, frames)
        if self._faults.outages.cut_off:
            return
        items = [e.contract for e in executions if not isinstance(e.contract, Combo)]
        self._feed.moved(items, executions[0].time)

    def cancelled(self, order: Order) -> None:
        """Tell that the order has ended."""
        reason = f"Order Canceled - reason:{order.completed_text}"
        self.tell(order, [*self.status(order), replies.error(order.ticket.order_id, 202, reason)])

    def status(self, order: Order) -> list[bytes]:
        """Return the orderStatus of an order, twice where the gateway does that."""
        return [order_replies.order_status(order)] * (2 if self._switches.duplicate_status else 1)

    def tell(self, order: Order, frames: Iterable[bytes]) -> None:
        """Send frames to those who hear of an order."""
        if self._faults.outages.cut_off:
            return
        for client in self._hearers(order):
            if not (order.muted and client.client_id == order.client_id):
                client.send(*frames)

    def _hearers(self, order: Order) -> list[Client]:
        ids = (order.client_id, self._switches.master_client)
        return [c for c in self._clients if c.client_id in ids and self._is_bound(order, c)]

    @staticmethod
    def _is_bound(order: Order, client: Client) -> bool:
        """An order made at the gateway's screen has no id until client 0 binds it."""
        return order.ticket.order_id != 0 or client.client_id != MANUAL_CLIENT
