"""What of a gateway outlives its process, as records that can be written down."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from simulator.account import Position
from simulator.instruments import Combo, Instrument
from simulator.order_codec import Ticket
from simulator.orders import Execution, Order, Status
from simulator.pnl import DayStart


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What a state belongs to; another world has other prices, and its orders would mean nothing there."""

    account: str
    seed: int
    history: str
    regime: str
    first: str
    last: str
    sessions: int
    session: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The gateway as a whole.

    Attributes:
        begin: first day of a generated world.
        now: game time.
        next_ids: first free order id by client.
        bound: how many orders made by hand have been given an id.
        fills: how many there were, for the execution ids.
    """

    world: World
    begin: date
    now: datetime
    next_ids: dict[int, int]
    bound: int
    fills: int


class Funds(msgspec.Struct, frozen=True, kw_only=True):
    """The account, and how its day began; money in dollars, as in `Account`."""

    cash: Decimal
    realized: Decimal
    commissions: Decimal
    positions: list[Position]
    flows: dict[int, Decimal]
    realized_of: dict[int, Decimal]
    day_start: DayStart | None


class OrderRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An order; its contract is one of `item` and `combo`. What faults hid of it a restart shows."""

    ticket: Ticket
    item: Instrument | None
    combo: Combo | None
    client_id: int
    perm_id: int
    quantity: int
    status: Status
    expires_at: datetime | None
    starts_at: datetime | None
    parent: int | None
    transmitted: bool
    triggered: bool
    filled: int
    paid: float
    last_price: float
    commission: Decimal
    rested: bool
    ended_by: int | None
    completed_at: datetime | None
    completed_text: str


class ExecutionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An execution; see `Execution`."""

    exec_id: str
    perm_id: int
    item: Instrument | None
    combo: Combo | None
    bought: bool
    quantity: int
    price: float
    cumulative: int
    average_price: float
    time: datetime
    commission: Decimal | None
    realized: Decimal | None


_ORDER_FIELDS = (
    *("ticket", "client_id", "perm_id", "quantity", "status", "expires_at", "starts_at", "transmitted"),
    *("triggered", "filled", "paid", "last_price", "commission", "rested", "ended_by", "completed_at"),
    "completed_text",
)
_EXECUTION_FIELDS = (
    *("exec_id", "bought", "quantity", "price", "cumulative", "average_price", "time", "commission"),
    "realized",
)


def order_record(order: Order) -> OrderRecord:
    """Return the record of an order."""
    contract = order.contract
    return OrderRecord(
        item=contract if isinstance(contract, Instrument) else None,
        combo=contract if isinstance(contract, Combo) else None,
        parent=None if order.parent is None else order.parent.perm_id,
        **{name: getattr(order, name) for name in _ORDER_FIELDS},
    )


def order_of(record: OrderRecord, parent: Order | None) -> Order:
    """Return the order of a record."""
    return Order(
        contract=_contract(record.item, record.combo),
        parent=parent,
        **{name: getattr(record, name) for name in _ORDER_FIELDS},
    )


def execution_record(execution: Execution) -> ExecutionRecord:
    """Return the record of an execution."""
    contract = execution.contract
    return ExecutionRecord(
        perm_id=execution.order.perm_id,
        item=contract if isinstance(contract, Instrument) else None,
        combo=contract if isinstance(contract, Combo) else None,
        **{name: getattr(execution, name) for name in _EXECUTION_FIELDS},
    )


def execution_of(record: ExecutionRecord, order: Order) -> Execution:
    """Return the execution of a record."""
    return Execution(
        order=order,
        contract=_contract(record.item, record.combo),
        **{name: getattr(record, name) for name in _EXECUTION_FIELDS},
    )


def fingerprint(order: Order) -> tuple[object, ...]:
    """Return what changes when the record of an order does."""
    return tuple(getattr(order, name) for name in _ORDER_FIELDS)


def _contract(item: Instrument | None, combo: Combo | None) -> Instrument | Combo:
    found = item if item is not None else combo
    assert found is not None
    return found
