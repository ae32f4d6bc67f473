"""Time-shifting: a layer that runs out of time, or of time value, is rolled or peeled; strategy section 3."""

from msgspec import Struct

from strategies.alvh.bar import FinalBar
from strategies.alvh.layer_orders import tenor_of
from strategies.alvh.peel import worth_verdict
from strategies.alvh.plans import add_plan, nearest_expiry, plans_for
from strategies.core.book import has_live_order
from strategies.core.commands import Purpose
from strategies.core.holdings import CondorState, Layer, Plan
from strategies.core.instruments import Kind
from strategies.core.market import mark_of
from strategies.core.records import Verdict
from strategies.core.selection import forward_of
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable


class Shift(Struct, frozen=True):
    """What time-shifting decided on a bar: layers due to be peeled, and the condors they belong to."""

    due: tuple[str, ...] = ()
    condors: frozenset[str] = frozenset()


def decide(turn: Turn, bar: FinalBar, *, peel_zone: bool, leaving: frozenset[str]) -> Shift:
    """Look at every layer's time; plan its roll, or hand it to the peel."""
    due: list[str] = []
    condors: set[str] = set()
    for layer in list(turn.state.layers.values()):
        if not layer.peelable or layer.instrument.kind is Kind.STOCK:
            continue
        busy = has_live_order(turn.state, layer.layer_id) or bool(plans_for(turn, layer.layer_id))
        verdicts = [_tenor_verdict(turn, bar, layer), _extrinsic_verdict(turn, bar, layer)]
        subject = f"time_shift:{layer.layer_id}"
        if busy or not any(v.verdict == "fire" for v in verdicts):
            turn.decide(subject, "hold", verdicts)
            continue
        worth = worth_verdict(turn, layer)
        verdicts.append(worth)
        if worth.verdict == "hold":  # left to expire, which beats time-shifting
            turn.decide(subject, "hold", verdicts)
        elif peel_zone or _condor_over(turn, layer, leaving):
            turn.decide(subject, "due", verdicts)
            due.append(layer.layer_id)
            condors.add(layer.condor_id)
        else:
            _plan_roll(turn, layer, subject, verdicts)
    return Shift(tuple(due), frozenset(condors))


def _condor_over(turn: Turn, layer: Layer, leaving: frozenset[str]) -> bool:
    condor = turn.state.condors.get(layer.condor_id)
    return condor is None or condor.state is not CondorState.OPEN or condor.condor_id in leaving


def _tenor_verdict(turn: Turn, bar: FinalBar, layer: Layer) -> Verdict:
    assert layer.instrument.expiry is not None
    days, limit = (layer.instrument.expiry - bar.day).days, turn.rules.roll.dte_max
    return Verdict(
        rule="roll_tenor",
        verdict="fire" if days <= limit else "hold",
        reason="tenor reached" if days <= limit else "tenor not reached",
        inputs={"days_to_expiry": days},
        thresholds={"dte_max": limit},
    )


def _extrinsic_verdict(turn: Turn, bar: FinalBar, layer: Layer) -> Verdict:
    """Say whether the layer, out of the money, has lost most of its time value while nothing expands."""
    share = turn.rules.roll.extrinsic_share_min
    thresholds = {"extrinsic_share_min": share}
    forward, mark = forward_of(turn, layer.instrument), mark_of(turn, layer.instrument)
    missing = next((v.reason for v in (forward, mark) if isinstance(v, Unavailable)), "")
    if bar.expanding is None:
        missing = missing or f"expanding: {bar.unavailable['expanding']}"
    if layer.extrinsic is None:
        missing = missing or "time value at entry is not known"
    if missing or isinstance(forward, Unavailable) or isinstance(mark, Unavailable):
        return Verdict(rule="roll_extrinsic", verdict="unavailable", reason=missing, thresholds=thresholds)
    assert layer.extrinsic is not None
    out_of_the_money = forward <= layer.instrument.strike
    fires = out_of_the_money and not bar.expanding and mark < share * layer.extrinsic
    reason = "little time value is left"
    if not fires:
        reason = (
            "time value is left" if out_of_the_money and not bar.expanding else "in the money or expanding"
        )
    return Verdict(
        rule="roll_extrinsic",
        verdict="fire" if fires else "hold",
        reason=reason,
        inputs={
            "forward": forward,
            "strike": layer.instrument.strike,
            "extrinsic": mark,
            "entry_extrinsic": layer.extrinsic,
            "expanding": bar.expanding,
        },
        thresholds=thresholds,
    )


def _plan_roll(turn: Turn, layer: Layer, subject: str, verdicts: list[Verdict]) -> None:
    """Plan the roll unless the target tenor is what is held (or, by the listing known now, not later)."""
    verdicts.append(later_verdict(turn, layer))
    following = turn.next_session()
    enabled = turn.rules.roll.enabled
    if verdicts[-1].verdict == "hold" or following is None or not enabled:
        turn.decide(subject, "hold", verdicts)
        return
    turn.decide(subject, "planned", verdicts)
    add_plan(
        turn,
        Plan(
            plan_id="",
            purpose=Purpose.LAYER_ROLL,
            subject=layer.layer_id,
            session=following.day,
            not_before=turn.act_time(following),
            engine=layer.engine,
            trigger=next(v.reason for v in verdicts if v.verdict == "fire"),
        ),
    )


def later_verdict(turn: Turn, layer: Layer) -> Verdict:
    """Say whether the engine's target expiry is later than the one held: never back (ours)."""
    chain = turn.state.market.chains.get(layer.instrument.trading_class)
    found = None if chain is None else nearest_expiry([chain], turn.today, tenor_of(turn, layer.engine))
    held = layer.instrument.expiry
    assert held is not None
    if found is None:
        return Verdict(rule="roll_target", verdict="hold", reason="no expiry of the target tenor is listed")
    target = found[1].expiry
    later = target > held
    return Verdict(
        rule="roll_target",
        verdict="pass" if later else "hold",
        reason="" if later else "the target is not later than the expiry held",
        inputs={"held": held.isoformat(), "target": target.isoformat()},
    )
