"""Checking an order before it is worked: first whether it can be one at all, then whether it is allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from simulator.account import Account
from simulator.contracts import Universe
from simulator.hours import Hours, new_york_day
from simulator.instants import parse_instant
from simulator.instruments import Combo, Instrument
from simulator.order_codec import Ticket
from simulator.order_terms import check_terms, unworkable
from simulator.orders import STOPS, Order, Status
from simulator.quotes import Board
from simulator.requests import RequestError, invalid
from simulator.risk import Impact, impact, objection

# Active orders of one account, contract and side that IBKR takes.
SIDE_ORDERS_MAX = 20
TRADED = frozenset({"OPT", "FUT", "STK"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an order is not worked, and the state it ends in."""

    code: int
    reason: str
    status: Status


class OrderCheck:
    """Turns tickets into orders and says which are refused.

    Args:
        universe: contracts.
        hours: when they trade.
        account: who pays.
        board: at what prices.
    """

    def __init__(self, *, universe: Universe, hours: Hours, account: Account, board: Board) -> None:
        self._universe = universe
        self._hours = hours
        self._account = account
        self._board = board

    def make(
        self, ticket: Ticket, client_id: int, perm_id: int, parent: Order | None, now: datetime
    ) -> Order:
        """Return the order that a ticket describes.

        Raises:
            RequestError: 200, 321 or 387: it describes none; nothing is kept of it.
        """
        check_terms(ticket)
        contract = self._contract(ticket, now)
        starts = ticket.terms.text("goodAfterTime")
        extended = self._is_extended(ticket, contract, now)
        return Order(
            ticket=ticket,
            contract=contract,
            client_id=client_id,
            perm_id=perm_id,
            quantity=int(ticket.quantity),
            status=Status.PRE_SUBMITTED,
            expires_at=self._expiry(ticket, contract, now, extended=extended),
            starts_at=parse_instant(starts, "goodAfterTime") if starts else None,
            parent=parent,
            transmitted=ticket.transmit,
            triggered=ticket.order_type not in STOPS,
            extended=extended,
        )

    def amend(self, order: Order, ticket: Ticket, now: datetime) -> None:
        """Give a working order the new prices, quantity, time in force and transmit flag of a ticket.

        Raises:
            RequestError: 105, 110, 321 or 387: the new terms are not possible; the old ones stay.
        """
        check_terms(ticket)
        old = order.ticket
        same = (old.action, old.order_type, old.contract) == (
            *(ticket.action, ticket.order_type),
            ticket.contract,
        )
        if not same or old.parent_id != ticket.parent_id:
            raise RequestError(105, "Order being modified does not match original order")
        if ticket.transmit and (problem := unworkable(ticket, _sec_type(order.contract))) is not None:
            raise problem
        if (price := _off_grid_price(order.contract, ticket)) is not None:
            raise RequestError(110, _off_grid(order.contract, price))
        if ticket.quantity <= order.filled:
            raise invalid(
                f"totalQuantity {ticket.quantity:g} is not over the {order.filled} filled; cancel instead"
            )
        times = [(one.tif, one.terms.text("goodTillDate"), one.outside_rth) for one in (old, ticket)]
        if times[0] != times[1]:
            order.extended = self._is_extended(ticket, order.contract, now)
            order.expires_at = self._expiry(ticket, order.contract, now, extended=order.extended)
        if ticket.aux_price != old.aux_price:
            order.triggered = ticket.order_type not in STOPS
        order.ticket, order.quantity = ticket, int(ticket.quantity)

    def refusal(self, order: Order, working: Sequence[Order], now: datetime) -> Refusal | None:
        """Return why a well-formed order is refused, None if it is to be worked."""
        ticket = order.ticket
        if ticket.account not in {"", self._account.name}:
            return _rejected(f"account '{ticket.account}' is unknown; this gateway has {self._account.name}")
        if (price := _off_grid_price(order.contract, ticket)) is not None:
            return Refusal(code=110, reason=_off_grid(order.contract, price), status=Status.CANCELLED)
        problem = unworkable(ticket, _sec_type(order.contract))
        if problem is not None:
            return Refusal(code=problem.code, reason=problem.reason, status=Status.INACTIVE)
        reason = self._untimely(order, now) or objection(order, self._account, self._board, working)
        if _same_side(order, working) >= SIDE_ORDERS_MAX:
            reason = (
                f"there are {SIDE_ORDERS_MAX} active orders on this side of the contract, the most allowed"
            )
        return None if reason is None else _rejected(reason)

    def what_if(self, order: Order, working: Sequence[Order], now: datetime) -> Impact | Refusal:
        """Return what an order would do to the account, or why it would be refused."""
        if _sec_type(order.contract) == "CASH":
            return impact(order, self._account, self._board)
        return self.refusal(order, working, now) or impact(order, self._account, self._board)

    def _untimely(self, order: Order, now: datetime) -> str | None:
        if self._hours.day_order_end(order.contract, now, extended=order.extended) is None:
            return "the contract does not trade any more"
        if order.expires_at is not None and order.expires_at < now:
            return f"the order has expired at {order.expires_at.isoformat()}; use a later date"
        return None

    def _contract(self, ticket: Ticket, now: datetime) -> Instrument | Combo:
        today = new_york_day(now)
        if ticket.contract.sec_type == "BAG":
            return self._universe.combo(ticket.contract, today)
        found = self._universe.one(ticket.contract, today)
        if found.sec_type not in TRADED and not (ticket.what_if and found.sec_type == "CASH"):
            raise invalid(
                f"{found.symbol} {found.sec_type} cannot be traded; orders are for OPT, FUT, STK and BAG"
            )
        return found

    def _is_extended(self, ticket: Ticket, contract: Instrument | Combo, now: datetime) -> bool:
        """Return whether an order works outside regular hours.

        Futures do as asked, stocks with a limit. Of options and combos the wish is ignored (2109) in regular
        hours; an order with a limit that is placed outside them works in the global and curb sessions.
        """
        kind = _sec_type(contract)
        if not ticket.outside_rth or kind == "FUT":
            return ticket.outside_rth
        limited = ticket.order_type in {"LMT", "STP LMT"}
        return limited and (kind == "STK" or not self._hours.is_regular(contract, now))

    def _expiry(
        self, ticket: Ticket, contract: Instrument | Combo, now: datetime, *, extended: bool
    ) -> datetime | None:
        if ticket.tif == "DAY":
            return self._hours.day_order_end(contract, now, extended=extended)
        if ticket.tif == "GTD":
            return parse_instant(ticket.terms.text("goodTillDate"), "goodTillDate")
        return None


def _same_side(order: Order, working: Sequence[Order]) -> int:
    """Count the other working orders on the same contract and side."""
    return sum(
        other is not order
        and other.transmitted
        and other.contract == order.contract
        and other.ticket.action == order.ticket.action
        for other in working
    )


def _sec_type(contract: Instrument | Combo) -> str:
    return "BAG" if isinstance(contract, Combo) else contract.sec_type


def _off_grid_price(contract: Instrument | Combo, ticket: Ticket) -> float | None:
    """Return the first price that is not on the contract's grid."""
    prices = [ticket.limit_price, ticket.aux_price if ticket.order_type in STOPS else None]
    return next((p for p in prices if p is not None and not contract.grid.fits(p)), None)


def _off_grid(contract: Instrument | Combo, price: float) -> str:
    steps = " or ".join(f"{i.step:g} from {i.low_edge:g}" for i in contract.grid.increments)
    return (
        "The price does not conform to the minimum price variation for this contract. "
        f"price {price:g}, increments {steps}"
    )


def _rejected(reason: str) -> Refusal:
    return Refusal(code=201, reason=f"Order rejected - reason:{reason}", status=Status.INACTIVE)
