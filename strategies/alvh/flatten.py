"""Closing everything that is held, because a person said so; nothing is opened meanwhile.

Gate 1 and the pace of orders hold as for any other order: what cannot be closed in this session, or in so
many tries, is taken up in the next one.
"""

from decimal import Decimal

from msgspec import structs

from strategies.alvh.plans import add_plan, end_plan, plans_for
from strategies.alvh.submit import submit
from strategies.core.book import has_live_order
from strategies.core.commands import REDUCING, Leg, Purpose
from strategies.core.gates import order_pace, ready
from strategies.core.holdings import Condor, Layer, LayerState, Order, OrderStage, Plan, PlanStage
from strategies.core.instruments import Instrument
from strategies.core.market import Unavailable
from strategies.core.notes import note_layer
from strategies.core.order_price import limit_price, make_intent
from strategies.core.records import Verdict
from strategies.core.selection import closing_quotes
from strategies.core.turn import Turn


def step_when_due(turn: Turn) -> None:
    """Drop what would open, and in open hours order the end of everything that has no order yet."""
    if not turn.state.trading.flatten:
        return
    for plan in list(turn.state.plans.values()):
        if plan.purpose not in REDUCING and plan.stage is not PlanStage.ORDERED:
            end_plan(turn, plan, "dropped", "everything is being closed")
    if not turn.in_session:
        return
    for layer in list(turn.state.layers.values()):
        if layer.positions and _may_try(turn, layer.layer_id):
            _close_layer(turn, layer)
    for condor in list(turn.state.condors.values()):
        if any(condor.held.values()) and _may_try(turn, condor.condor_id):
            _plan_exit(turn, condor)


def _may_try(turn: Turn, subject: str) -> bool:
    """Whether nothing is on its way for it, and the tries of this session are not used up."""
    if has_live_order(turn.state, subject) or plans_for(turn, subject):
        return False
    session, since = turn.session, turn.state.trading.since
    assert session is not None
    assert since is not None
    begin = max(since, session.open)
    tries = sum(
        order.intent.subject == subject and order.intended_at >= begin for order in turn.state.orders.values()
    )
    return tries < turn.rules.orders.attempts_per_plan_max


def _plan_exit(turn: Turn, condor: Condor) -> None:
    """Plan the condor's exit for now; it takes the way of every other exit."""
    add_plan(
        turn,
        Plan(
            plan_id="",
            purpose=Purpose.CONDOR_CLOSE,
            subject=condor.condor_id,
            session=turn.today,
            not_before=turn.now,
            trigger=f"flatten: {turn.state.trading.reason}",
        ),
    )


def _close_layer(turn: Turn, layer: Layer) -> None:
    """Sell all of a layer; one with a sold leg is closed as one combo."""
    subject = f"flatten:{layer.layer_id}"
    held = layer.positions
    quotes = closing_quotes(turn, [option for option, _ in held])
    if isinstance(quotes, Unavailable):
        turn.decide(subject, "waiting", [Verdict(rule="quote", verdict="unavailable", reason=quotes.reason)])
        return
    units = min(abs(count) for _, count in held)
    legs = tuple(_leg(option, count, units) for option, count in held)
    verdicts = [ready(turn, adds_risk=False, subject=layer.layer_id), order_pace(turn)]
    if any(verdict.verdict != "pass" for verdict in verdicts):
        turn.decide(subject, "waiting", verdicts)
        return
    purpose = Purpose.CUT_CLOSE if layer.short is not None else Purpose.LAYER_PEEL
    limit = limit_price(legs, quotes, turn.rules.orders.cross_share)
    intent = make_intent(turn, purpose, layer.layer_id, legs, units, limit)
    # A person asked for it: it is not proposed to one.
    order = Order(intent=intent, stage=OrderStage.INTENDED, intended_at=turn.now, changed_at=turn.now)
    closing = structs.replace(layer, state=LayerState.PEELING)
    submit(
        turn,
        subject,
        order,
        verdicts,
        Decimal(0),
        lambda: note_layer(turn, closing, turn.state.trading.reason),
    )


def _leg(option: Instrument, count: int, units: int) -> Leg:
    """Return the leg that, times `units`, undoes a position of `count` contracts, or as many as fit."""
    each = abs(count) // units
    return Leg(instrument=option, ratio=-each if count > 0 else each)
