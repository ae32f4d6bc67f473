"""When a delta cut ends: back inside, with its condor, or at its tenor; strategy section 3, wing breach."""

from strategies.alvh.bar import FinalBar
from strategies.alvh.breach import Side, breached
from strategies.alvh.plans import add_plan, plans_for
from strategies.core.commands import Purpose
from strategies.core.holdings import CondorState, Engine, Layer, Plan
from strategies.core.records import Verdict
from strategies.core.turn import Turn


def decide_exits(turn: Turn, bar: FinalBar, leaving: frozenset[str]) -> frozenset[str]:
    """Plan the end of every cut that is due; return the condors whose cut ends on this bar."""
    ending: set[str] = set()
    for layer in list(turn.state.layers.values()):
        if layer.engine is not Engine.DELTA_CUT or not layer.positions:
            continue
        if plans_for(turn, layer.layer_id):
            ending.add(layer.condor_id)
            continue
        reason = _exit_reason(turn, bar, layer, leaving)
        following = turn.next_session()
        verdict = Verdict(
            rule="cut_exit",
            verdict="fire" if reason else "hold",
            reason=reason or "SPX is still outside",
            inputs={"spx": bar.close},
        )
        acts = bool(reason) and following is not None
        turn.decide(f"cut_exit:{layer.layer_id}", "planned" if acts else "hold", [verdict])
        if acts and following is not None:
            ending.add(layer.condor_id)
            add_plan(
                turn,
                Plan(
                    plan_id="",
                    purpose=Purpose.CUT_CLOSE,
                    subject=layer.layer_id,
                    session=following.day,
                    not_before=turn.act_time(following),
                    trigger=reason,
                ),
            )
    return frozenset(ending)


def _exit_reason(turn: Turn, bar: FinalBar, layer: Layer, leaving: frozenset[str]) -> str:
    condor = turn.state.condors.get(layer.condor_id)
    rules = turn.rules.breach
    assert layer.instrument.expiry is not None
    if condor is None or condor.state is CondorState.CLOSED or condor.condor_id in leaving:
        return "its condor is leaving"
    if (layer.instrument.expiry - bar.day).days <= rules.cut_exit_dte:
        return "tenor reached"
    side: Side = "put" if layer.slot.endswith("put") else "call"
    return "" if breached(bar.close, condor, side, rules.level) else "SPX has closed back inside"
