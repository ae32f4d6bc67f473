"""Messages from the gateway to a client, one function each; layouts of server version 176.

Orders and executions are in `order_replies`, contracts in `contract_replies`, ticks and bars in
`data_replies`.
"""

from datetime import datetime

from simulator.account import Position
from simulator.hours import eastern_text
from simulator.instruments import Instrument
from simulator.wire import Field, encode


def hello(version: int, now: datetime) -> bytes:
    """Answer the handshake."""
    return encode(version, eastern_text(now))


def managed_accounts(account: str) -> bytes:
    """Name the account (15)."""
    return encode(15, 1, account)


def next_valid_id(order_id: int) -> bytes:
    """Give the first free order id (9)."""
    return encode(9, 1, order_id)


def error(request_id: int, code: int, reason: str) -> bytes:
    """Report an error or notice (4); request_id -1 when it belongs to no request."""
    return encode(4, 2, request_id, code, reason, "")


def current_time(now: datetime) -> bytes:
    """Answer the time in whole epoch seconds (49)."""
    return encode(49, 1, int(now.timestamp()))


def terms(item: Instrument, exchange: str) -> list[Field]:
    """Return the contract fields that positions, executions and orders share, conId to tradingClass."""
    last_trade = "" if item.last_trade is None else f"{item.last_trade:%Y%m%d}"
    multiplier = "" if item.expiry is None else str(item.multiplier)
    return [
        *(item.con_id, item.symbol, item.sec_type, last_trade, item.strike, item.right, multiplier),
        *(exchange, "USD", item.local_symbol, item.trading_class),
    ]


def account_value(tag: str, value: str, currency: str, account: str) -> bytes:
    """Send one account value (6)."""
    return encode(6, 2, tag, value, currency, account)


def portfolio_value(
    held: Position, *, price: float, value: float, unrealized: float, realized: float, account: str
) -> bytes:
    """Send one position with its value (7); money in dollars."""
    primary = "" if held.instrument.sec_type == "OPT" else held.instrument.exchanges[0]
    numbers = (held.quantity, price, value, float(held.average_cost), unrealized, realized)
    return encode(7, 8, *terms(held.instrument, primary), *numbers, account)


def account_time(now: datetime) -> bytes:
    """Send the time of the account values (8)."""
    return encode(8, 1, eastern_text(now)[9:14])


def account_end(account: str) -> bytes:
    """End the first batch of account values (54)."""
    return encode(54, 1, account)


def position(held: Position, account: str) -> bytes:
    """Send one position (61); average cost includes the multiplier."""
    return encode(61, 3, account, *terms(held.instrument, ""), held.quantity, float(held.average_cost))


def position_end() -> bytes:
    """End the list of positions (62)."""
    return encode(62, 1)


def account_summary(request_id: int, account: str, tag: str, value: str, currency: str) -> bytes:
    """Send one value of an account summary (63)."""
    return encode(63, 1, request_id, account, tag, value, currency)


def account_summary_end(request_id: int) -> bytes:
    """End the first batch of an account summary (64)."""
    return encode(64, 1, request_id)


def account_update_multi(request_id: int, account: str, tag: str, value: str, currency: str) -> bytes:
    """Send one account value to a multi-account subscription (73)."""
    return encode(73, 1, request_id, account, "", tag, value, currency)


def account_update_multi_end(request_id: int) -> bytes:
    """End the first batch of a multi-account subscription (74)."""
    return encode(74, 1, request_id)


def position_multi(request_id: int, held: Position, account: str) -> bytes:
    """Send one position to a multi-account subscription (71)."""
    numbers = (held.quantity, float(held.average_cost))
    return encode(71, 3, request_id, account, *terms(held.instrument, ""), *numbers, "")


def position_multi_end(request_id: int) -> bytes:
    """End the positions of a multi-account subscription (72)."""
    return encode(72, 1, request_id)


def pnl(request_id: int, daily: float, unrealized: float, realized: float) -> bytes:
    """Send the account's profits in dollars (94)."""
    return encode(94, request_id, daily, unrealized, realized)


def pnl_single(request_id: int, quantity: int, profits: tuple[float, float, float], value: float) -> bytes:
    """Send a position's daily, unrealised and realised profit and its value in dollars (95)."""
    return encode(95, request_id, quantity, *profits, value)
