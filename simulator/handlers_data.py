"""Requests for live data: market data and the time."""

from simulator import replies
from simulator.clients import Client
from simulator.gateway import Gateway
from simulator.hours import new_york_day
from simulator.requests import Fields, RequestError, invalid, read_contract
from simulator.ticks import Subscription, parse_generics

_LIVE = 1
_SUBSCRIPTIONS_MAX = 100


def market_data(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to ticks of one contract, or send a snapshot (request 1)."""
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    if query.sec_type == "BAG":
        raise invalid("Market data of a BAG is not served; request that of its legs")
    if fields.flag("deltaNeutralContract"):
        fields.skip(3)
    generics, snapshot = parse_generics(fields.text("genericTickList")), fields.flag("snapshot")
    if request_id in client.subscriptions:
        raise RequestError(322, f"Error processing request.-'bW' : cause - Duplicate ticker id {request_id}")
    if len(client.subscriptions) >= _SUBSCRIPTIONS_MAX:
        raise RequestError(101, "Max number of tickers has been reached")
    if gateway.faults.no_data:
        raise RequestError(354, "Requested market data is not subscribed.")
    item = gateway.universe.one(query, new_york_day(gateway.now))
    subscription = Subscription(request_id=request_id, item=item, generics=generics)
    client.send(replies.tick_request_params(request_id, item), replies.market_data_type(request_id, _LIVE))
    if not gateway.faults.outages.cut_off:
        client.send(*subscription.update(gateway.board.quote(item)))
    if snapshot:
        client.send(replies.snapshot_end(request_id))
    else:
        client.subscriptions[request_id] = subscription


def cancel_market_data(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End a subscription (request 2)."""
    request_id = fields.integer("reqId")
    if client.subscriptions.pop(request_id, None) is None:
        raise RequestError(300, f"Can't find EId with tickerId:{request_id}")


def market_data_type(_gateway: Gateway, _client: Client, fields: Fields) -> None:
    """Take the wanted type (request 59); this gateway has live data, which is sent whatever was wanted."""
    kind = fields.integer("marketDataType")
    if kind not in {1, 2, 3, 4}:
        raise invalid(f"Market data type {kind} does not exist; use 1, 2, 3 or 4")


def current_time(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """Tell the game time (request 49); of the stepping client this is the step."""
    gateway.tell_time(client)
