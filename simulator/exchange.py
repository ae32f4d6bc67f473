"""The order book of the gateway's clients: working, matching and ending their orders."""

from datetime import datetime
from typing import Protocol

from simulator.booking import Booking
from simulator.hours import Hours, new_york_day
from simulator.instruments import Instrument
from simulator.linked_orders import children_of, reductions
from simulator.matching import Fill, decide, is_reached, midpoint_limit
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

    Attributes:
        orders: every order ever, by permId.
        is_halted: nothing fills (a fault).
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
        self.is_halted = False

    def next_perm_id(self) -> int:
        """Return a new id, unique over all clients and the same in every run of one seed."""
        return _PERM_ID_BASE + int(uniform(self._seed, "permId") * 500_000_000) + len(self.orders)

    def working(self) -> list[Order]:
        """Return the orders that can still fill, oldest first."""
        return [order for order in self.orders.values() if order.is_working]

    def keep(self, order: Order) -> None:
        """Take a new order on the gateway's screen and tell of it; it is not at the broker yet."""
        self.orders[order.perm_id] = order
        self._listener.acknowledged(order)

    def accept(self, order: Order, now: datetime) -> None:
        """Take a new order, tell of it and match it."""
        self.orders[order.perm_id] = order
        self.amended(order, now)

    def amended(self, order: Order, now: datetime) -> None:
        """Tell of new or changed terms and match the order."""
        order.rested = False
        if order.transmitted:
            order.status = self._status_at(order, now)
        self._listener.acknowledged(order)
        self._match(order, now)
        if order.ticket.tif == "IOC" and order.is_working and order.may_work(now):
            self.end(order, now, "immediate-or-cancel: the rest could not be filled at once")

    def refused(self, order: Order, now: datetime, status: Status, reason: str) -> None:
        """Keep an order that was never worked among the completed ones; its caller has told the client."""
        self.orders[order.perm_id] = order
        order.status, order.completed_at, order.completed_text = status, now, reason

    def end(self, order: Order, now: datetime, reason: str, by_client: int | None = None) -> None:
        """Cancel a working order, and what waits for its fill."""
        order.status, order.completed_at, order.completed_text = Status.CANCELLED, now, reason
        order.ended_by = None if by_client == order.client_id else by_client
        self._listener.cancelled(order)
        for child in children_of(order, self.working()):
            if order.filled:
                # What was bought may still be sold, and no more than that.
                child.quantity = min(child.quantity, order.filled)
                self.amended(child, now)
            else:
                self.end(child, now, "its parent order was cancelled")

    def begin_instant(self, now: datetime) -> None:
        """End DAY and GTD orders whose time is over and submit those whose hours have begun."""
        for order in self.working():
            if not order.is_working:
                continue  # ended with its parent, earlier in this loop
            if order.fill_cap is not None and order.capped_on != new_york_day(now):
                order.fill_cap = None
            if order.expires_at is not None and now > order.expires_at:
                span = "session" if order.ticket.tif == "DAY" else "time"
                self.end(order, now, f"the {order.ticket.tif} order expired at the end of its {span}")
            elif order.transmitted and order.status != (status := self._status_at(order, now)):
                order.status = status
                self._listener.acknowledged(order)

    def match_all(self, now: datetime) -> None:
        """Match every working order against this instant's quotes, oldest first."""
        for order in self.working():
            self._match(order, now)

    def fill_rest(self, order: Order, now: datetime) -> None:
        """Fill what remains of an order at its limit or, without one, at the far side (a fault)."""
        quote = self._board.available(order.contract)
        price = order.ticket.limit_price
        if price is None and quote.mark is not None:
            price = quote.ask if order.ticket.action == "BUY" else quote.bid
        if price is not None and self._is_open(order, now) and order.may_work(now):
            left = order.remaining
            fill = Fill(price=price, quantity=left)
            self._listener.executed(order, self._booking.execute(order, fill, now))
            self._settle_links(order, left, now)

    def cancel_contract(self, item: Instrument, now: datetime) -> None:
        """Cancel the orders on a contract that has expired."""
        for order in self.working():
            if order.is_working and any(leg.instrument.con_id == item.con_id for leg in order.legs):
                self.end(order, now, f"{item.local_symbol} has expired")

    def _is_open(self, order: Order, now: datetime) -> bool:
        """Return whether an order's sessions are on: the regular hours, or all if it works outside them."""
        if order.extended:
            return self._hours.is_open(order.contract, now)
        return self._hours.is_regular(order.contract, now)

    def _status_at(self, order: Order, now: datetime) -> Status:
        works = self._is_open(order, now) and order.triggered and order.may_work(now)
        return Status.SUBMITTED if works or order.filled else Status.PRE_SUBMITTED

    def _match(self, order: Order, now: datetime) -> None:
        if self.is_halted or not (order.is_working and order.may_work(now) and self._is_open(order, now)):
            return
        if not self._has_triggered(order, now):
            return
        fill = self._fill_of(order, now)
        if fill is None:
            order.rested = True
            return
        left_before = order.remaining
        self._listener.executed(order, self._booking.execute(order, fill, now))
        self._settle_links(order, left_before, now)

    def _has_triggered(self, order: Order, now: datetime) -> bool:
        """Trigger a stop order whose price is reached; return whether the order works."""
        if not order.triggered:
            stop = order.ticket.aux_price
            assert stop is not None
            quote = self._board.available(order.contract)
            if not is_reached(buys=order.ticket.action == "BUY", stop=stop, quote=quote):
                return False
            order.triggered = True
            order.status = self._status_at(order, now)
            self._listener.acknowledged(order)
        return True

    def _fill_of(self, order: Order, now: datetime) -> Fill | None:
        buys = order.ticket.action == "BUY"
        quote = self._board.available(order.contract)
        limit = order.ticket.limit_price
        if order.ticket.order_type == "MIDPRICE":
            limit = midpoint_limit(buys=buys, cap=limit, quote=quote)
        elif order.ticket.order_type == "STP":
            limit = None
        wanted = (
            order.remaining if order.fill_cap is None else min(order.remaining, order.fill_cap - order.filled)
        )
        fill = decide(
            buys=buys,
            limit=limit,
            wanted=wanted,
            rested=order.rested,
            quote=quote,
            # One draw a minute, however often the clock beats.
            chance=uniform(self._seed, "inside", order.perm_id, int(now.timestamp()) // 60),
        )
        if fill is not None and order.ticket.terms.flag("allOrNone") and fill.quantity < order.remaining:
            return None
        return fill

    def _settle_links(self, order: Order, left_before: int, now: datetime) -> None:
        """Cancel or reduce the rest of a one-cancels-all group, and let children work."""
        for other, quantity in reductions(order, left_before, self.working()):
            if quantity > other.filled:
                other.quantity = quantity
                self._listener.acknowledged(other)
            else:
                self.end(other, now, "another order of its group was filled")
        if not order.remaining:
            for child in children_of(order, self.working()):
                self.amended(child, now)
