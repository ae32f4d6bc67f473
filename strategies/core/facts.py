"""Parts of events: a session, a bar, an expiry, a quote, an execution, what the broker lists."""

from datetime import date, datetime
from decimal import Decimal
from math import isfinite

from msgspec import Struct

from strategies.core.instruments import InstrumentKey


def finite(*values: float | Decimal | None) -> None:
    """Refuse what JSON cannot carry: NaN and infinity end at the border, as `None`."""
    for value in values:
        if value is not None and not isfinite(value):
            raise ValueError(f"{value} is not a number; the adapter turns it into None")


class SessionHours(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One trading day. `open` and `close` are the cash index's; options trade until `options_close`."""

    day: date
    open: datetime
    close: datetime
    options_close: datetime
    half_day: bool = False


class Bar(Struct, frozen=True, array_like=True):
    """A completed daily bar's close.

    Raises:
        ValueError: the close is not a number; JSON could not carry it, and a replay would see another event.
    """

    day: date
    close: float

    def __post_init__(self) -> None:
        finite(self.close)


class Expiry(Struct, frozen=True, array_like=True):
    """An expiry as listed: the broker's date, and the day of settlement."""

    last_trade: date
    expiry: date


class Quote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The latest of one instrument; `None` is "not there". Prices in the instrument's own points.

    Raises:
        ValueError: a price or size is not a number.
    """

    instrument: InstrumentKey
    bid: float | None = None
    ask: float | None = None
    bid_size: float | None = None
    ask_size: float | None = None
    last: float | None = None
    mark: float | None = None

    def __post_init__(self) -> None:
        finite(self.bid, self.ask, self.bid_size, self.ask_size, self.last, self.mark)


class Execution(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One execution. For a combo the broker reports one for the combo (no `instrument`) and one per leg.

    Raises:
        ValueError: quantity or price is not a number.
    """

    exec_id: str
    order_ref: str
    perm_id: int
    instrument: InstrumentKey | None
    bought: bool
    quantity: Decimal
    price: Decimal
    at: datetime

    def __post_init__(self) -> None:
        finite(self.quantity, self.price)


class OrderSeen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An open or completed order as the broker lists it; `order_ref` is empty for foreign orders."""

    order_ref: str
    perm_id: int
    status: str
    filled: Decimal = Decimal(0)
    remaining: Decimal = Decimal(0)


class PositionSeen(Struct, frozen=True, array_like=True):
    """A position of the account, in contracts, signed, and what one cost on average, USD, never signed."""

    instrument: InstrumentKey
    quantity: Decimal
    average_cost_usd: Decimal | None = None
