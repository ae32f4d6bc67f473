"""Requests for live data: market data, computations and the time."""

from simulator import data_replies, replies, tick_frames
from simulator.clients import Client
from simulator.computations import computed_price, computed_vol
from simulator.contracts import not_found
from simulator.gateway import Gateway
from simulator.hours import new_york_day
from simulator.instruments import Combo, Instrument
from simulator.market.model import OptionValue
from simulator.requests import Fields, RequestError, invalid, read_contract, read_leg
from simulator.tick_numbers import DELAYED, DELAYED_FROZEN, FROZEN, LIVE
from simulator.ticks import Subscription, parse_generics

_SUBSCRIPTIONS_MAX = 100
# The tick number of computations that a client asked for itself.
_CUSTOM_COMPUTATION = 53
_NOT_SUBSCRIBED = "Requested market data is not subscribed."
# How "not available" is spelt in a computation.
_NO_COMPUTATION = (-1.0, -2.0, -1.0, -1.0, -2.0, -2.0, -2.0, -1.0)


def market_data(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to ticks of one contract, or send a snapshot (request 1)."""
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    if query.sec_type == "BAG":
        query = query.with_legs([read_leg(fields) for _ in range(fields.count("comboLegs", 6))])
    if fields.flag("deltaNeutralContract"):
        fields.skip(3)
    generics = parse_generics(fields.text("genericTickList"), query.sec_type)
    # A regulatory snapshot is answered like any other; nothing is charged for it here.
    snapshot = any([fields.flag("snapshot"), fields.flag("regulatorySnapshot")])
    if snapshot and generics:
        raise invalid("Snapshot market data subscription is not applicable to generic ticks")
    if request_id in client.subscriptions:
        raise RequestError(322, f"Error processing request.-'bW' : cause - Duplicate ticker id {request_id}")
    if len(client.subscriptions) >= _SUBSCRIPTIONS_MAX:
        raise RequestError(101, "Max number of tickers has been reached")
    if gateway.faults.no_data:
        raise RequestError(354, _NOT_SUBSCRIBED)
    if gateway.faults.strikes("spurious_200"):
        raise not_found()
    today = new_york_day(gateway.now)
    bag = query.sec_type == "BAG"
    item = gateway.universe.combo(query, today) if bag else gateway.universe.one(query, today)
    subscription = Subscription(
        request_id=request_id,
        item=item,
        generics=generics,
        kind=_kind(gateway, client, item),
        wants_frozen=client.data_type in {FROZEN, DELAYED_FROZEN},
    )
    _announce(client, subscription)
    gateway.send_first_ticks(client, subscription)
    if snapshot:
        client.send(data_replies.snapshot_end(request_id))
    else:
        client.subscriptions[request_id] = subscription


def cancel_market_data(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End a subscription (request 2)."""
    request_id = fields.integer("reqId")
    if client.subscriptions.pop(request_id, None) is None:
        raise RequestError(300, f"Can't find EId with tickerId:{request_id}")


def market_data_type(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """Take the wanted type (request 59); it holds for subscriptions made from now on."""
    kind = fields.integer("marketDataType")
    if kind not in {LIVE, FROZEN, DELAYED, DELAYED_FROZEN}:
        raise invalid(f"Market data type {kind} does not exist; use 1, 2, 3 or 4")
    client.data_type = kind


def implied_volatility(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Compute the volatility that gives an option price (request 54)."""
    request_id, item, price, under = _question(gateway, fields, "optionPrice")
    _answer(client, request_id, computed_vol(item, price, under, gateway.now))


def option_price(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Compute the option price at a volatility (request 55)."""
    request_id, item, volatility, under = _question(gateway, fields, "volatility")
    _answer(client, request_id, computed_price(item, volatility, under, gateway.now))


def cancel_computation(_gateway: Gateway, _client: Client, fields: Fields) -> None:
    """Take note (requests 56 and 57): the answer was sent at once."""
    fields.integer("reqId")


def current_time(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """Tell the game time (request 49); of the stepping client this is the step."""
    gateway.tell_time(client)


def _kind(gateway: Gateway, client: Client, item: Instrument | Combo) -> int:
    """Return the kind of data that a client gets.

    Raises:
        RequestError: 354, there are only delayed data and the client takes none.
    """
    if gateway.faults.strikes("delayed_data"):
        return DELAYED
    if gateway.settings.switches.delayed:
        if client.data_type in {LIVE, FROZEN}:
            where = f"{item.symbol} {item.exchanges[-1]}/TOP/ALL"
            raise RequestError(354, f"{_NOT_SUBSCRIBED}Delayed market data is available.{where}")
        return DELAYED
    frozen = client.data_type in {FROZEN, DELAYED_FROZEN} and not gateway.board.is_open(item)
    return FROZEN if frozen else LIVE


def _announce(client: Client, subscription: Subscription) -> None:
    """Say what kind of data comes; of delayed ones with a notice before."""
    request_id = subscription.request_id
    parameters = data_replies.tick_request_params(request_id, subscription.item)
    kind = data_replies.market_data_type(request_id, subscription.kind)
    if subscription.kind == DELAYED:
        notice = f"{_NOT_SUBSCRIBED} Displaying delayed market data."
        client.send(replies.error(request_id, 10167, notice), kind, parameters)
    else:
        client.send(parameters, kind)


def _question(gateway: Gateway, fields: Fields, name: str) -> tuple[int, Instrument, float, float]:
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    given, under = fields.number(name), fields.number("underPrice")
    if given is None or under is None:
        raise invalid(f"{name} or underPrice is missing; give both")
    item = gateway.universe.one(query, new_york_day(gateway.now))
    if item.sec_type != "OPT":
        raise invalid(f"{item.symbol} {item.sec_type} is no option; computations are for options")
    return request_id, item, given, under


def _answer(client: Client, request_id: int, found: OptionValue | None) -> None:
    if found is None:
        client.send(data_replies.no_computation(request_id, _CUSTOM_COMPUTATION, _NO_COMPUTATION))
    else:
        row = (_CUSTOM_COMPUTATION, found.price, found.implied_vol)
        client.send(tick_frames.frames(tick_frames.options([row], found), request_id))
