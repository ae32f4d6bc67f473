"""Gates 3 and 4 in the way of a layer, and the regimes that bend one, from the bar to the order."""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pytest
from msgspec import structs

from strategies.core import events as ev
from strategies.core.commands import Purpose
from strategies.core.gate_rules import DecayRules, StewardRules
from strategies.core.holdings import Engine
from strategies.core.macro_facts import MacroFact, Series
from strategies.core.rules import CondorRules, Rules

Story = Any
Mode = Literal["veto", "advise", "off"]
MakeRules = Callable[..., Rules]


@pytest.fixture
def overbought(story: Story, rules_of: MakeRules) -> Callable[..., Story]:
    """Play Monday to an overbought close in contango, and Tuesday until its order is decided."""

    def play(**changes: Any) -> Story:  # noqa: ANN401 - sections of the rules
        story.begin(rules_of("first", **changes))
        story.close(story.world.spx + 20)
        story.morning()
        story.desk.beat(10)
        return story

    return play


def test_without_fed_funds_nothing_is_added(overbought: Callable[..., Story], story: Story) -> None:
    """The cost of capital is unknown: gates 3 and 4 refuse, with that reason."""
    story.desk.macro = ()
    overbought()
    reason = "cost of capital: fed funds: fed_funds: nothing is known"
    assert story.why("layer_open.first") == {"decay_budget": reason, "steward_irr": reason}
    assert not story.desk.state.layers


def test_old_fed_funds_are_none(overbought: Callable[..., Story], story: Story) -> None:
    """Released more than macro.fed_funds_days ago: unavailable, never the last value."""
    fact = MacroFact(Series.FED_FUNDS, story.desk.today, story.desk.now - timedelta(days=11), 1.42)
    story.desk.macro = (ev.Macro(time=story.desk.now, facts=(fact,)),)
    overbought()
    assert "was released 12 days ago" in story.why("layer_open.first")["decay_budget"]


def test_without_the_condors_theta_there_is_no_budget(overbought: Callable[..., Story], story: Story) -> None:
    """T0 unavailable: refused."""
    desk, close = story.desk, story.close

    def close_and_forget(spx: float) -> None:
        close(spx)
        desk.tweak(condors={"C0001": structs.replace(desk.condor, unit_theta_usd=None)})

    story.close = close_and_forget
    overbought()
    assert story.why("layer_open.first") == {
        "decay_budget": "theta of the condors: C0001: theta at entry is not known"
    }


def test_a_small_budget_refuses(overbought: Callable[..., Story]) -> None:
    """Theta and carry a day beyond the share of the condors' theta."""
    story = overbought(decay=DecayRules(share_max=0.01, share_max_low_inflation=0.01))
    assert "theta and carry exceed the budget" in story.why("layer_open.first")["decay_budget"]


@pytest.mark.parametrize(
    ("mode", "bought", "verdict", "reason"),
    [
        ("veto", 0, "refuse", "gains too little in stress for its debit"),
        ("advise", 1, "pass", "advice only: gains too little in stress for its debit"),
        ("off", 1, "pass", "steward.mode is off"),
    ],
)
def test_a_layer_that_gains_too_little_in_stress_is_refused_unless_the_mode_says_otherwise(
    overbought: Callable[..., Story], mode: Mode, bought: int, verdict: str, reason: str
) -> None:
    """steward.mode: veto refuses, advise records, off looks at nothing."""
    story = overbought(steward=StewardRules(mode=mode, multiple_first=40.0))
    assert len(story.of(Purpose.LAYER_OPEN)) == bought
    assert story.desk.verdicts("layer_open.first")["steward_stress"] == (verdict, reason)


def test_a_condor_that_yields_too_little_is_refused(overbought: Callable[..., Story]) -> None:
    """The IRR half: a take-profit share of a tenth of the credit does not pay for debits and capital."""
    story = overbought(condors=CondorRules(exit_dte=2, profit_share=0.01))
    assert list(story.why("layer_open.first")) == ["steward_irr"]


def give_regime_facts(story: Story, *, quiet: bool = False) -> None:
    """Give the facts of both regimes, the newest values in their top quartiles (or not)."""
    desk = story.desk
    desk.tweak(counters=structs.replace(desk.state.counters, last_condor_lost=True))
    bend = 0.0 if quiet else 0.004
    story.facts(Series.SP500_CAP, [2000.0 * math.exp(0.0004 * n) for n in range(300)])
    equal = [3000.0 * math.exp(0.0004 * n - bend * max(n - 290, 0)) for n in range(300)]
    story.facts(Series.SP500_EQUAL, equal)
    story.facts(Series.SPX_RV5M, [0.00001 * (1.0 + (0.0 if quiet else 0.1 * n)) for n in range(300)])
    story.facts(Series.IPO_COUNT, [10.0] * 70 + [10.0 if quiet else 40.0], every_days=30)


def factor(story: Story, subject: str, rule: str) -> tuple[str, Any]:
    """Return verdict and factor of a modifier in the latest decision on a subject."""
    found = next(v for v in story.desk.decisions(subject)[-1].rules if v.rule == rule)
    return found.verdict, found.inputs["factor"]


def expand(story: Story) -> None:
    """Close with VIX at 22 over a realised volatility of about 6 to 12, the curve in contango."""
    story.close(story.world.spx + 20, 22.0)


@pytest.mark.parametrize(("quiet", "expected"), [(False, ("fire", 0.5)), (True, ("pass", 1.0))])
def test_theta_press_halves_an_overlay(
    story: Story, rules_of: MakeRules, *, quiet: bool, expected: tuple[str, float]
) -> None:
    """After a loss, VIX over realised, slope above 0, cap- over equal-weighted in its top quartile: x 0.5."""
    story.begin(rules_of("second"))
    give_regime_facts(story, quiet=quiet)
    expand(story)
    assert factor(story, "second_engine", "theta_press") == expected
    assert story.desk.state.plans["P00002"].factor == expected[1]


def test_after_a_winner_no_regime_holds(story: Story, rules_of: MakeRules) -> None:
    """The last condor won: the facts are not even looked at."""
    story.begin(rules_of("first", "second"))
    give_regime_facts(story)
    story.desk.tweak(counters=structs.replace(story.desk.state.counters, last_condor_lost=False))
    expand(story)
    assert factor(story, "second_engine", "theta_press") == ("pass", 1.0)
    assert factor(story, "first_engine", "flow") == ("pass", 1.0)


def test_theta_press_leaves_the_first_engine_alone(story: Story, rules_of: MakeRules) -> None:
    """Overlays are lighter; the first layer is not an overlay."""
    story.begin(rules_of("first"))
    give_regime_facts(story)
    expand(story)
    assert "theta_press" not in story.desk.verdicts("first_engine")


@pytest.mark.parametrize(("side", "refused"), [("put", True), ("call", False)])
def test_theta_press_refuses_put_side_cuts(
    story: Story,
    rules_of: MakeRules,
    in_waves: Callable[[float], Callable[[int], float]],
    *,
    side: str,
    refused: bool,
) -> None:
    """A conversion on the put side is refused with that reason; a reversal on the call side is not."""
    rules = rules_of("breach", condors=CondorRules(exit_dte=2, profit_share=0.99, contracts=40))
    story.begin(rules, in_waves(-0.4 if side == "put" else 0.4))
    give_regime_facts(story)
    story.close(2690.0 if side == "put" else 2990.0, 60.0)
    why = story.why("delta_cut")
    assert ("delta_cut_side" in why) is refused
    assert not refused or why["delta_cut_side"] == "put-side cuts are refused in the theta-press regime"


@pytest.mark.parametrize(("quiet", "outcome"), [(False, "hold"), (True, "planned")])
def test_flow_widens_the_bands(story: Story, rules_of: MakeRules, *, quiet: bool, outcome: str) -> None:
    """RSI between 70 and 75: in the band, but not in the regime's."""
    story.begin(rules_of("first"))
    give_regime_facts(story, quiet=quiet)
    rsi_before = story.desk.state.signals.rsi
    gain, loss = rsi_before.gain, rsi_before.loss
    # The fall that takes RSI to 72.5: 0.725 = 13 g / (13 g + 13 l + fall).
    fall = 13.0 * gain / 0.725 - 13.0 * (gain + loss)
    assert fall > 0
    story.close(rsi_before.last - fall)
    (bar,) = [r for r in story.desk.records if getattr(r, "source", "") == "live"]
    assert bar.rsi == pytest.approx(72.5)
    assert story.outcome("first_engine") == outcome
    limit = next(v for v in story.desk.decisions("first_engine")[-1].rules if v.rule == "rsi_band")
    assert limit.thresholds["overbought"] == (70.0 if quiet else 75.0)


def test_flow_enlarges_first_layers(story: Story, rules_of: MakeRules) -> None:
    """First-engine size x 1.3 once RSI is beyond the regime's own band."""
    story.begin(rules_of("first", decay=DecayRules(share_max=1.0)))
    give_regime_facts(story)
    expand(story)
    assert factor(story, "first_engine", "flow") == ("fire", 1.3)
    story.morning()
    story.until(Purpose.LAYER_OPEN)
    (layer,) = story.layers(Engine.FIRST)
    size = next(v for v in story.desk.decisions("layer_open.first")[-1].rules if v.rule == "size")
    assert size.inputs["factor"] == pytest.approx(1.3)
    assert layer.held == int(size.inputs["base_contracts"] * 1.3)
