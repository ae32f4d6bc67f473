"""What is written down when a layer would be added: every verdict whole, and the plan that follows."""

from datetime import date
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.adding import Idea, Look, common_verdicts, decide_layer, flag, once_verdict
from strategies.alvh.bar import FinalBar
from strategies.alvh.confirmation import confirmation_verdict
from strategies.alvh.modifier import Modifier
from strategies.alvh.regimes import Regimes
from strategies.core.commands import Purpose
from strategies.core.holdings import Engine, LayerState, Plan
from strategies.core.layer_rules import ConfirmationRules
from strategies.core.records import Decision, Verdict
from strategies.core.rules import Rules
from strategies.core.turn import Turn

Desk = Any
BAR = FinalBar(
    day=date(2018, 1, 23),
    close=2840.0,
    rsi=75.0,
    vix=11.0,
    m1=12.0,
    m2=13.0,
    slope=1.0,
    expanding=False,
    unavailable={},
    hidden_bullish=True,
    pe_elevated=True,
    realised_vol=8.0,
    vix_over_realised=1.4,
)
IDEA = Idea(
    engine=Engine.SECOND, trigger="because", fraction=0.2, slot="second", episode="2018-01-22", side="put"
)


def look(desk: Desk, turn: Turn, **changes: Any) -> Look:  # noqa: ANN401 - fields of the look
    """Return a look at the desk's condor."""
    seen = {"peel_zone": False, "exiting": False, "sold": False} | changes
    return Look(bar=BAR, condor=desk.condor, regimes=Regimes(turn, BAR), **seen)


def turn_of(desk: Desk, **fields: object) -> Turn:
    """Return a turn on the desk's state, some of it changed, on which nothing was decided."""
    return Turn(structs.replace(desk.state, verdicts={}, **fields), desk.now)


def plan(desk: Desk, **fields: Any) -> Plan:  # noqa: ANN401 - fields of the plan
    """Return a plan for the desk's condor."""
    first = Plan(
        plan_id="P00090",
        purpose=Purpose.LAYER_OPEN,
        subject="C0001",
        session=desk.today,
        not_before=desk.now,
    )
    return structs.replace(first, **fields)


def test_a_flag_is_a_pass_or_a_refusal_with_its_reason() -> None:
    """The reason is for the refusal alone."""
    assert flag("armed", True, "no") == Verdict(rule="armed", verdict="pass")
    assert flag("armed", False, "no") == Verdict(rule="armed", verdict="refuse", reason="no")


def test_a_used_episode_is_named(desk_with_layer: Desk) -> None:
    """Once per condor and episode: the slot and the episode are written down."""
    condor = structs.replace(desk_with_layer.condor, used={"slope": "2018-01-22", "second": "2017-12-01"})
    inputs = {"slot": "slope", "episode": "2018-01-22"}
    assert once_verdict(condor, "slope", "2018-01-22") == Verdict(
        rule="once_per_episode",
        verdict="refuse",
        reason="a layer was filled in this episode",
        inputs=inputs,
    )
    assert once_verdict(condor, "second", "2018-01-22") == Verdict(
        rule="once_per_episode", verdict="pass", inputs={"slot": "second", "episode": "2018-01-22"}
    )


@pytest.mark.parametrize(
    ("changes", "enabled", "refused"),
    [
        ({}, True, {}),
        ({"peel_zone": True}, True, {"peel_zone": "nothing is added while the peel condition holds"}),
        ({"exiting": True}, True, {"not_exiting": "the condor's exit is decided on this bar"}),
        ({"sold": True}, True, {"not_sold": "what was sold on a bar is not bought back on it"}),
        ({}, False, {"enabled": "second_engine is switched off"}),
    ],
)
def test_what_stands_in_the_way_is_said(
    desk_with_layer: Desk, changes: dict[str, bool], refused: dict[str, str], *, enabled: bool
) -> None:
    """The verdicts that every added layer must pass, in order, each with its reason."""
    turn = turn_of(desk_with_layer)
    found = common_verdicts(turn, look(desk_with_layer, turn, **changes), IDEA, enabled=enabled)
    assert [v.rule for v in found] == ["peel_zone", "not_exiting", "not_sold", "enabled", "not_under_way"]
    assert {v.rule: v.reason for v in found if v.verdict == "refuse"} == refused
    assert all(v.verdict in {"pass", "refuse"} for v in found)


def under_way(desk: Desk, **fields: object) -> Verdict:
    """Return the verdict on such a layer being on its way."""
    turn = turn_of(desk, **fields)
    found: Verdict = common_verdicts(turn, look(desk, turn), IDEA, enabled=True)[4]
    return found


def test_a_layer_that_is_planned_is_on_its_way(desk_with_layer: Desk) -> None:
    """A plan of the same slot for the same condor, a layer or a cut; no other."""
    desk = desk_with_layer
    refused = flag("not_under_way", False, "such a layer is already on its way")
    for purpose in (Purpose.LAYER_OPEN, Purpose.CUT_OPEN):
        assert under_way(desk, plans={"P": plan(desk, slot="second", purpose=purpose)}) == refused
    for other in (
        plan(desk, slot="slope"),
        plan(desk, slot="second", subject="C0002"),
        plan(desk, slot="second", purpose=Purpose.CONDOR_CLOSE),
    ):
        assert under_way(desk, plans={"P": other}) == flag("not_under_way", True, "")


@pytest.mark.parametrize(
    ("state", "slot", "condor_id", "verdict"),
    [
        (LayerState.INTENDED, "second", "C0001", "refuse"),
        (LayerState.WORKING, "second", "C0001", "refuse"),
        (LayerState.OPEN, "second", "C0001", "pass"),
        (LayerState.WORKING, "slope", "C0001", "pass"),
        (LayerState.WORKING, "second", "C0002", "pass"),
    ],
)
def test_a_layer_that_works_is_on_its_way(
    desk_with_layer: Desk, state: LayerState, slot: str, condor_id: str, verdict: str
) -> None:
    """Intended or working, of the same slot and condor."""
    layer = structs.replace(desk_with_layer.layer, state=state, slot=slot, condor_id=condor_id)
    assert under_way(desk_with_layer, layers={"L0001": layer}).verdict == verdict


def test_confirmation_is_asked_of_the_engines_in_the_setting(desk_with_layer: Desk) -> None:
    """confirmation.applies_to names them."""
    rules = Rules(confirmation=ConfirmationRules(applies_to=("second",)))
    turn = turn_of(desk_with_layer, rules=rules)
    found = common_verdicts(turn, look(desk_with_layer, turn), IDEA, enabled=True)
    assert found[-1] == confirmation_verdict(turn, BAR, desk_with_layer.condor)
    assert found[-1].rule == "confirmation"


def decided(turn: Turn) -> Decision:
    """Return the one decision of a turn."""
    (found,) = [r for r in turn.records if isinstance(r, Decision)]
    return found


def test_a_layer_that_passes_is_planned_for_the_next_session(desk_with_layer: Desk) -> None:
    """Everything that was fixed at the decision stands in the plan; every verdict in the decision."""
    desk = desk_with_layer
    desk.clock(16, 5)
    turn = turn_of(desk, plans={})
    number = turn.state.counters.plans + 1
    scale = Modifier("breadth", 0.75, Verdict(rule="breadth", verdict="fire"))
    seen = look(desk, turn)
    verdicts = [Verdict(rule="expansion", verdict="fire")]
    decide_layer(turn, seen, IDEA, verdicts, [scale])
    bent = [m.verdict for m in seen.regimes.scaling(Engine.SECOND)]
    record = decided(turn)
    assert (record.subject, record.outcome) == ("second_engine:C0001", "planned")
    assert list(record.rules) == [*verdicts, scale.verdict, *bent]
    session = next(s for s in turn.state.sessions if s.day == date(2018, 1, 24))
    assert turn.state.plans == {
        f"P{number:05d}": Plan(
            plan_id=f"P{number:05d}",
            purpose=Purpose.LAYER_OPEN,
            subject="C0001",
            session=session.day,
            not_before=turn.act_time(session),
            engine=Engine.SECOND,
            trigger="because",
            fraction=0.2,
            factor=0.75,
            slot="second",
            episode="2018-01-22",
            side="put",
        )
    }


@pytest.mark.parametrize("verdict", ["refuse", "unavailable"])
def test_one_verdict_against_it_refuses_a_layer(desk_with_layer: Desk, verdict: Any) -> None:  # noqa: ANN401
    """A refusal, or what is unavailable: nothing is planned."""
    turn = turn_of(desk_with_layer, plans={})
    against = Verdict(rule="once_per_episode", verdict=verdict, reason="no")
    decide_layer(turn, look(desk_with_layer, turn), IDEA, [against])
    assert (decided(turn).outcome, decided(turn).rules[0], turn.state.plans) == ("refused", against, {})


def test_without_a_session_to_come_nothing_is_planned(desk_with_layer: Desk) -> None:
    """The calendar ends: refused."""
    turn = turn_of(desk_with_layer, plans={}, sessions=())
    decide_layer(turn, look(desk_with_layer, turn), IDEA, [])
    assert (decided(turn).outcome, turn.state.plans) == ("refused", {})


# --- confirmation ---


def confirmation(desk: Desk, bar: FinalBar = BAR, **fields: object) -> Verdict:
    """Return the verdict on a further layer of the desk's condor."""
    found: Verdict = confirmation_verdict(turn_of(desk, **fields), bar, desk.condor)
    return found


def test_the_first_layer_needs_no_confirmation(desk_with_layer: Desk) -> None:
    """Closed layers, delta cuts, and what belongs to other condors do not count."""
    layer = desk_with_layer.layer
    others = {
        "L0001": structs.replace(layer, state=LayerState.CLOSED),
        "L0002": structs.replace(layer, engine=Engine.DELTA_CUT),
        "L0003": structs.replace(layer, condor_id="C0002"),
    }
    elsewhere = {"P": plan(desk_with_layer, subject="C0002")}
    assert confirmation(desk_with_layer, layers=others, plans=elsewhere) == Verdict(
        rule="confirmation",
        verdict="pass",
        reason="the first layer",
        inputs={"layers": 0, "planned": 0, "hidden_bullish": True, "pe_elevated": True},
    )


def test_a_planned_layer_counts_like_an_open_one(desk_with_layer: Desk) -> None:
    """One planned for the morning: the next needs both signals; here it has them."""
    planned = {"P": plan(desk_with_layer), "Q": plan(desk_with_layer, purpose=Purpose.CONDOR_CLOSE)}
    assert confirmation(desk_with_layer, layers={}, plans=planned) == Verdict(
        rule="confirmation",
        verdict="pass",
        inputs={"layers": 0, "planned": 1, "hidden_bullish": True, "pe_elevated": True},
    )


@pytest.mark.parametrize(
    ("fields", "verdict", "reason"),
    [
        ({}, "pass", ""),
        ({"hidden_bullish": False}, "refuse", "a further layer needs hidden_bullish"),
        ({"pe_elevated": False}, "refuse", "a further layer needs pe_elevated"),
        (
            {"hidden_bullish": False, "pe_elevated": False},
            "refuse",
            "a further layer needs hidden_bullish and pe_elevated",
        ),
        ({"hidden_bullish": None}, "unavailable", "hidden_bullish: no swings"),
        ({"hidden_bullish": True, "pe_elevated": None}, "unavailable", "pe_elevated: no P/E"),
    ],
)
def test_a_further_layer_needs_both_signals(
    desk_with_layer: Desk, fields: dict[str, Any], verdict: str, reason: str
) -> None:
    """Missing or unavailable, each is named."""
    gone = {"hidden_bullish": "no swings", "pe_elevated": "no P/E"}
    bar = structs.replace(BAR, **fields, unavailable=gone)
    found = confirmation(desk_with_layer, bar, plans={})
    assert (found.rule, found.verdict, found.reason) == ("confirmation", verdict, reason)
    assert found.inputs == {
        "layers": 1,
        "planned": 0,
        "hidden_bullish": bar.hidden_bullish,
        "pe_elevated": bar.pe_elevated,
    }


def test_the_whole_books_layers_and_plans_count_by_setting(desk_with_layer: Desk) -> None:
    """confirmation.scope = "book"."""
    rules = Rules(confirmation=ConfirmationRules(scope="book"))
    layers = {"L0001": structs.replace(desk_with_layer.layer, condor_id="C0002")}
    plans = {"P": plan(desk_with_layer, subject="C0003")}
    found = confirmation(desk_with_layer, rules=rules, layers=layers, plans=plans)
    assert (found.inputs["layers"], found.inputs["planned"]) == (1, 1)
