"""What every rule that adds a layer has in common: when nothing may be added, and how a layer is planned."""

from collections.abc import Sequence

from msgspec import Struct

from strategies.alvh.bar import FinalBar
from strategies.alvh.confirmation import confirmation_verdict
from strategies.alvh.modifier import Modifier, product
from strategies.alvh.plans import add_plan, plans_for
from strategies.alvh.regimes import Regimes
from strategies.core.commands import Purpose
from strategies.core.holdings import Condor, Engine, LayerState, Plan
from strategies.core.records import Verdict
from strategies.core.turn import Turn

SUBJECT = {
    Engine.FIRST: "first_engine",
    Engine.SLOPE: "slope_overlay",
    Engine.SECOND: "second_engine",
    Engine.BREACH: "breach",
    Engine.DELTA_CUT: "delta_cut",
}


class Look(Struct, frozen=True, kw_only=True):
    """One condor on one final bar: what stands in the way of adding, and what scales a size.

    `sold` says that something of this condor's hedge was sold on this bar. `regimes`: the modifiers of it.
    """

    bar: FinalBar
    condor: Condor
    peel_zone: bool
    exiting: bool
    sold: bool
    regimes: Regimes

    def subject(self, engine: Engine) -> str:
        """Return the name under which decisions of an engine on this condor are recorded."""
        return f"{SUBJECT[engine]}:{self.condor.condor_id}"


class Idea(Struct, frozen=True, kw_only=True):
    """A layer that a rule would add. `slot`, `episode`: what its fill uses up (empty: the armed trigger)."""

    engine: Engine
    trigger: str
    fraction: float = 0.0
    slot: str = ""
    episode: str = ""
    side: str = ""
    purpose: Purpose = Purpose.LAYER_OPEN


def flag(rule: str, good: bool, reason: str) -> Verdict:  # noqa: FBT001 - the verdict is the flag
    """Return pass, or refuse with a reason."""
    return Verdict(rule=rule, verdict="pass" if good else "refuse", reason="" if good else reason)


def once_verdict(condor: Condor, slot: str, episode: str) -> Verdict:
    """Say whether the slot was filled in this episode already: once per condor and episode."""
    used = condor.used.get(slot) == episode
    return Verdict(
        rule="once_per_episode",
        verdict="refuse" if used else "pass",
        reason="a layer was filled in this episode" if used else "",
        inputs={"slot": slot, "episode": episode},
    )


def common_verdicts(turn: Turn, look: Look, idea: Idea, *, enabled: bool) -> list[Verdict]:
    """Return the verdicts that any added layer must pass when it is decided."""
    verdicts = [
        flag("peel_zone", not look.peel_zone, "nothing is added while the peel condition holds"),
        flag("not_exiting", not look.exiting, "the condor's exit is decided on this bar"),
        flag("not_sold", not look.sold, "what was sold on a bar is not bought back on it"),
        flag("enabled", enabled, f"{SUBJECT[idea.engine]} is switched off"),
        flag("not_under_way", not _under_way(turn, look, idea), "such a layer is already on its way"),
    ]
    if idea.engine in turn.rules.confirmation.applies_to:
        verdicts.append(confirmation_verdict(turn, look.bar, look.condor))
    return verdicts


def _under_way(turn: Turn, look: Look, idea: Idea) -> bool:
    condor_id = look.condor.condor_id
    planned = any(
        p.slot == idea.slot and p.purpose in {Purpose.LAYER_OPEN, Purpose.CUT_OPEN}
        for p in plans_for(turn, condor_id)
    )
    young = {LayerState.INTENDED, LayerState.WORKING}
    working = any(
        layer.condor_id == condor_id and layer.slot == idea.slot and layer.state in young
        for layer in turn.state.layers.values()
    )
    return planned or working


def decide_layer(
    turn: Turn, look: Look, idea: Idea, verdicts: Sequence[Verdict], scale: Sequence[Modifier] = ()
) -> None:
    """Record the decision on a layer whose trigger fired, and plan it if every verdict lets it pass.

    `scale` holds what scales its size besides the modifiers of the bar.
    """
    scales = (*scale, *look.regimes.scaling(idea.engine))
    verdicts = [*verdicts, *(m.verdict for m in scales)]
    following = turn.next_session()
    subject = look.subject(idea.engine)
    if any(v.verdict in {"refuse", "unavailable"} for v in verdicts) or following is None:
        turn.decide(subject, "refused", verdicts)
        return
    turn.decide(subject, "planned", verdicts)
    add_plan(
        turn,
        Plan(
            plan_id="",
            purpose=idea.purpose,
            subject=look.condor.condor_id,
            session=following.day,
            not_before=turn.act_time(following),
            engine=idea.engine,
            trigger=idea.trigger,
            fraction=idea.fraction,
            factor=product(scales),
            slot=idea.slot,
            episode=idea.episode,
            side=idea.side,
        ),
    )
