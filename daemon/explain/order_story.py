"""What the records say about one order, gathered record by record."""

from decimal import Decimal

from daemon.explain.records import Found
from daemon.explain.words import at_words, decision_words
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.commands import CancelOrder, PlaceOrder
from strategies.core.corrections import execution_stem
from strategies.core.records import Decision, Fill, OrderIntended, OrderState, Proposal, Requested


class OrderStory:
    """The life of one order.

    Args:
        ref: the order's reference.
    """

    def __init__(self, ref: str) -> None:
        self.intended: OrderIntended | None = None
        self.state = ""
        self.cash_usd = Decimal(0)
        self._ref = ref
        self._told: list[tuple[int, str]] = []
        self._legs: dict[str, int] = {}
        self._fills: list[str] = []
        self._commissions: dict[str, Decimal] = {}
        self._snapshot_said = ""

    @property
    def filled(self) -> int:
        """Units of which every leg was booked."""
        assert self.intended is not None
        legs = self.intended.legs
        return min(self._legs.get(leg.instrument.key, 0) // abs(leg.ratio) for leg in legs)

    @property
    def commission_usd(self) -> Decimal:
        """The commissions of what was booked."""
        return sum((self._commissions.get(stem, Decimal(0)) for stem in self._fills), Decimal(0))

    @property
    def uncharged(self) -> int:
        """How many booked executions have no commission yet."""
        return sum(stem not in self._commissions for stem in self._fills)

    def lines(self) -> list[str]:
        """Return the life in words, in order."""
        return [text for _, text in sorted(self._told, key=lambda told: told[0])]

    def take(self, found: Found) -> None:
        """Take in a record; what does not concern the order changes nothing."""
        seq, item = found
        match item:
            case Decision(outcome=outcome) if outcome == "proposed" or any(map(self._places, item.commands)):
                self._told += [(seq, f"  {line}") for line in decision_words(seq, item)]
            case Requested() if any(self._cancels(command) for command in item.commands):
                self._tell(found, f"we ask for a cancel: {item.why}")
            case Proposal(order_ref=self._ref):
                self._propose(found, item)
            case OrderIntended(order_ref=self._ref):
                self.intended = item
                self._tell(found, "the intent is on disk")
            case OrderIntended(supersedes=self._ref):
                self._tell(found, f"{item.order_ref} is tried in its place")
            case OrderState(order_ref=self._ref):
                self.state = item.state
                reason = f": {item.reason}" if item.reason else ""
                self._tell(found, f"it is {item.state}, {item.filled} filled{reason}")
            case Fill(order_ref=self._ref):
                self._book(found, item)
            case ev.Snapshot():
                self._in_snapshot(found, item)
            case ev.Commission():
                self._charge(found, item.exec_id, item.commission_usd)
            case _:
                self._take_report(found)

    def _take_report(self, found: Found) -> None:
        match found.item:
            case ev.OrderTransmitted(order_ref=self._ref, order_id=number):
                self._tell(found, f"handed to the gateway's socket as order {number}")
            case ev.OrderNotTransmitted(order_ref=self._ref, reason=reason):
                self._tell(found, f"certainly not sent: {reason}")
            case ev.OrderStatus(order_ref=self._ref) as status:
                doubt = "" if status.confirmed else ", inferred only"
                reason = f": {status.reason}" if status.reason else ""
                self._tell(
                    found,
                    f"the broker says {status.status}, {status.filled} filled, {status.remaining} remaining"
                    f"{doubt}{reason}",
                )
            case ev.ExecutionReported(execution=execution) if execution.order_ref == self._ref:
                self._tell(found, _execution_words(execution))

    def _propose(self, found: Found, item: Proposal) -> None:
        """A proposal that was withdrawn is all there ever was of its order."""
        self.state = item.state
        if self.intended is None:
            self.intended = OrderIntended(
                time=item.time,
                order_ref=item.order_ref,
                purpose=item.purpose,
                subject=item.subject,
                quantity=item.quantity,
                limit=item.limit,
                legs=item.legs,
            )
        self._tell(found, f"the proposal is {item.state}: {item.reason}")

    def _in_snapshot(self, found: Found, snapshot: ev.Snapshot) -> None:
        """What a snapshot says of the order; the same again is not told again."""
        seen = next(
            (o for o in (*snapshot.open_orders, *snapshot.completed_orders) if o.order_ref == self._ref), None
        )
        said = f"a snapshot of the broker shows it {seen.status}, {seen.filled} filled" if seen else ""
        if said and said != self._snapshot_said:
            self._snapshot_said = said
            self._tell(found, said)
        for exec_id, commission in snapshot.commissions:
            self._commissions.setdefault(execution_stem(exec_id), commission)

    def _book(self, found: Found, fill: Fill) -> None:
        assert self.intended is not None
        self._fills.append(execution_stem(fill.exec_id))
        self._legs[fill.instrument] = self._legs.get(fill.instrument, 0) + fill.quantity
        multiplier = next(
            leg.instrument.multiplier for leg in self.intended.legs if leg.instrument.key == fill.instrument
        )
        signed = fill.quantity if fill.side == "SLD" else -fill.quantity
        self.cash_usd += signed * fill.price * multiplier
        self._tell(found, f"booked: {fill.side} {fill.quantity} {fill.instrument} at {fill.price}")

    def _charge(self, found: Found, exec_id: str, commission_usd: Decimal) -> None:
        stem = execution_stem(exec_id)
        self._commissions.setdefault(stem, commission_usd)
        if stem in self._fills:
            self._tell(found, f"commission of execution {exec_id}: {commission_usd} USD")

    def _places(self, command: object) -> bool:
        return isinstance(command, PlaceOrder) and command.intent.order_ref == self._ref

    def _cancels(self, command: object) -> bool:
        return isinstance(command, CancelOrder) and command.order_ref == self._ref

    def _tell(self, found: Found, text: str) -> None:
        self._told.append((found.seq, f"  seq {found.seq}, {at_words(found.item.time)}: {text}"))


def _execution_words(execution: facts.Execution) -> str:
    side = "BOT" if execution.bought else "SLD"
    what = execution.instrument or "the combo"
    return (
        f"executed: {side} {execution.quantity} {what} at {execution.price}, {at_words(execution.at)} "
        f"(execution {execution.exec_id})"
    )
