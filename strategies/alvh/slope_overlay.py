"""The slope overlay: more vega while the curve is steep and steepening; strategy section 3."""

from strategies.alvh.adding import Idea, Look, common_verdicts, decide_layer, flag, once_verdict
from strategies.alvh.bar import FinalBar
from strategies.core.holdings import Engine, LayerState
from strategies.core.layer_rules import SlopeRules
from strategies.core.records import Verdict
from strategies.core.turn import Turn

SLOT = "slope"


def decide(turn: Turn, look: Look) -> None:
    """Plan half of the condor's entry vega in VIX calls, once per condor and steepening episode."""
    bar, rules = look.bar, turn.rules.slope
    trigger = steep_verdict(bar, rules)
    if trigger.verdict != "fire" or bar.steepening_episode is None:
        turn.decide(look.subject(Engine.SLOPE), "hold", [trigger])
        return
    idea = Idea(
        engine=Engine.SLOPE,
        trigger=f"slope {bar.slope:+.2f} and steepening on {bar.day}",
        slot=SLOT,
        episode=bar.steepening_episode,
    )
    vega = look.condor.vega_usd
    verdicts = [
        trigger,
        once_verdict(look.condor, SLOT, idea.episode),
        _open_layer_verdict(turn, look),
        flag("entry_vega", vega is not None, "the condor's vega at entry is not known"),
        *common_verdicts(turn, look, idea, enabled=rules.enabled),
    ]
    decide_layer(turn, look, idea, verdicts)


def steep_verdict(bar: FinalBar, rules: SlopeRules) -> Verdict:
    """Say whether the slope is beyond its limit and larger than five sessions ago."""
    percent = rules.unit == "percent"
    limit = rules.percent_min if percent else rules.points_min
    thresholds = {"percent_min" if percent else "points_min": limit}
    if bar.slope is None or bar.m1 is None or bar.steepening is None:
        name = "slope" if bar.slope is None or bar.m1 is None else "steepening"
        reason = f"{name}: {bar.unavailable[name]}"
        return Verdict(rule="steep", verdict="unavailable", reason=reason, thresholds=thresholds)
    size = 100.0 * bar.slope / bar.m1 if percent else bar.slope
    fires = size > limit and bar.steepening
    reason = "steep and steepening"
    if not fires:
        reason = "not steep" if size <= limit else "steep, not steepening"
    return Verdict(
        rule="steep",
        verdict="fire" if fires else "hold",
        reason=reason,
        inputs={"slope": bar.slope, "size": size, "steepening": bar.steepening},
        thresholds=thresholds,
    )


def _open_layer_verdict(turn: Turn, look: Look) -> Verdict:
    """Say whether the condor has an open layer to add to; delta cuts are none."""
    has = any(
        layer.condor_id == look.condor.condor_id
        and layer.held > 0
        and layer.state is not LayerState.CLOSED
        and layer.engine is not Engine.DELTA_CUT
        for layer in turn.state.layers.values()
    )
    good = has or not turn.rules.slope.needs_open
    return flag("open_layer", good, "the condor has no open layer")
