"""What waits for an operator's word, and taking that word: `proposals`, `approve`, `refuse`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from msgspec import Struct

from daemon.control.commands import Command, text_of
from daemon.control.on_record import OnRecord
from daemon.errors import HedgedError
from daemon.loop import Loop
from strategies.core.commands import Leg
from strategies.core.events import ProposalAnswered
from strategies.core.holdings import Order, OrderStage
from strategies.core.records import Decision, Verdict
from strategies.core.state import State

_DECISION = b'{"kind":"decision"'
_NO = frozenset({"refuse", "unavailable"})


class ProposalLine(Struct, frozen=True, kw_only=True):
    """An order that waits for an operator.

    `limit`: points per unit, for a combo positive is paid and negative received; `trigger`: what it was
    planned on; `rules`: each rule that let it pass.
    """

    order_ref: str
    purpose: str
    subject: str
    quantity: int
    limit: Decimal
    legs: tuple[Leg, ...]
    trigger: str
    rules: tuple[Verdict, ...]
    proposed_at: datetime
    lapses_at: datetime
    lapses_in_s: float


class Waiting(Struct, frozen=True, kw_only=True):
    """Every proposal at one moment, the oldest first; `mode` is the setting."""

    time: datetime
    mode: str
    proposals: tuple[ProposalLine, ...]


class Answered(Struct, frozen=True, kw_only=True):
    """What became of an answer: the order, and the record that says so."""

    order_ref: str
    seq: int
    text: str


def waiting(state: State, now: datetime) -> tuple[ProposalLine, ...]:
    """Return what waits for an operator at `now` (aware), the oldest first; the lapsed are left out."""
    lifetime = timedelta(seconds=state.rules.advise.lifetime_s)
    return tuple(
        ProposalLine(
            order_ref=order.ref,
            purpose=order.intent.purpose,
            subject=order.intent.subject,
            quantity=order.intent.quantity,
            limit=order.intent.limit,
            legs=order.intent.legs,
            trigger=plan.trigger if (plan := state.plans.get(order.plan)) is not None else "",
            rules=order.verdicts,
            proposed_at=order.intended_at,
            lapses_at=order.intended_at + lifetime,
            lapses_in_s=(order.intended_at + lifetime - now).total_seconds(),
        )
        for order in state.orders.values()
        if order.stage is OrderStage.PROPOSED and now - order.intended_at < lifetime
    )


def find_proposal(state: State, name: str) -> Order:
    """Return the proposal of that name: an order's reference, the end of one, or its layer or condor.

    Raises:
        HedgedError: there is none, more than one, or it waits no more.
    """
    named = [order for order in state.orders.values() if _answers_to(order, name)]
    found = [order for order in named if order.stage is OrderStage.PROPOSED]
    if len(found) == 1:
        return found[0]
    if found:
        raise HedgedError(f"{name} is short for {', '.join(order.ref for order in found)}: give one of them")
    over = [order for order in named if order.answer]
    if over:
        raise HedgedError(f"{over[-1].ref} waits no more: it is {over[-1].stage}, {over[-1].answer}")
    waits = ", ".join(o.ref for o in state.orders.values() if o.stage is OrderStage.PROPOSED) or "nothing"
    raise HedgedError(f"{name} is no proposal; what waits: {waits}")


def _answers_to(order: Order, name: str) -> bool:
    return name in {order.ref, order.intent.subject} or order.ref.endswith(f"-{name}")


class Proposals:
    """Shows operators what waits and carries their answers into the loop.

    Args:
        loop: returns the loop; made after this.
        now: the trading world's time; stamps the events.
        record: carries events into the loop.
    """

    def __init__(self, loop: Callable[[], Loop], now: Callable[[], datetime], record: OnRecord) -> None:
        self._loop = loop
        self._now = now
        self._record = record

    def answers(self) -> Mapping[str, Callable[[], Struct]]:
        """Return what can be asked for, by name."""
        return {"proposals": self._waiting}

    def commands(self) -> dict[str, Command]:
        """Return the commands by name."""
        return {"approve": self._approve, "refuse": self._refuse}

    def _waiting(self) -> Waiting:
        state, now = self._loop().state, self._now()
        return Waiting(time=now, mode=state.rules.mode, proposals=waiting(state, now))

    async def _approve(self, who: str, arguments: Mapping[str, str]) -> Answered:
        return await self._answer(who, text_of(arguments, "id"), "", approved=True)

    async def _refuse(self, who: str, arguments: Mapping[str, str]) -> Answered:
        name, reason = text_of(arguments, "id"), text_of(arguments, "reason")
        return await self._answer(who, name, reason, approved=False)

    async def _answer(self, who: str, name: str, reason: str, *, approved: bool) -> Answered:
        order = find_proposal(self._loop().state, name)
        event = ProposalAnswered(
            time=self._now(), order_ref=order.ref, approved=approved, by=who, reason=reason
        )
        verb = "approved" if approved else "refused"
        recorded = await self._record.put(event, f"{order.ref} is {verb}")
        after = self._loop().state.orders.get(order.ref)
        if after is not None and after.stage is OrderStage.PROPOSED:
            raise HedgedError(f"{order.ref} is not approved: {_objection(recorded.bodies)}; it waits on")
        answer = "" if after is None else after.answer
        if not answer.startswith(verb):
            raise HedgedError(f"{order.ref} is not {verb}: {answer or 'it is gone'}")
        told = "it goes out now" if approved else "it is withdrawn"
        return Answered(
            order_ref=order.ref,
            seq=recorded.seq,
            text=f"{order.ref} {answer}; {told} (record {recorded.seq})",
        )


def _objection(bodies: Sequence[bytes]) -> str:
    """Return which gates refused, and why, from the records of the answer's commit."""
    decisions = [msgspec.json.decode(body, type=Decision) for body in bodies if body.startswith(_DECISION)]
    rules = [rule for d in decisions if d.subject.startswith("proposal:") for rule in d.rules]
    return "; ".join(f"{rule.rule} refuses: {rule.reason}" for rule in rules if rule.verdict in _NO)
