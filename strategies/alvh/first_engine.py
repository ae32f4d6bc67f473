"""The first engine: VIX calls while RSI is in a band and the curve is in contango.

Decided per condor on a final bar, carried out in the next session; strategy section 3.
"""

from msgspec import structs

from strategies.alvh.bar import FinalBar
from strategies.alvh.plans import (
    Tenor,
    add_plan,
    end_plan,
    listing_for,
    plan_subject,
    plans_for,
    search,
    send,
    start_selecting,
    timed_out,
    watch_more,
)
from strategies.alvh.sizing import VIX_MULTIPLIER, break_even_gate, layer_size
from strategies.alvh.term_structure import Curve, curve
from strategies.core.commands import Leg, Purpose
from strategies.core.gates import layer_count, order_pace, ready
from strategies.core.holdings import Condor, CondorState, Engine, Layer, LayerState, Plan, PlanStage
from strategies.core.instruments import Instrument, Right
from strategies.core.market import Unavailable, future_of, future_price, two_sided
from strategies.core.notes import note_layer
from strategies.core.order_price import limit_price, make_intent
from strategies.core.records import Verdict
from strategies.core.rules import FirstEngineRules, RsiRules
from strategies.core.turn import Turn

ENGINE = Engine.FIRST
# Strikes beyond these multiples of F have deltas far outside any target in use.
_STRIKE_LOW, _STRIKE_HIGH = 0.85, 3.0


def fraction(rsi: float, bands: RsiRules, rules: FirstEngineRules) -> float:
    """Return the share of N: the minimum at the band edge, the maximum ten RSI points beyond it."""
    beyond = max(rsi - bands.overbought, bands.oversold - rsi, 0.0)
    share = min(beyond / rules.full_at_rsi_beyond, 1.0)
    return rules.fraction_min + share * (rules.fraction_max - rules.fraction_min)


def decide(turn: Turn, bar: FinalBar, condor: Condor, *, peel_zone: bool, exiting: bool) -> None:
    """Look at every rule of the first engine for one condor, and plan a layer if all agree."""
    verdicts = [
        band_verdict(bar, turn.rules.rsi),
        contango_verdict(turn, bar),
        _flag("armed", condor.armed, "the condor's trigger is not armed"),
        _flag("peel_zone", not peel_zone, "nothing is added while the peel condition holds"),
        _flag("not_exiting", not exiting, "the condor's exit is decided on this bar"),
        _flag("enabled", turn.rules.first_engine.enabled, "the first engine is switched off"),
        _confirmation(turn, condor),
    ]
    subject = f"{ENGINE}_engine:{condor.condor_id}"
    band = verdicts[0]
    if band.verdict != "fire" or bar.rsi is None:
        turn.decide(subject, "hold", verdicts)
        return
    following = turn.next_session()
    if any(v.verdict in {"refuse", "unavailable"} for v in verdicts) or following is None:
        turn.decide(subject, "refused", verdicts)
        return
    share = fraction(bar.rsi, turn.rules.rsi, turn.rules.first_engine)
    turn.decide(subject, "planned", [*verdicts, _share_verdict(bar.rsi, share)])
    add_plan(
        turn,
        Plan(
            plan_id="",
            purpose=Purpose.LAYER_OPEN,
            subject=condor.condor_id,
            session=following.day,
            not_before=turn.act_time(following),
            engine=ENGINE,
            trigger=f"{band.reason} {bar.rsi:.2f} in contango {bar.slope:+.2f} on {bar.day}",
            fraction=share,
        ),
    )


def band_verdict(bar: FinalBar, bands: RsiRules) -> Verdict:
    """Say whether RSI is in a band."""
    thresholds = {"oversold": bands.oversold, "overbought": bands.overbought}
    if bar.rsi is None:
        reason = bar.unavailable["rsi"]
        return Verdict(rule="rsi_band", verdict="unavailable", reason=reason, thresholds=thresholds)
    reason = "inside the bands"
    if bar.rsi > bands.overbought:
        reason = "overbought"
    elif bar.rsi < bands.oversold:
        reason = "oversold"
    return Verdict(
        rule="rsi_band",
        verdict="hold" if reason == "inside the bands" else "fire",
        reason=reason,
        inputs={"rsi": bar.rsi},
        thresholds=thresholds,
    )


def contango_verdict(turn: Turn, bar: FinalBar) -> Verdict:
    """Say whether the curve is in contango; without a curve nothing is added."""
    flat = turn.rules.term_structure.flat_points
    if bar.slope is None:
        reason = bar.unavailable["slope"]
        return Verdict(rule="contango", verdict="unavailable", reason=reason)
    shape = curve(bar.slope, flat)
    return Verdict(
        rule="contango",
        verdict="pass" if shape is Curve.CONTANGO else "refuse",
        reason="" if shape is Curve.CONTANGO else f"the curve is in {shape}",
        inputs={"m1": bar.m1, "m2": bar.m2, "slope": bar.slope},
        thresholds={"flat_points": flat},
    )


def _flag(rule: str, good: bool, reason: str) -> Verdict:  # noqa: FBT001 - the verdict is the flag
    return Verdict(rule=rule, verdict="pass" if good else "refuse", reason="" if good else reason)


def _share_verdict(rsi: float, share: float) -> Verdict:
    return Verdict(rule="fraction", verdict="pass", inputs={"rsi": rsi, "fraction": share})


def _confirmation(turn: Turn, condor: Condor) -> Verdict:
    """A second layer on a condor needs a divergence and an elevated P/E.

    Neither signal is computed yet, and what is unavailable is refused.
    """
    others = [
        layer.layer_id
        for layer in turn.state.layers.values()
        if layer.condor_id == condor.condor_id and layer.state is not LayerState.CLOSED
    ]
    planned = plans_for(turn, condor.condor_id)
    if not others and not planned:
        return Verdict(rule="confirmation", verdict="pass", inputs={"layers": 0})
    return Verdict(
        rule="confirmation",
        verdict="refuse",
        reason="the condor has a layer, and divergence and P/E are unavailable",
        inputs={"layers": len(others), "planned": len(planned)},
    )


def carry_out(turn: Turn, plan: Plan) -> None:
    """Choose the call, size it, ask the gates, and send."""
    condor = turn.state.condors.get(plan.subject)
    if condor is None or condor.state is not CondorState.OPEN:
        end_plan(turn, plan, "refused", "the condor is no longer open")
        return
    gate = ready(turn)
    if gate.verdict != "pass":
        turn.decide(plan_subject(plan), "waiting", [gate])
        return
    if plan.stage is PlanStage.WAITING:
        _start(turn, plan)
    elif timed_out(turn, plan):
        end_plan(turn, plan, "refused", "no contract could be chosen from quotes in time")
    else:
        _select(turn, plan, condor)


def _start(turn: Turn, plan: Plan) -> None:
    rules = turn.rules.first_engine
    tenor = Tenor(target=rules.dte_target, low=rules.dte_min, high=rules.dte_max)
    start_selecting(turn, plan, ("VIX",), tenor)


def _select(turn: Turn, plan: Plan, condor: Condor) -> None:
    """Close in on the target delta; with the contract found, order."""
    assert plan.listed is not None
    listing = listing_for(turn, plan)
    future = future_of(turn, plan.listed.expiry)
    forward = future if isinstance(future, Unavailable) else future_price(turn, future)
    if isinstance(forward, Unavailable) or listing is None:
        return
    options = [
        listing.instrument(strike, Right.CALL)
        for strike in listing.calls
        if _STRIKE_LOW * forward <= strike <= _STRIKE_HIGH * forward
    ]
    found = search(turn, plan, options, turn.rules.first_engine.delta_target, Right.CALL)
    if isinstance(found, Unavailable):
        end_plan(turn, plan, "refused", found.reason)
    elif isinstance(found, tuple):
        watch_more(turn, plan, found)
    else:
        _order(turn, plan, condor, found, forward)


def _order(turn: Turn, plan: Plan, condor: Condor, option: Instrument, forward: float) -> None:
    """Size, gates, intent."""
    quote = two_sided(turn, option)
    if isinstance(quote, Unavailable):
        return
    leg = Leg(instrument=option, ratio=1)
    limit = limit_price([leg], [quote], turn.rules.orders.cross_share)
    size = layer_size(turn, condor, plan.fraction, forward, limit)
    debit = limit * size.contracts * VIX_MULTIPLIER
    verdicts = [
        ready(turn),
        size.verdict,
        break_even_gate(turn, condor, debit),
        layer_count(turn),
        order_pace(turn),
    ]
    if any(v.verdict in {"refuse", "unavailable"} for v in verdicts):
        turn.drop_plan(plan.plan_id)
        turn.decide(plan_subject(plan), "refused", verdicts)
        return
    number = turn.state.counters.layers + 1
    turn.set(counters=structs.replace(turn.state.counters, layers=number))
    layer_id = f"L{number:04d}"
    intent = make_intent(turn, Purpose.LAYER_OPEN, layer_id, (leg,), size.contracts, limit, plan.last_ref)
    send(turn, plan, intent, verdicts, debit)
    note_layer(
        turn,
        Layer(
            layer_id=layer_id,
            condor_id=condor.condor_id,
            engine=ENGINE,
            instrument=option,
            state=LayerState.INTENDED,
            opened_at=turn.now,
            trigger=plan.trigger,
        ),
    )
