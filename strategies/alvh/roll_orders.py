"""Carrying out a roll: the held call sold and the same strike of the target expiry bought, as one combo."""

from decimal import Decimal

from msgspec import structs

from strategies.alvh.forward_vol import roll_forward_vol_verdict
from strategies.alvh.layer_gates import Proposal, roll_verdicts
from strategies.alvh.layer_orders import new_layer, next_layer_id, tenor_of
from strategies.alvh.plans import end_plan, listing_for, plan_subject, send, start_selecting, timed_out
from strategies.alvh.time_shift import later_verdict
from strategies.core.book import has_live_order
from strategies.core.commands import Leg, Purpose
from strategies.core.gates import premium_verdict, ready
from strategies.core.holdings import Condor, CondorState, Layer, LayerState, Plan, PlanStage
from strategies.core.instruments import Instrument, Right
from strategies.core.market import mark_of
from strategies.core.notes import note_layer
from strategies.core.option_model import years_to_settlement
from strategies.core.order_price import limit_price, make_intent
from strategies.core.records import Verdict
from strategies.core.selection import closing_quotes, volatility_at
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable


def carry_out(turn: Turn, plan: Plan) -> None:
    """Find the same strike in the target expiry, ask the gates, and send the calendar."""
    layer = turn.state.layers.get(plan.subject)
    if layer is None or not layer.peelable:
        turn.drop_plan(plan.plan_id)
        return
    condor = turn.state.condors.get(layer.condor_id)
    if condor is None or condor.state is not CondorState.OPEN:
        end_plan(turn, plan, "refused", "the condor is no longer open: the layer is not rolled")
        return
    gate = ready(turn)
    if gate.verdict != "pass":
        turn.decide(plan_subject(plan), "waiting", [gate])
    elif has_live_order(turn.state, layer.layer_id):
        busy = Verdict(rule="layer_free", verdict="refuse", reason="an order of the layer is on its way")
        turn.decide(plan_subject(plan), "waiting", [busy])
    elif plan.stage is PlanStage.WAITING:
        start_selecting(turn, plan, (layer.instrument.trading_class,), tenor_of(turn, layer.engine))
    elif timed_out(turn, plan):
        end_plan(turn, plan, "refused", "no quotes of both expiries in time")
    elif not plan.chosen:
        _choose(turn, plan, layer)
    else:
        _order(turn, plan, layer, condor)


def _choose(turn: Turn, plan: Plan, layer: Layer) -> None:
    later = later_verdict(turn, layer)
    listing = listing_for(turn, plan)
    if later.verdict != "pass":
        end_plan(turn, plan, "refused", later.reason)
    elif listing is not None and layer.instrument.strike not in listing.calls:
        end_plan(turn, plan, "refused", "the target expiry does not list the strike held")
    elif listing is not None:
        bought = listing.instrument(layer.instrument.strike, Right.CALL)
        turn.put_plan(structs.replace(plan, watching=(bought,), chosen=(bought,)))


def _order(turn: Turn, plan: Plan, layer: Layer, condor: Condor) -> None:
    bought, sold = plan.chosen[0], layer.instrument
    quotes = closing_quotes(turn, (bought, sold))
    if isinstance(quotes, Unavailable):
        return
    legs = (Leg(instrument=bought, ratio=1), Leg(instrument=sold, ratio=-1))
    limit = limit_price(legs, quotes, turn.rules.orders.cross_share)
    debit = limit * layer.held * bought.multiplier
    proposal = Proposal(
        engine=layer.engine,
        condor=condor,
        legs=legs,
        contracts=layer.held,
        debit_usd=debit,
        leaving=layer.layer_id,
    )
    verdicts = [
        ready(turn),
        _forward_vol(turn, sold, bought),
        *roll_verdicts(turn, proposal),
        premium_verdict(turn, debit),
    ]
    if any(v.verdict in {"refuse", "unavailable"} for v in verdicts):
        turn.drop_plan(plan.plan_id)
        turn.decide(plan_subject(plan), "refused", verdicts)
        return
    layer_id = next_layer_id(turn)
    intent = make_intent(turn, Purpose.LAYER_ROLL, layer.layer_id, legs, layer.held, limit, plan.last_ref)
    successor = _successor(turn, plan, layer, layer_id, bought)

    def then() -> None:
        note_layer(turn, structs.replace(layer, state=LayerState.ROLLING), plan.trigger)
        note_layer(turn, successor)

    send(turn, plan, intent, verdicts, then, max(debit, Decimal(0)), successor=layer_id)


def _successor(turn: Turn, plan: Plan, layer: Layer, layer_id: str, bought: Instrument) -> Layer:
    """Return the layer that continues the one that is sold; it keeps its age, condor and engine."""
    mark = mark_of(turn, bought)
    price = Decimal(0) if isinstance(mark, Unavailable) else Decimal(repr(mark))
    return structs.replace(
        new_layer(turn, plan, layer_id, bought, price),
        condor_id=layer.condor_id,
        opened_at=layer.opened_at,
        slot=layer.slot,
        episode=layer.episode,
        rolled_from=layer.layer_id,
    )


def _forward_vol(turn: Turn, sold: Instrument, bought: Instrument) -> Verdict:
    """Record the volatility that the two tenors imply for the time between them."""
    vols = []
    for option in (sold, bought):
        mark = mark_of(turn, option)
        vols.append(mark if isinstance(mark, Unavailable) else volatility_at(turn, option, mark))
    return roll_forward_vol_verdict(
        near_vol=vols[0],
        near_years=years_to_settlement(sold, turn.now),
        far_vol=vols[1],
        far_years=years_to_settlement(bought, turn.now),
        rules=turn.rules.roll,
    )
