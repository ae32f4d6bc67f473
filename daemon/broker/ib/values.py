"""The border between the client library's values and ours: what is not there becomes `None`, here only.

Prices and sizes of quotes stay floats; what is money or quantity on an order or a fill becomes a `Decimal` of
the digits that the broker sent.
"""

import math
from datetime import UTC, datetime
from decimal import Decimal

from ib_insync import Fill, Ticker, Trade

from daemon.broker.ib.contracts import key_of
from strategies.core.facts import Execution, OrderSeen, Quote
from strategies.core.instruments import InstrumentKey

TEXT_CHARS_MAX = 500
ID_CHARS_MAX = 100
_UNSET_ABOVE = 1e300  # the protocol's "no value" is the largest double


def price(value: float) -> float | None:
    """Return a price, or None for NaN, infinities, the largest double, zero and below (-1: no quote)."""
    return value if math.isfinite(value) and 0.0 < value < _UNSET_ABOVE else None


def size(value: float) -> float | None:
    """Return a displayed size in contracts, or None where nothing is displayed."""
    return price(value)


def quote_of(ticker: Ticker, instrument: InstrumentKey) -> Quote:
    """Return the ticker's present values; a side without a price has no size either."""
    bid, ask = price(ticker.bid), price(ticker.ask)
    return Quote(
        instrument=instrument,
        bid=bid,
        ask=ask,
        bid_size=None if bid is None else size(ticker.bidSize),
        ask_size=None if ask is None else size(ticker.askSize),
        last=price(ticker.last),
        mark=price(ticker.markPrice),
    )


def words(text: str) -> str:
    """Return a text of the broker for the record: of bounded length, without control characters."""
    clipped = text if len(text) <= TEXT_CHARS_MAX else f"{text[:TEXT_CHARS_MAX]}..."
    return "".join(sign if sign.isprintable() else "?" for sign in clipped)


def identity(text: str) -> str:
    """Return an id or reference of the broker as it is.

    Raises:
        ValueError: no id of any broker looks like that.
    """
    if len(text) > ID_CHARS_MAX or not text.isprintable():
        raise ValueError(f"the broker sent {words(text)!r} where an id must be")
    return text


def money(value: float | str) -> Decimal:
    """Return an amount or quantity as the digits say it, without trailing zeros or exponent.

    Raises:
        ValueError: it is not a finite number, or the protocol's "no value".
    """
    number = float(value)
    if not math.isfinite(number) or abs(number) > _UNSET_ABOVE:
        raise ValueError(f"the broker sent {value} where an amount must be")
    digits = Decimal(str(value))
    whole = digits.to_integral_value()
    return whole.quantize(Decimal(1)) if digits == whole else digits.normalize()


def money_or_none(value: float | str) -> Decimal | None:
    """Return an amount, or None where the broker sent its "no value"."""
    try:
        return money(value)
    except ValueError:
        return None


def execution_of(fill: Fill, order_ref: str) -> Execution:
    """Return an execution, under our order's reference (empty for a foreign order)."""
    execution = fill.execution
    at: datetime = execution.time
    return Execution(
        exec_id=identity(execution.execId),
        order_ref=order_ref,
        perm_id=execution.permId,
        instrument=key_of(fill.contract),
        bought=execution.side == "BOT",
        quantity=money(execution.shares),
        price=money(execution.price),
        at=at.astimezone(UTC),
    )


def open_order_of(trade: Trade, order_ref: str) -> OrderSeen:
    """Return an open order as listed."""
    status = trade.orderStatus
    return OrderSeen(
        order_ref=order_ref,
        perm_id=trade.order.permId,
        status=words(status.status),
        filled=money(status.filled),
        remaining=money(status.remaining),
    )


def completed_order_of(trade: Trade, order_ref: str) -> OrderSeen:
    """Return a completed order as listed; such messages carry the filled quantity in the order."""
    filled = money_or_none(trade.order.filledQuantity) or Decimal(0)
    return OrderSeen(
        order_ref=order_ref,
        perm_id=trade.order.permId,
        status=words(trade.orderStatus.status),
        filled=filled,
        remaining=max(money(trade.order.totalQuantity) - filled, Decimal(0)),
    )
