"""Gate 3: theta and carry of the layers against the theta of the condors."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.decay_budget import LayerDecay, decay_gate
from strategies.alvh.wacc import Wacc
from strategies.core.gate_rules import DecayRules
from strategies.core.records import Verdict
from strategies.core.unavailable import Unavailable

RULES = DecayRules()
GONE = Unavailable("not released")
CASE: dict[str, Any] = {
    "layers": (LayerDecay(theta_usd_per_day=-20.0, value_usd=3650.0),),
    "open_condor_theta_usd": 100.0,
    "wacc": Wacc(0.10),
    "wacc_excess": 0.0,
    "cpi_yoy_pct": 3.0,
    "ppi_yoy_pct": 3.0,
    "rules": RULES,
}


def gate(**changes: object) -> Verdict:
    """Return the verdict on a case of 21 USD a day against a budget of 35."""
    return decay_gate(**{**CASE, **changes})


def test_theta_and_carry_are_held_against_a_share_of_the_condors_theta() -> None:
    """20 USD of theta and 3,650 x 10 % / 365 of carry against 35 % of 100 USD."""
    said = gate()
    assert (said.rule, said.verdict, said.reason) == ("decay_budget", "pass", "")
    assert said.inputs["theta_usd_per_day"] == 20.0
    assert said.inputs["carry_usd_per_day"] == pytest.approx(1.0)
    assert said.thresholds["budget_usd_per_day"] == pytest.approx(35.0)
    assert gate(open_condor_theta_usd=21.0 / 0.35 * 1.0001).verdict == "pass"
    exact = gate(wacc=Wacc(0.0), layers=(LayerDecay(theta_usd_per_day=-35.0, value_usd=1.0),))
    assert (exact.thresholds["budget_usd_per_day"], exact.verdict) == (35.0, "pass")
    over = gate(open_condor_theta_usd=21.0 / 0.35 * 0.9999)
    assert (over.verdict, over.reason) == ("refuse", "theta and carry exceed the budget")


@pytest.mark.parametrize(
    ("cpi", "ppi", "share"),
    [
        (2.4, 1.9, 0.25),
        (2.5, 1.9, 0.35),
        (2.4, 2.0, 0.35),
        (GONE, 5.0, 0.25),
        (5.0, GONE, 0.25),
        (GONE, GONE, 0.25),
    ],
)
def test_low_or_unknown_inflation_lowers_the_share(
    cpi: float | Unavailable, ppi: float | Unavailable, share: float
) -> None:
    """25 % while both are low, and while either is not known, which is noted."""
    said = gate(cpi_yoy_pct=cpi, ppi_yoy_pct=ppi)
    assert said.thresholds["share"] == share
    assert ("CPI counts as low" in str(said.inputs.get("replaced"))) == isinstance(cpi, Unavailable)
    assert ("PPI counts as low" in str(said.inputs.get("replaced"))) == isinstance(ppi, Unavailable)


@pytest.mark.parametrize(
    ("excess", "scale"), [(0.0, 1.0), (0.01, 0.9), (0.2, 0.7), (-0.01, 1.1), (-0.5, 1.3), (GONE, 0.7)]
)
def test_dear_capital_scales_the_budget_down(excess: float | Unavailable, scale: float) -> None:
    """Clip(1 - 10 x excess, 0.7, 1.3); without five years of rates, the least."""
    said = gate(wacc_excess=excess)
    assert said.thresholds["scale"] == pytest.approx(scale)
    assert ("scale is its least" in str(said.inputs.get("replaced"))) == isinstance(excess, Unavailable)
    assert said.inputs["wacc_excess"] == (None if isinstance(excess, Unavailable) else excess)


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ({"wacc": GONE}, "cost of capital: not released"),
        ({"open_condor_theta_usd": GONE}, "theta of the condors: not released"),
        ({"layers": (*CASE["layers"], Unavailable("no quote"))}, "decay of a layer: no quote"),
    ],
)
def test_without_what_the_budget_is_made_of_nothing_passes(missing: dict[str, Any], reason: str) -> None:
    """No fed funds, no theta of the condors, no decay of a layer: unavailable, which is a refusal."""
    said = gate(**missing)
    assert (said.verdict, said.reason) == ("unavailable", reason)
    limits = {"cpi_low_pct": 2.5, "ppi_low_pct": 2.0, "scale_min": 0.7, "scale_max": 1.3}
    assert said.thresholds == limits


def test_what_had_to_be_replaced_is_on_record() -> None:
    """The notes of the cost of capital stand in the verdict, whichever way it goes."""
    notes = Wacc(0.10, ("beta is 1: too few sessions",))
    assert gate(wacc=notes).inputs["replaced"] == "beta is 1: too few sessions"
    both = gate(wacc=notes, wacc_excess=GONE).inputs["replaced"]
    assert both == "beta is 1: too few sessions; scale is its least: not released"
    over = gate(wacc=notes, open_condor_theta_usd=0.0)
    assert over.reason == "theta and carry exceed the budget"
    assert over.inputs["replaced"] == "beta is 1: too few sessions"


def test_capital_below_zero_pays_for_nothing() -> None:
    """A negative proxy, or a layer of negative value, never lowers the decay."""
    assert gate(wacc=Wacc(-0.5)).inputs["carry_usd_per_day"] == 0.0
    short = LayerDecay(theta_usd_per_day=5.0, value_usd=-9000.0)
    said = gate(layers=(*CASE["layers"], short))
    assert said.inputs["theta_usd_per_day"] == 25.0
    assert said.inputs["carry_usd_per_day"] == pytest.approx(1.0)


FIGURES = st.fixed_dictionaries(
    {
        "layers": st.lists(
            st.builds(LayerDecay, theta_usd_per_day=st.floats(-500, 0), value_usd=st.floats(0, 1e6)),
            max_size=4,
        ),
        "open_condor_theta_usd": st.floats(0, 2000),
        "wacc": st.builds(Wacc, st.floats(0, 0.3)),
        "wacc_excess": st.floats(-0.1, 0.1),
        "cpi_yoy_pct": st.floats(-3, 10),
        "ppi_yoy_pct": st.floats(-3, 10),
    }
)


@settings(derandomize=True, max_examples=200)
@given(figures=FIGURES, more=st.floats(0, 100), k=st.sampled_from([0.5, 2.0, 8.0]))
def test_more_decay_dearer_capital_or_less_knowledge_never_passes_more(
    figures: dict[str, Any], more: float, k: float
) -> None:
    """Monotone: what is refused stays refused with one more layer, dearer capital or an input gone."""
    said = gate(**figures)
    layers, wacc = figures["layers"], figures["wacc"]
    worse: list[dict[str, Any]] = [
        {"layers": [*layers, LayerDecay(theta_usd_per_day=-more, value_usd=more)]},
        {"wacc": Wacc(wacc.value + more / 100)},
        {"wacc_excess": figures["wacc_excess"] + more / 100},
        {"open_condor_theta_usd": figures["open_condor_theta_usd"] / (1 + more)},
        *({name: GONE} for name in figures if name != "layers"),
    ]
    if said.verdict == "refuse":
        assert all(gate(**{**figures, **change}).verdict != "pass" for change in worse)
    scaled = {
        "layers": [
            LayerDecay(theta_usd_per_day=k * x.theta_usd_per_day, value_usd=k * x.value_usd) for x in layers
        ],
        "open_condor_theta_usd": k * figures["open_condor_theta_usd"],
    }
    assert gate(**{**figures, **scaled}).verdict == said.verdict  # dollars cancel: k is a power of two
