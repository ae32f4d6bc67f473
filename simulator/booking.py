"""From a fill to executions: legs, prices, commissions, ids, and their place in account and ledger."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from simulator.account import Account
from simulator.fees import commission
from simulator.instruments import Combo, Leg
from simulator.ledger import Ledger
from simulator.matching import Fill, leg_prices
from simulator.orders import Execution, Order, Status
from simulator.quotes import Board
from simulator.randomness import uniform

# Fill numbers start here so that ids have the length and look of real ones (0000e0d5.69dd7411.01.01).
_FILL_NUMBER_BASE = 0x69000000


@dataclass(slots=True, kw_only=True)
class Booking:
    """Books fills to the account and the ledger.

    Attributes:
        board: quotes, and where trades use up displayed size.
        account: what is bought and sold.
        ledger: where executions are recorded.
        seed: of the execution ids.
        bag_commission: also report the sum of the legs' commissions on the BAG-level execution.
        executions: all of them, oldest first.
    """

    board: Board
    account: Account
    ledger: Ledger
    seed: int
    bag_commission: bool
    executions: list[Execution]
    fills: int = 0

    def execute(self, order: Order, fill: Fill, now: datetime) -> list[Execution]:
        """Book one fill of an order.

        Returns:
            Its executions: one for a single contract; for a BAG first the BAG's and then one per leg.
        """
        self.fills += 1
        order.filled += fill.quantity
        order.paid += fill.price * fill.quantity
        order.last_price = fill.price
        if not order.remaining:
            order.status, order.completed_at = Status.FILLED, now
            order.completed_text = f"Filled Size: {order.filled}"
        made = (
            self._single(order, fill, now)
            if not isinstance(order.contract, Combo)
            else self._bag(order, fill, now)
        )
        self.executions += made
        for execution in made:
            self._record(execution)
        return made

    def _single(self, order: Order, fill: Fill, now: datetime) -> list[Execution]:
        return [self._trade(order, order.legs[0], fill.price, fill, (1, now))]

    def _bag(self, order: Order, fill: Fill, now: datetime) -> list[Execution]:
        buys = order.ticket.action == "BUY"
        quotes = [self.board.quote(leg.instrument) for leg in order.legs]
        prices = leg_prices(order.legs, quotes, buys=buys, price=fill.price)
        charged = order.commission
        legs = [
            self._trade(order, leg, price, fill, (number, now))
            for number, (leg, price) in enumerate(zip(order.legs, prices, strict=True), start=2)
        ]
        whole = Execution(
            exec_id=self._exec_id(1),
            order=order,
            contract=order.contract,
            bought=buys,
            quantity=fill.quantity,
            price=fill.price,
            cumulative=order.filled,
            average_price=order.average_price,
            time=now,
            commission=order.commission - charged if self.bag_commission else None,
            realized=None,
        )
        return [whole, *legs]

    def _trade(self, order: Order, leg: Leg, price: float, fill: Fill, at: tuple[int, datetime]) -> Execution:
        """Trade one leg; `at` is the number of the execution within its fill, and the time."""
        bought, quantity = leg.sign(order.ticket.action) > 0, fill.quantity * leg.ratio
        self.board.take(leg.instrument, bought=bought, quantity=quantity, price=price)
        cost = commission(leg.instrument, quantity, order.commission)
        order.commission += cost
        realized: Decimal | None = self.account.book(
            leg.instrument, quantity if bought else -quantity, price, cost
        )
        is_bag = isinstance(order.contract, Combo)
        return Execution(
            exec_id=self._exec_id(at[0]),
            order=order,
            contract=leg.instrument,
            bought=bought,
            quantity=quantity,
            price=price,
            cumulative=order.filled * leg.ratio,
            average_price=price if is_bag else order.average_price,
            time=at[1],
            commission=cost,
            realized=realized,
        )

    def _exec_id(self, number: int) -> str:
        origin = int(uniform(self.seed, "execId") * 0x10000)
        return f"0000{origin:04x}.{_FILL_NUMBER_BASE + self.fills:08x}.{number:02d}.01"

    def _record(self, execution: Execution) -> None:
        order, contract = execution.order, execution.contract
        self.ledger.write(
            "execution",
            execution.time,
            exec_id=execution.exec_id,
            client=order.client_id,
            order_id=order.ticket.order_id,
            order_ref=order.ticket.order_ref,
            perm_id=order.perm_id,
            contract="BAG" if isinstance(contract, Combo) else contract.local_symbol,
            side="BOT" if execution.bought else "SLD",
            shares=execution.quantity,
            price=execution.price,
            commission=None if execution.commission is None else str(execution.commission),
        )
