"""Orders without a wire: acknowledged at once, filled at the far side as soon as the limit reaches it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from research.account import Account
from research.fees import commission_usd
from research.quoting import Quoting
from strategies.core import events as ev
from strategies.core.commands import Intent, Leg
from strategies.core.facts import Execution, OrderSeen

_PERM_ID_BASE = 1_000_000_000


@dataclass(slots=True, kw_only=True)
class _Working:
    intent: Intent
    perm_id: int


@dataclass(slots=True, kw_only=True)
class Desk:
    """Works orders against the quotes of the instant.

    Attributes:
        quoting: quotes.
        account: what fills are booked to.
        executions: today's, for snapshots.
        commissions: today's, by execution id.
    """

    quoting: Quoting
    account: Account
    executions: list[Execution] = field(default_factory=list)
    commissions: list[tuple[str, Decimal]] = field(default_factory=list)
    _working: dict[str, _Working] = field(default_factory=dict)
    _completed: dict[str, OrderSeen] = field(default_factory=dict)
    _orders: int = 0
    _fills: int = 0

    def begin_day(self) -> None:
        """Forget yesterday: orders are for a day, and a broker repeats executions of the day only."""
        self.executions.clear()
        self.commissions.clear()
        self._completed.clear()

    def open_orders(self) -> tuple[OrderSeen, ...]:
        """Return what still works, oldest first."""
        return tuple(_seen(w, "Submitted", 0) for w in self._working.values())

    def completed_orders(self) -> tuple[OrderSeen, ...]:
        """Return what ended today, oldest first."""
        return tuple(self._completed.values())

    def place(self, intent: Intent, now: datetime) -> Iterator[ev.AnyEvent]:
        """Take an order in; yield what the broker would say."""
        self._orders += 1
        made = _Working(intent=intent, perm_id=_PERM_ID_BASE + self._orders)
        self._working[intent.order_ref] = made
        yield ev.OrderTransmitted(time=now, order_ref=intent.order_ref, order_id=self._orders)
        yield _status(made, "Submitted", now)
        yield from self._try(made, now)

    def work(self, now: datetime) -> Iterator[ev.AnyEvent]:
        """Try every resting order at the quotes of the instant."""
        for made in list(self._working.values()):
            yield from self._try(made, now)

    def cancel(self, order_ref: str, now: datetime) -> Iterator[ev.AnyEvent]:
        """Cancel an order; one that is over is not known any more, as at the broker."""
        made = self._working.get(order_ref)
        if made is not None:
            yield self._end(made, "Cancelled", now)

    def end_of_session(self, now: datetime) -> Iterator[ev.AnyEvent]:
        """Cancel what has not filled: all orders are day orders."""
        for made in list(self._working.values()):
            yield self._end(made, "Cancelled", now)

    def _end(self, made: _Working, status: str, now: datetime) -> ev.OrderStatus:
        del self._working[made.intent.order_ref]
        filled = made.intent.quantity if status == "Filled" else 0
        self._completed[made.intent.order_ref] = _seen(made, status, filled)
        return _status(made, status, now)

    def _try(self, made: _Working, now: datetime) -> Iterator[ev.AnyEvent]:
        prices = self._far_side(made.intent.legs)
        if prices is None:
            return
        legs = made.intent.legs
        net = sum((leg.ratio * p for leg, p in zip(legs, prices, strict=True)), Decimal(0))
        sells = len(legs) == 1 and legs[0].ratio < 0
        if net > (-made.intent.limit if sells else made.intent.limit):
            return
        self._fills += 1
        charged = Decimal(0)
        for number, (leg, price) in enumerate(zip(legs, prices, strict=True), start=1):
            execution = self._execution(made, leg, price, number, now)
            cost = commission_usd(leg.instrument.trading_class, int(execution.quantity), charged)
            charged += cost
            signed = leg.ratio * made.intent.quantity
            self.account.pot_of(made.intent.purpose).trade(leg.instrument, signed, price, cost)
            self.executions.append(execution)
            self.commissions.append((execution.exec_id, cost))
            yield ev.ExecutionReported(time=now, execution=execution)
            yield ev.Commission(time=now, exec_id=execution.exec_id, commission_usd=cost)
        yield self._end(made, "Filled", now)

    def _far_side(self, legs: Sequence[Leg]) -> list[Decimal] | None:
        """Return each leg's price if it traded now: bought at the ask, sold at the bid, which may be zero."""
        prices = []
        for leg in legs:
            quote = self.quoting.quote(leg.instrument)
            if quote.ask is None:
                return None
            bid = quote.bid or 0.0
            if leg.ratio < 0 and bid <= 0.0 and len(legs) == 1:
                return None
            prices.append(Decimal(repr(quote.ask if leg.ratio > 0 else bid)))
        return prices

    def _execution(self, made: _Working, leg: Leg, price: Decimal, number: int, now: datetime) -> Execution:
        return Execution(
            exec_id=f"0000r001.{self._fills:08x}.{number:02d}.01",
            order_ref=made.intent.order_ref,
            perm_id=made.perm_id,
            instrument=leg.instrument.key,
            bought=leg.ratio > 0,
            quantity=Decimal(abs(leg.ratio) * made.intent.quantity),
            price=price,
            at=now,
        )


def _status(made: _Working, status: str, now: datetime) -> ev.OrderStatus:
    filled = made.intent.quantity if status == "Filled" else 0
    return ev.OrderStatus(
        time=now,
        order_ref=made.intent.order_ref,
        status=status,
        filled=Decimal(filled),
        remaining=Decimal(made.intent.quantity - filled),
        perm_id=made.perm_id,
    )


def _seen(made: _Working, status: str, filled: int) -> OrderSeen:
    return OrderSeen(
        order_ref=made.intent.order_ref,
        perm_id=made.perm_id,
        status=status,
        filled=Decimal(filled),
        remaining=Decimal(made.intent.quantity - filled),
    )
