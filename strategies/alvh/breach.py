"""Wing breach: SPX beyond a strike of the condor; strategy section 3.

Where the market speaks against a recovery, a VIX call layer is added; else delta is cut.
"""

from typing import Literal

from msgspec import structs

from strategies.alvh.adding import Idea, Look, common_verdicts, decide_layer, once_verdict
from strategies.alvh.bar import FinalBar
from strategies.alvh.modifiers import cut_side
from strategies.alvh.term_structure import Curve, curve
from strategies.core.commands import Purpose
from strategies.core.episode import Episode, follow
from strategies.core.holdings import Condor, CondorState, Engine
from strategies.core.records import Verdict
from strategies.core.turn import Turn

Side = Literal["put", "call"]
SIDES: tuple[Side, Side] = ("put", "call")


def breached(close: float, condor: Condor, side: Side, level: str) -> bool:
    """Whether SPX is beyond the short strike (or the long one, by `level`) of that side."""
    k1, k2, k3, k4 = condor.strikes
    if side == "put":
        return close < (k2 if level == "short" else k1)
    return close > (k3 if level == "short" else k4)


def follow_breaches(turn: Turn, bar: FinalBar) -> None:
    """Carry every condor's breach episodes on to this bar."""
    rules = turn.rules
    for condor in list(turn.state.condors.values()):
        if condor.state is CondorState.CLOSED or not condor.contracts:
            continue
        found: dict[str, Episode] = {}
        for side in SIDES:
            episode = follow(
                condor.breaches.get(side),
                holds=breached(bar.close, condor, side, rules.breach.level),
                day=bar.day,
                end_after=rules.episode.end_after_sessions,
            )
            if episode is not None:
                found[side] = episode
        if found != condor.breaches:
            turn.put_condor(structs.replace(condor, breaches=found))


def decide(turn: Turn, look: Look) -> None:
    """Plan a breach layer or a delta cut for a side that is breached, once per side and episode."""
    level = turn.rules.breach.level
    side = next((s for s in SIDES if breached(look.bar.close, look.condor, s, level)), None)
    trigger = _trigger(look, side, level)
    episode = None if side is None else look.condor.breaches.get(side)
    if side is None or episode is None:
        turn.decide(look.subject(Engine.BREACH), "hold", [trigger])
        return
    against = against_recovery(turn, look.bar, side)
    idea = Idea(
        engine=Engine.BREACH,
        trigger=f"{side} side breached at {look.bar.close:.2f} on {look.bar.day}",
        fraction=turn.rules.first_engine.fraction_max,
        slot=f"breach:{side}",
        episode=episode.name,
        side=side,
    )
    verdicts = [trigger, against, once_verdict(look.condor, idea.slot, idea.episode)]
    rules = turn.rules.breach
    if against.verdict in {"fire", "unavailable"}:
        verdicts += common_verdicts(turn, look, idea, enabled=rules.enabled)
        decide_layer(turn, look, idea, verdicts)
        return
    cut = structs.replace(idea, engine=Engine.DELTA_CUT, fraction=rules.delta_cut, purpose=Purpose.CUT_OPEN)
    verdicts += [
        cut_side(look.regimes.theta_press, side),
        *common_verdicts(turn, look, cut, enabled=rules.enabled),
    ]
    decide_layer(turn, look, cut, verdicts)


def _trigger(look: Look, side: Side | None, level: str) -> Verdict:
    k1, k2, k3, k4 = look.condor.strikes
    low, high = (k2, k3) if level == "short" else (k1, k4)
    return Verdict(
        rule="wing_breach",
        verdict="hold" if side is None else "fire",
        reason="SPX is inside the strikes" if side is None else f"the {side} side is breached",
        inputs={"spx": look.bar.close},
        thresholds={"low": low, "high": high},
    )


def against_recovery(turn: Turn, bar: FinalBar, side: Side) -> Verdict:
    """Say whether MACD or the curve speaks against a recovery: a layer then (fire), else a cut (hold).

    Put side: a bearish MACD divergence; call side: a bullish one; or backwardation on either. Where neither
    speaks against it and one of them is unavailable, nothing is done: unavailable never adds risk.
    """
    diverges = bar.macd_bearish if side == "put" else bar.macd_bullish
    name = "macd_bearish" if side == "put" else "macd_bullish"
    flat = turn.rules.term_structure.flat_points
    backward = bar.slope is not None and curve(bar.slope, flat) is Curve.BACKWARDATION
    inputs = {name: diverges, "slope": bar.slope}
    if diverges or backward:
        reason = "MACD diverges" if diverges else "the curve is in backwardation"
        return Verdict(rule="against_recovery", verdict="fire", reason=reason, inputs=inputs)
    for field, value in ((name, diverges), ("slope", bar.slope)):
        if value is None:
            reason = f"{field}: {bar.unavailable[field]}"
            return Verdict(rule="against_recovery", verdict="unavailable", reason=reason, inputs=inputs)
    return Verdict(
        rule="against_recovery", verdict="hold", reason="nothing speaks against a recovery", inputs=inputs
    )
