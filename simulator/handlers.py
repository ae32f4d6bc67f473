"""The table of requests: message id to handler."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator import handlers_account as account
from simulator import handlers_contracts as contracts
from simulator import handlers_data as data
from simulator import handlers_orders as orders
from simulator import replies
from simulator.clients import Client
from simulator.gateway import Gateway
from simulator.requests import Fields, RequestError, invalid

Handler = Callable[[Gateway, Client, Fields], None]


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of request.

    Attributes:
        handler: what serves it.
        skipped: fields before the handler's first: the message id, and the version where there is one.
    """

    handler: Handler
    skipped: int = 2


ROUTES: dict[int, Route] = {
    1: Route(data.market_data),
    2: Route(data.cancel_market_data),
    3: Route(orders.place_order, 1),
    4: Route(orders.cancel_order),
    5: Route(orders.open_orders),
    6: Route(account.account_updates),
    7: Route(orders.executions),
    8: Route(orders.next_ids),
    9: Route(contracts.contract_details),
    15: Route(orders.auto_open_orders),
    16: Route(orders.all_open_orders),
    17: Route(account.managed_accounts),
    20: Route(contracts.historical_data, 1),
    25: Route(contracts.cancel_historical_data),
    49: Route(data.current_time),
    58: Route(orders.global_cancel),
    59: Route(data.market_data_type),
    61: Route(account.positions),
    62: Route(account.account_summary),
    63: Route(account.cancel_account_summary),
    64: Route(account.cancel_positions),
    76: Route(account.account_updates_multi),
    77: Route(account.cancel_account_updates_multi),
    78: Route(contracts.option_chains, 1),
    91: Route(contracts.market_rule, 1),
    99: Route(orders.completed_orders, 1),
}

# Where a request carries its id, served or not, so that its error can name it.
_ID_AFTER_VERSION = (
    1,
    2,
    4,
    7,
    9,
    10,
    11,
    21,
    23,
    24,
    25,
    50,
    51,
    52,
    53,
    54,
    55,
    56,
    57,
    62,
    63,
    67,
    68,
    69,
    70,
)
_ID_FIRST = (
    3,
    20,
    22,
    78,
    79,
    81,
    83,
    84,
    86,
    87,
    88,
    89,
    90,
    92,
    93,
    94,
    95,
    96,
    97,
    98,
    100,
    101,
    102,
    103,
    104,
)
REQUEST_ID_INDEX = (
    dict.fromkeys(_ID_AFTER_VERSION, 2) | dict.fromkeys(_ID_FIRST, 1) | dict.fromkeys((74, 75, 76, 77), 2)
)


def serve(gateway: Gateway, client: Client, values: list[str]) -> None:
    """Serve one message of a client; what is wrong with it is answered with an error, never raised."""
    try:
        message_id = Fields(values).integer("message id", -1)
        route = ROUTES.get(message_id)
        if route is None:
            raise invalid(f"Request {message_id} is not supported by this gateway")
        fields = Fields(values)
        fields.skip(route.skipped)
        route.handler(gateway, client, fields)
    except RequestError as error:
        client.send(replies.error(_request_id(values), error.code, error.reason))


def _request_id(values: list[str]) -> int:
    """Return the id of a request that failed, -1 if it has none or it cannot be read."""
    if not values[0].isdigit():
        return -1
    index = REQUEST_ID_INDEX.get(int(values[0]))
    if index is None or index >= len(values):
        return -1
    text = values[index]
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() else -1
