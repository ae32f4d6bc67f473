"""The second engine: longer protection as volatility begins to expand; strategy section 3."""

from strategies.alvh.adding import Idea, Look, common_verdicts, decide_layer, flag, once_verdict
from strategies.alvh.bar import FinalBar
from strategies.alvh.overlay_size import breadth
from strategies.core.holdings import Engine
from strategies.core.market import Unavailable
from strategies.core.records import Verdict
from strategies.core.turn import Turn

SLOT = "second"


def decide(turn: Turn, look: Look) -> None:
    """Plan a longer layer, once per condor and expansion episode; breadth scales it."""
    bar, rules = look.bar, turn.rules.second
    trigger = expansion_verdict(bar)
    if trigger.verdict != "fire" or bar.expansion_episode is None:
        turn.decide(look.subject(Engine.SECOND), "hold", [trigger])
        return
    idea = Idea(
        engine=Engine.SECOND,
        trigger=f"volatility expands since {bar.expansion_episode}, VIX {bar.vix:.2f} on {bar.day}",
        fraction=rules.fraction,
        slot=SLOT,
        episode=bar.expansion_episode,
    )
    first = any(
        layer.condor_id == look.condor.condor_id and layer.engine is Engine.FIRST and layer.held
        for layer in turn.state.layers.values()
    )
    verdicts = [
        trigger,
        once_verdict(look.condor, SLOT, idea.episode),
        flag("first_layer", first or not rules.needs_first, "the condor has no layer of the first engine"),
        *common_verdicts(turn, look, idea, enabled=rules.enabled),
    ]
    trend = Unavailable(bar.unavailable["ad_trend"]) if bar.ad_trend is None else bar.ad_trend
    decide_layer(turn, look, idea, verdicts, [breadth(trend, rules.breadth_weight)])


def expansion_verdict(bar: FinalBar) -> Verdict:
    """Say whether volatility expands on this bar."""
    if bar.expanding is None:
        reason = f"expanding: {bar.unavailable['expanding']}"
        return Verdict(rule="expansion", verdict="unavailable", reason=reason)
    return Verdict(
        rule="expansion",
        verdict="fire" if bar.expanding else "hold",
        reason="volatility is expanding" if bar.expanding else "volatility is not expanding",
        inputs={"vix": bar.vix, "episode": bar.expansion_episode},
    )
