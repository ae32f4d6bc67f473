"""The table of requests: message id to handler."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator import handlers_account as account
from simulator import handlers_bars as bars
from simulator import handlers_contracts as contracts
from simulator import handlers_data as data
from simulator import handlers_orders as orders
from simulator import handlers_ticks as ticks
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
    20: Route(bars.historical_data, 1),
    25: Route(bars.cancel_historical_data),
    49: Route(data.current_time),
    50: Route(bars.real_time_bars),
    51: Route(bars.cancel_real_time_bars),
    54: Route(data.implied_volatility),
    55: Route(data.option_price),
    56: Route(data.cancel_computation),
    57: Route(data.cancel_computation),
    58: Route(orders.global_cancel),
    59: Route(data.market_data_type),
    61: Route(account.positions),
    62: Route(account.account_summary),
    63: Route(account.cancel_account_summary),
    64: Route(account.cancel_positions),
    74: Route(account.positions_multi),
    75: Route(account.cancel_positions_multi),
    76: Route(account.account_updates_multi),
    77: Route(account.cancel_account_updates_multi),
    78: Route(contracts.option_chains, 1),
    81: Route(contracts.matching_symbols, 1),
    87: Route(bars.head_timestamp, 1),
    90: Route(bars.cancel_head_timestamp, 1),
    91: Route(contracts.market_rule, 1),
    92: Route(account.pnl, 1),
    93: Route(account.cancel_pnl, 1),
    94: Route(account.pnl_single, 1),
    95: Route(account.cancel_pnl, 1),
    96: Route(ticks.historical_ticks, 1),
    97: Route(ticks.tick_by_tick, 1),
    98: Route(ticks.cancel_tick_by_tick, 1),
    99: Route(orders.completed_orders, 1),
}

# Where a request carries its id, served or not, so that its error can name it.
_ID_AFTER_VERSION = (1, 2, 4, 7, 9, 10, 11, 21, 23, 24, 25, *range(50, 58), 62, 63, *range(67, 71))
_ID_FIRST = (3, 20, 22, 78, 79, 81, 83, 84, *range(86, 91), *range(92, 99), *range(100, 105))
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
