"""The first engine: VIX calls while RSI is in a band and the curve is in contango.

Decided per condor on a final bar, carried out in the next session; strategy section 3.
"""

from msgspec import structs

from strategies.alvh.adding import Idea, Look, common_verdicts, decide_layer, flag
from strategies.alvh.bar import FinalBar
from strategies.alvh.modifiers import rsi_bands
from strategies.alvh.term_structure import Curve, curve
from strategies.core.holdings import Engine
from strategies.core.records import Verdict
from strategies.core.rules import FirstEngineRules, RsiRules
from strategies.core.turn import Turn


def fraction(rsi: float, bands: RsiRules, rules: FirstEngineRules) -> float:
    """Return the share of N: the minimum at the band edge, the maximum ten RSI points beyond it."""
    beyond = max(rsi - bands.overbought, bands.oversold - rsi, 0.0)
    share = min(beyond / rules.full_at_rsi_beyond, 1.0)
    return rules.fraction_min + share * (rules.fraction_max - rules.fraction_min)


def decide(turn: Turn, look: Look) -> None:
    """Look at every rule of the first engine for one condor, and plan a layer if all agree."""
    bar, rules = look.bar, turn.rules.first_engine
    bands = rsi_bands(look.regimes.flow, turn.rules.rsi, turn.rules.flow)
    band = band_verdict(bar, bands)
    idea = Idea(engine=Engine.FIRST, trigger="")
    verdicts = [
        band,
        contango_verdict(turn, bar),
        flag("armed", look.condor.armed, "the condor's trigger is not armed"),
        *common_verdicts(turn, look, idea, enabled=rules.enabled),
    ]
    if band.verdict != "fire" or bar.rsi is None:
        turn.decide(look.subject(Engine.FIRST), "hold", verdicts)
        return
    share = fraction(bar.rsi, bands, rules)
    shape = "" if bar.slope is None else f" in contango {bar.slope:+.2f}"
    trigger = f"{band.reason} {bar.rsi:.2f}{shape} on {bar.day}"
    verdicts.append(Verdict(rule="fraction", verdict="pass", inputs={"rsi": bar.rsi, "fraction": share}))
    decide_layer(turn, look, structs.replace(idea, trigger=trigger, fraction=share), verdicts)


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
