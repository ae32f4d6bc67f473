"""Checking an order before it is worked: first whether it can be one at all, then whether it is allowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from simulator.account import Account
from simulator.contracts import Universe
from simulator.hours import Hours, new_york_day
from simulator.instruments import Combo, Instrument
from simulator.order_codec import Ticket
from simulator.orders import Order, Status
from simulator.quotes import Board
from simulator.requests import RequestError, invalid
from simulator.risk import objection

_TIFS = {"DAY", "GTC", "IOC"}
_TYPES = {"LMT", "MKT"}


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

    def make(self, ticket: Ticket, client_id: int, perm_id: int, now: datetime) -> Order:
        """Return the order that a ticket describes.

        Raises:
            RequestError: 200, 321 or 387: it describes none; nothing is kept of it.
        """
        check_terms(ticket)
        contract = self._contract(ticket, now)
        return Order(
            ticket=ticket,
            contract=contract,
            client_id=client_id,
            perm_id=perm_id,
            quantity=int(ticket.quantity),
            status=Status.PRE_SUBMITTED,
            expires_at=self._hours.day_order_end(contract, now) if ticket.tif == "DAY" else None,
        )

    def amend(self, order: Order, ticket: Ticket) -> None:
        """Give a working order the new limit, quantity and transmit flag of a ticket.

        Raises:
            RequestError: 105, 110 or 321: the new terms are not possible; the old ones stay.
        """
        check_terms(ticket)
        old = order.ticket
        same = (old.action, old.order_type, old.tif, old.contract) == (
            *(ticket.action, ticket.order_type, ticket.tif),
            ticket.contract,
        )
        if not same:
            raise RequestError(105, "Order being modified does not match original order")
        if not order.contract.grid.fits(ticket.limit_price or 0.0):
            raise RequestError(110, _off_grid(order.contract, ticket.limit_price))
        if ticket.quantity <= order.filled:
            raise invalid(
                f"totalQuantity {ticket.quantity:g} is not over the {order.filled} filled; cancel instead"
            )
        order.ticket, order.quantity = ticket, int(ticket.quantity)

    def refusal(self, order: Order, working: Iterable[Order], now: datetime) -> Refusal | None:
        """Return why a well-formed order is refused, None if it is to be worked."""
        ticket = order.ticket
        if ticket.account not in {"", self._account.name}:
            return _rejected(f"account '{ticket.account}' is unknown; this gateway has {self._account.name}")
        if not order.contract.grid.fits(ticket.limit_price or 0.0):
            reason = _off_grid(order.contract, ticket.limit_price)
            return Refusal(code=110, reason=reason, status=Status.CANCELLED)
        if self._hours.day_order_end(order.contract, now) is None:
            return _rejected("the contract does not trade any more")
        reason_of_risk = objection(order, self._account, self._board, working)
        return None if reason_of_risk is None else _rejected(reason_of_risk)

    def _contract(self, ticket: Ticket, now: datetime) -> Instrument | Combo:
        today = new_york_day(now)
        if ticket.contract.sec_type == "BAG":
            return self._universe.combo(ticket.contract, today)
        found = self._universe.one(ticket.contract, today)
        if found.sec_type not in {"OPT", "FUT"}:
            raise invalid(
                f"{found.symbol} {found.sec_type} cannot be traded; orders are for OPT, FUT and BAG"
            )
        return found


def check_terms(ticket: Ticket) -> None:
    """Check that the terms of a ticket can be an order here.

    Raises:
        RequestError: 321, 387 or 10058, naming the field, its value and what to do.
    """
    _check_extras(ticket)
    if ticket.action not in {"BUY", "SELL"}:
        raise invalid(f"Invalid action '{ticket.action}'; use BUY or SELL")
    if ticket.order_type not in _TYPES:
        raise RequestError(
            387, f"Unsupported order type '{ticket.order_type}' for this security; use LMT or MKT"
        )
    if ticket.tif not in _TIFS:
        raise invalid(f"Invalid time in force '{ticket.tif}'; use {', '.join(sorted(_TIFS))}")
    if ticket.quantity < 1 or ticket.quantity != int(ticket.quantity):
        raise invalid(f"totalQuantity {ticket.quantity:g} is not a whole number of contracts of 1 or more")
    if ticket.order_type == "LMT" and ticket.limit_price is None:
        raise invalid("lmtPrice is missing; a LMT order needs one")


def _check_extras(ticket: Ticket) -> None:
    """Refuse what would change how an order works and is not served, rather than ignore it."""
    if ticket.unsupported:
        raise invalid(f"{ticket.unsupported} is not supported by this gateway; leave it empty")
    if ticket.what_if:
        raise invalid("whatIf orders are not supported by this gateway; place the order")
    if ticket.parent_id or ticket.oca_group:
        raise invalid("parentId and ocaGroup are not supported by this gateway; leave them empty")
    if any(price is not None for price in ticket.combo_prices):
        raise RequestError(
            10058, "Per-leg prices are only for non-guaranteed combos; give one lmtPrice instead"
        )
    if ("NonGuaranteed", "1") in ticket.routing:
        raise invalid("NonGuaranteed combos are not supported by this gateway; leave the parameter out")


def _off_grid(contract: Instrument | Combo, price: float | None) -> str:
    steps = " or ".join(f"{i.step:g} from {i.low_edge:g}" for i in contract.grid.increments)
    return (
        "The price does not conform to the minimum price variation for this contract. "
        f"lmtPrice {price or 0.0:g}, increments {steps}"
    )


def _rejected(reason: str) -> Refusal:
    return Refusal(code=201, reason=f"Order rejected - reason:{reason}", status=Status.INACTIVE)
