"""Requests about orders and executions."""

from dataclasses import dataclass

from simulator import order_replies, replies
from simulator.clients import Client
from simulator.gateway import Gateway
from simulator.hours import eastern_text, new_york_day
from simulator.order_codec import read_place_order
from simulator.order_faults import READ_ONLY
from simulator.order_news import MANUAL_CLIENT
from simulator.orders import Execution, Order
from simulator.requests import Fields, RequestError, invalid

_SIDES = {"": "", "BUY": "BOT", "BOT": "BOT", "SELL": "SLD", "SSHORT": "SLD", "SLD": "SLD"}


def place_order(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Place an order or change a working one (request 3)."""
    _writable(gateway)
    gateway.desk.place(client, read_place_order(fields), gateway.exchange, gateway.now)


def cancel_order(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Cancel an order (request 4)."""
    _writable(gateway)
    gateway.desk.cancel(client, fields.integer("orderId"), gateway.exchange, gateway.now)


def global_cancel(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """Cancel all orders of all clients (request 58)."""
    _writable(gateway)
    gateway.desk.cancel_all(client, gateway.exchange, gateway.now)


def next_ids(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """Tell the first free order id (request 8)."""
    client.send(replies.next_valid_id(gateway.desk.next_order_id(client.client_id)))


def auto_open_orders(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Bind orders made by hand, now and from now on (request 15); only client 0 may ask."""
    _writable(gateway)
    if client.client_id != MANUAL_CLIENT:
        raise invalid("reqAutoOpenOrders is for client id 0 only; connect with it or leave the request out")
    client.binds_orders = fields.flag("autoBind")
    if client.binds_orders:
        gateway.desk.bind(client, gateway.exchange)


def open_orders(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """List the client's own working orders (request 5); of client 0 this binds those made by hand."""
    _writable(gateway)
    if client.client_id == MANUAL_CLIENT:
        gateway.desk.bind(client, gateway.exchange)
    _list_open(gateway, client, [o for o in _visible(gateway, client) if o.client_id == client.client_id])


def all_open_orders(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """List the working orders of all clients (request 16)."""
    _writable(gateway)
    _list_open(gateway, client, _visible(gateway, client))


def completed_orders(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """List the orders that were done today (request 99)."""
    _writable(gateway)
    today = new_york_day(gateway.now)
    for order in gateway.exchange.orders.values():
        is_done_today = order.completed_at is not None and new_york_day(order.completed_at) == today
        if is_done_today and not _hidden(order, client):
            client.send(order_replies.completed_order(order, gateway.settings.account))
    client.send(order_replies.completed_orders_end())


def executions(gateway: Gateway, client: Client, fields: Fields) -> None:
    """List today's executions of all clients that pass the filter, each with its commission (request 7)."""
    request_id = fields.integer("reqId")
    wanted = _read_filter(fields)
    today = new_york_day(gateway.now)
    for execution in gateway.booking.executions:
        shown = new_york_day(execution.time) == today and not _hidden(execution.order, client)
        if shown and wanted.passes(execution):
            client.send(order_replies.exec_details(request_id, execution, gateway.settings.account))
            if execution.commission is not None:
                client.send(order_replies.commission_report(execution))
    if not gateway.faults.strikes("no_end_executions"):
        client.send(order_replies.exec_details_end(request_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filter:
    """The execution filter of request 7; empty text and 0 match anything."""

    client_id: int
    since: str
    symbol: str
    sec_type: str
    side: str

    def passes(self, execution: Execution) -> bool:
        terms = order_replies.contract_terms(execution.contract, "")
        # Times are compared as text: both are YYYYMMDD HH:MM:SS of New York.
        return (
            self.client_id in {0, execution.order.client_id}
            and self.since <= eastern_text(execution.time)[:17]
            and self.symbol in {"", terms[1]}
            and self.sec_type in {"", terms[2]}
            and self.side in {"", "BOT" if execution.bought else "SLD"}
        )


def _read_filter(fields: Fields) -> _Filter:
    client_id = fields.integer("clientId")
    fields.text("acctCode")
    since = fields.text("time").replace("-", " ")[:17]
    symbol, sec_type = fields.text("symbol"), fields.text("secType")
    fields.text("exchange")
    side = fields.text("side").upper()
    if side not in _SIDES:
        raise invalid(f"Invalid side '{side}' of the execution filter; use BUY or SELL")
    return _Filter(client_id=client_id, since=since, symbol=symbol, sec_type=sec_type, side=_SIDES[side])


def _writable(gateway: Gateway) -> None:
    if gateway.settings.switches.read_only:
        raise RequestError(*READ_ONLY)


def _visible(gateway: Gateway, client: Client) -> list[Order]:
    return [order for order in gateway.exchange.working() if not _hidden(order, client)]


def _hidden(order: Order, client: Client) -> bool:
    """A muted order is unknown to its own client (a fault), not to the others."""
    return order.muted and order.client_id == client.client_id


def _list_open(gateway: Gateway, client: Client, orders: list[Order]) -> None:
    for order in orders:
        client.send(
            order_replies.open_order(order, gateway.settings.account), order_replies.order_status(order)
        )
    client.send(order_replies.open_order_end())
