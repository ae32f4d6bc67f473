"""The one door through which every intent leaves: the last gate, then an order or a proposal."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from strategies.alvh.equity import book_equity_usd
from strategies.alvh.never_raise import size_gate
from strategies.core.commands import REDUCING, Intent, PlaceOrder, Purpose
from strategies.core.events import ProposalAnswered
from strategies.core.gates import count_order, order_pace, ready
from strategies.core.holdings import Order, OrderStage
from strategies.core.notes import note_proposal
from strategies.core.orders import Report, move
from strategies.core.records import Verdict
from strategies.core.turn import Turn


def submit(
    turn: Turn,
    subject: str,
    order: Order,
    verdicts: Sequence[Verdict],
    premium_usd: Decimal,
    then: Callable[[], None],
) -> None:
    """Ask the last gate, then send the order, or propose it where an operator decides.

    Args:
        turn: the turn at hand.
        subject: the name under which the decision is recorded.
        order: the order, proposed or intended (`stage_at_birth`).
        verdicts: what it has passed so far.
        premium_usd: what it may pay, towards the caps.
        then: what follows once it has left; a refusal is recorded, and nothing follows.
    """
    verdicts = [*verdicts, *last_gate(turn, order.intent)]
    if any(v.verdict in {"refuse", "unavailable"} for v in verdicts):
        turn.decide(subject, "refused", verdicts)
        return
    proposed = order.stage is OrderStage.PROPOSED
    count_order(turn, premium_usd, sent=not proposed)
    turn.put_order(structs.replace(order, verdicts=tuple(verdicts)) if proposed else order)
    if proposed:
        turn.decide(subject, "proposed", verdicts, anew=True)
        note_proposal(turn, order, "waits for an operator")
    else:
        turn.decide(subject, "ordered", verdicts, PlaceOrder(intent=order.intent))
    then()


def stage_at_birth(turn: Turn) -> OrderStage:
    """Return the stage in which a new order begins; what a person had closed is not proposed to one."""
    asked_for = turn.state.trading.flatten
    return OrderStage.PROPOSED if turn.rules.mode == "advise" and not asked_for else OrderStage.INTENDED


def last_gate(turn: Turn, intent: Intent) -> list[Verdict]:
    """Return what is asked of any order whatever made it: a condor is never larger after a loss."""
    if intent.purpose is not Purpose.CONDOR_OPEN:
        return []
    counters = turn.state.counters
    equity, level = book_equity_usd(turn), counters.equity_to_pass_usd
    return [
        size_gate(
            contracts=intent.quantity,
            last_contracts=counters.lost_contracts,
            equity_usd=None if equity is None else float(equity),
            equity_before_loss_usd=None if level is None else float(level),
        )
    ]


def on_answer(turn: Turn, event: ProposalAnswered) -> None:
    """An operator approved or refused a proposal; what has lapsed or gone meanwhile is not brought back."""
    let_lapse(turn)
    order = turn.state.orders.get(event.order_ref)
    if order is None or order.stage is not OrderStage.PROPOSED:
        return
    said = f"by {event.by}" + (f": {event.reason}" if event.reason else "")
    if not event.approved:
        withdraw(turn, order, f"refused {said}")
        return
    adds_risk = order.intent.purpose not in REDUCING
    gate = ready(turn, adds_risk=adds_risk, subject=order.intent.subject)
    verdicts = [gate, order_pace(turn), *last_gate(turn, order.intent)]
    if any(v.verdict in {"refuse", "unavailable"} for v in verdicts):
        turn.decide(f"proposal:{order.ref}", "refused", verdicts, anew=True)
        return
    count_order(turn)
    said = f"approved {said}"
    # From here on it is an order like any other, as old as its approval; its limit is the one proposed.
    move(turn, order, Report.APPROVED, said, intended_at=turn.now, verdicts=(), answer=said)
    approved = structs.replace(turn.state.orders[order.ref], intended_at=order.intended_at)
    note_proposal(turn, approved, said)
    turn.decide(f"proposal:{order.ref}", "ordered", verdicts, PlaceOrder(intent=order.intent))


def let_lapse(turn: Turn) -> None:
    """Withdraw the proposals that nobody answered in time."""
    lifetime = timedelta(seconds=turn.rules.advise.lifetime_s)
    for order in list(turn.state.orders.values()):
        if order.stage is not OrderStage.PROPOSED:
            continue
        if turn.now - order.intended_at >= lifetime:
            withdraw(turn, order, "lapsed: nobody answered in time")
        elif turn.state.trading.flatten:
            withdraw(turn, order, "everything is being closed")
        elif not turn.in_session:
            withdraw(turn, order, "lapsed: the session is over")


def withdraw(turn: Turn, order: Order, reason: str) -> None:
    """End a proposal that is not to be sent."""
    move(turn, order, Report.WITHDRAWN, reason, verdicts=(), answer=reason)
    note_proposal(turn, turn.state.orders[order.ref], reason)
