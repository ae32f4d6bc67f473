"""Orders and executions as the exchange keeps them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from simulator.instruments import Combo, Instrument, Leg
from simulator.order_codec import Ticket

STOPS = frozenset({"STP", "STP LMT"})


class Status(StrEnum):
    """The order states that this gateway uses; the words are the protocol's."""

    PENDING_CANCEL = "PendingCancel"
    PRE_SUBMITTED = "PreSubmitted"
    SUBMITTED = "Submitted"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    INACTIVE = "Inactive"


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """One order, from its arrival to its end.

    Attributes:
        starts_at: first instant at which it may work (goodAfterTime); None for at once.
        expires_at: last instant of a DAY or GTD order; None for GTC.
        parent: the order whose fill sets this one to work; None without one.
        transmitted: it is at the broker, not only on the gateway's screen.
        triggered: its stop price has been reached; always true of orders without one.
        extended: it works in all sessions of its contract, not only in the regular hours.
        paid: sum of price times quantity over its executions, for the average price.
        commission: charged so far in dollars.
        rested: it has stood in the book unfilled, so it trades at its own limit when reached.
        muted: nothing about it is told to its client (a fault) until that client connects anew.
        fill_cap: it may not fill beyond this quantity (a fault); None without a cap.
        capped_on: the New York day on which the cap holds; None lifts it with the next instant.
        ended_by: the client that cancelled it, if that was not its own.
    """

    ticket: Ticket
    contract: Instrument | Combo
    client_id: int
    perm_id: int
    quantity: int
    status: Status
    expires_at: datetime | None
    starts_at: datetime | None = None
    parent: "Order | None" = None
    transmitted: bool = True
    triggered: bool = True
    extended: bool = False
    filled: int = 0
    paid: float = 0.0
    last_price: float = 0.0
    commission: Decimal = Decimal(0)
    rested: bool = False
    muted: bool = False
    fill_cap: int | None = None
    capped_on: date | None = None
    ended_by: int | None = None
    completed_at: datetime | None = None
    completed_text: str = ""

    @property
    def remaining(self) -> int:
        """Quantity still to fill."""
        return self.quantity - self.filled

    @property
    def average_price(self) -> float:
        """Average price of what is filled, 0 before the first fill."""
        return round(self.paid / self.filled, 8) if self.filled else 0.0

    @property
    def is_working(self) -> bool:
        """Whether it can still fill."""
        return self.status in {Status.PRE_SUBMITTED, Status.SUBMITTED}

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The legs of a BAG, or the one contract as a bought leg."""
        if isinstance(self.contract, Combo):
            return self.contract.legs
        return (Leg(instrument=self.contract, ratio=1, action="BUY"),)

    @property
    def group(self) -> str:
        """The one-cancels-all group: the client's own, or that of a bracket's children; empty for none."""
        if self.ticket.oca_group:
            return self.ticket.oca_group
        return f"children of {self.parent.perm_id}" if self.parent is not None else ""

    def may_work(self, now: datetime) -> bool:
        """Whether nothing but the market keeps it from filling: it is sent, begun, and its parent filled."""
        waits = self.parent is not None and self.parent.is_working
        begun = self.starts_at is None or self.starts_at <= now
        return self.transmitted and not waits and begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution: of a single contract, of a leg, or of the BAG as a whole.

    Attributes:
        contract: the Combo for the BAG-level execution.
        price: per unit, always as quoted (not times the multiplier).
        commission: dollars; None if no commission report is made for it (the BAG-level one by default).
        realized: realised profit in dollars after commissions; None when it opened a position.
    """

    exec_id: str
    order: Order
    contract: Instrument | Combo
    bought: bool
    quantity: int
    price: float
    cumulative: int
    average_price: float
    time: datetime
    commission: Decimal | None
    realized: Decimal | None
