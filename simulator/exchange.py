"""The order book of the gateway's clients: working, matching and ending their orders."""

from datetime import datetime
from typing import Protocol

from simulator.booking import Booking
from simulator.hours import Hours, new_york_day
from simulator.instruments import Instrument
from simulator.matching import decide
from simulator.orders import Execution, Order, Status
from simulator.quotes import Board
from simulator.randomness import uniform

_PERM_ID_BASE = 1_000_000_000


class OrderListener(Protocol):
    """Who is told what happens to orders."""

    def acknowledged(self, order: Order) -> None:
        """The order is in the book, or its state there or its terms have changed."""

    def executed(self, order: Order, executions: list[Execution]) -> None:
        """The order has filled, whole or in part; for a BAG the first execution is the BAG's."""

    def cancelled(self, order: Order) -> None:
        """The order has ended unfilled or partly filled; the reason is its `completed_text`."""


class Exchange:
    """Works orders against the board and books what fills.

    Args:
        board: displayed quotes.
        hours: when contracts trade.
        booking: turns fills into executions.
        seed: of fills inside the spread and of the ids.
        listener: who is told.
    """

    def __init__(
        self, *, board: Board, hours: Hours, booking: Booking, seed: int, listener: OrderListener
    ) -> None:
        self._board = board
        self._hours = hours
        self._booking = booking
        self._seed = seed
        self._listener = listener
        self.orders: dict[int, Order] = {}

    def next_perm_id(self) -> int:
        """Return a new id, unique over all clients and the same in every run of one seed."""
        return _PERM_ID_BASE + int(uniform(self._seed, "permId") * 500_000_000) + len(self.orders)

    def working(self) -> list[Order]:
        """Return the orders that can still fill, oldest first."""
        return [order for order in self.orders.values() if order.is_working]

    def accept(self, order: Order, now: datetime) -> None:
        """Take a new order, tell of it and match it."""
        self.orders[order.perm_id] = order
        self.amended(order, now)

    def amended(self, order: Order, now: datetime) -> None:
        """Tell of new or changed terms and match the order."""
        order.rested = False
        if order.ticket.transmit:
            order.status = self._status_at(order, now)
        self._listener.acknowledged(order)
        self._match(order, now)
        if order.ticket.tif == "IOC" and order.is_working:
            self.end(order, now, "immediate-or-cancel: the rest could not be filled at once")

    def refused(self, order: Order, now: datetime, status: Status, reason: str) -> None:
        """Keep an order that was never worked among the completed ones; its caller has told the client."""
        self.orders[order.perm_id] = order
        order.status, order.completed_at, order.completed_text = status, now, reason

    def end(self, order: Order, now: datetime, reason: str) -> None:
        """Cancel a working order."""
        order.status, order.completed_at, order.completed_text = Status.CANCELLED, now, reason
        self._listener.cancelled(order)

    def begin_instant(self, now: datetime) -> None:
        """End DAY orders whose session is over and submit those whose hours have begun."""
        for order in self.working():
            if order.fill_cap is not None and order.capped_on != new_york_day(now):
                order.fill_cap = None
            if order.expires_at is not None and now > order.expires_at:
                self.end(order, now, "the DAY order expired at the end of its session")
            elif order.ticket.transmit and order.status != (status := self._status_at(order, now)):
                order.status = status
                self._listener.acknowledged(order)

    def match_all(self, now: datetime) -> None:
        """Match every working order against this instant's quotes, oldest first."""
        for order in self.working():
            self._match(order, now)

    def cancel_contract(self, item: Instrument, now: datetime) -> None:
        """Cancel the orders on a contract that has expired."""
        for order in self.working():
            if any(leg.instrument.con_id == item.con_id for leg in order.legs):
                self.end(order, now, f"{item.local_symbol} has expired")

    def _status_at(self, order: Order, now: datetime) -> Status:
        is_open = self._hours.is_open(order.contract, now)
        return Status.SUBMITTED if is_open or order.filled else Status.PRE_SUBMITTED

    def _match(self, order: Order, now: datetime) -> None:
        if not order.ticket.transmit or not self._hours.is_open(order.contract, now):
            return
        buys = order.ticket.action == "BUY"
        wanted = (
            order.remaining if order.fill_cap is None else min(order.remaining, order.fill_cap - order.filled)
        )
        fill = decide(
            buys=buys,
            limit=order.ticket.limit_price,
            wanted=wanted,
            rested=order.rested,
            quote=self._board.available(order.contract),
            # One draw a minute, however often the clock beats.
            chance=uniform(self._seed, "inside", order.perm_id, int(now.timestamp()) // 60),
        )
        if fill is None:
            order.rested = True
            return
        self._listener.executed(order, self._booking.execute(order, fill, now))
