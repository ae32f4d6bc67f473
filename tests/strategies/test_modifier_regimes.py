"""Theta press, flow and REIT: when they hold, their bounds, and a missing input."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.modifier import Modifier, product
from strategies.alvh.modifiers import cut_side, flow, reit, rsi_bands, theta_press
from strategies.core.gate_rules import FlowRules, ReitRules, ThetaPressRules
from strategies.core.rules import RsiRules
from strategies.core.unavailable import Unavailable

Make = Callable[..., Modifier]
GONE = Unavailable("not released")
HOLDING: dict[Make, dict[str, Any]] = {
    theta_press: {
        "lost_condor": True,
        "vix_over_realised": 1.6,
        "slope": 0.1,
        "cap_minus_equal_pct": 3.1,
        "cap_minus_equal_quartile_pct": 3.0,
        "rules": ThetaPressRules(),
    },
    flow: {
        "lost_condor": True,
        "ipo_count": 41.0,
        "ipo_count_quartile": 40.0,
        "variance_ratio": 1.3,
        "variance_ratio_quartile": 1.2,
        "rules": FlowRules(),
    },
    reit: {
        "reit_volatility_pct": 27.0,
        "spx_volatility_pct": 20.0,
        "price_to_cash_flow": 15.1,
        "price_to_cash_flow_median": 15.0,
        "rules": ReitRules(),
    },
}
FACTORS: dict[Make, float] = {theta_press: 0.5, flow: 1.3, reit: 1.15}
UNMET: list[tuple[Make, dict[str, Any]]] = [
    (theta_press, {"lost_condor": False}),
    (theta_press, {"vix_over_realised": 1.5}),
    (theta_press, {"slope": 0.0}),
    (theta_press, {"cap_minus_equal_pct": 3.0}),
    (flow, {"lost_condor": False}),
    (flow, {"ipo_count": 40.0}),
    (flow, {"variance_ratio": 1.2}),
    (reit, {"reit_volatility_pct": 26.0}),
    (reit, {"price_to_cash_flow": 15.0}),
]
INPUTS = [
    (make, name) for make, case in HOLDING.items() for name in case if name not in {"rules", "lost_condor"}
]


@pytest.mark.parametrize("make", HOLDING)
def test_a_regime_holds_while_all_its_conditions_do(make: Make) -> None:
    """All conditions met: its factor, and a verdict that carries inputs and thresholds."""
    found = make(**HOLDING[make])
    assert (found.factor, found.active, found.name) == (FACTORS[make], True, make.__name__)
    assert found.verdict.rule == make.__name__
    assert found.verdict.inputs["factor"] == FACTORS[make]
    assert None not in [*found.verdict.inputs.values(), *found.verdict.thresholds.values()]


@pytest.mark.parametrize(("make", "change"), UNMET)
def test_one_condition_at_its_bound_ends_a_regime(make: Make, change: dict[str, Any]) -> None:
    """Every bound is strict: met exactly is not above it. The reason names the condition."""
    found = make(**{**HOLDING[make], **change})
    assert (found.factor, found.active) == (1.0, False)
    assert found.verdict.reason.startswith("not ")


@pytest.mark.parametrize(("make", "name"), INPUTS)
def test_a_missing_input_leaves_the_size_alone(make: Make, name: str) -> None:
    """X 1, recorded with the reason; it never counts as a refusal."""
    found = make(**{**HOLDING[make], name: GONE})
    assert (found.factor, found.verdict.verdict) == (1.0, "pass")
    assert found.verdict.reason.startswith("x 1, unavailable: ")
    assert "not released" in found.verdict.reason


@pytest.mark.parametrize(("make", "change"), UNMET[:1] + UNMET[4:5])
def test_what_is_known_not_to_hold_decides_over_what_is_missing(make: Make, change: dict[str, Any]) -> None:
    """Without a losing condor nothing else has to be known."""
    nothing = {name: GONE for of, name in INPUTS if of is make}
    found = make(**{**HOLDING[make], **nothing, **change})
    assert found.verdict.reason == "not after a losing condor"


@pytest.mark.parametrize("make", HOLDING)
def test_a_regime_can_be_switched_off(make: Make) -> None:
    """Switched off it is looked at and says so."""
    case = HOLDING[make]
    found = make(**{**case, "rules": type(case["rules"])(enabled=False)})
    assert (found.factor, found.verdict.reason) == (1.0, "switched off")


def test_an_index_that_does_not_move_has_no_volatility_ratio() -> None:
    """Nothing is divided by zero."""
    found = reit(**{**HOLDING[reit], "spx_volatility_pct": 0.0})
    assert found.verdict.reason == "x 1, unavailable: REIT over SPX volatility: SPX did not move"
    hardly = reit(**{**HOLDING[reit], "spx_volatility_pct": 0.5})
    assert hardly.verdict.inputs["volatility_ratio"] == HOLDING[reit]["reit_volatility_pct"] / 0.5


def test_the_theta_press_refuses_put_side_cuts_only() -> None:
    """Delta cuts may use reversal legs only: a put-side cut is refused with that reason."""
    holding = theta_press(**HOLDING[theta_press])
    calm = theta_press(**{**HOLDING[theta_press], "lost_condor": False})
    refused = cut_side(holding, "put")
    assert (refused.rule, refused.verdict) == ("delta_cut_side", "refuse")
    assert refused.reason == "put-side cuts are refused in the theta-press regime"
    assert cut_side(holding, "call").verdict == cut_side(calm, "put").verdict == "pass"


def test_flow_tightens_the_bands_while_it_holds() -> None:
    """25/75 in the regime, the usual ones otherwise; the neutral zone stays."""
    holding = flow(**HOLDING[flow])
    calm = flow(**{**HOLDING[flow], "lost_condor": False})
    bands = rsi_bands(holding, RsiRules(), FlowRules())
    assert (bands.oversold, bands.overbought, bands.neutral_low) == (25.0, 75.0, 40.0)
    assert rsi_bands(calm, RsiRules(), FlowRules()) == RsiRules()


def test_factors_multiply() -> None:
    """The size is the base times all of them; without any, the base."""
    assert product(make(**case) for make, case in HOLDING.items()) == pytest.approx(0.5 * 1.3 * 1.15)
    assert product([]) == 1.0


MAYBE = st.one_of(st.floats(-100, 100), st.just(GONE))


@settings(derandomize=True, max_examples=200)
@given(data=st.data(), make=st.sampled_from(list(HOLDING)))
def test_factors_stay_within_their_bounds_and_unavailable_never_adds(data: st.DataObject, make: Make) -> None:
    """Whatever is read, [0.5, 1], [1, 1.3] and [1, 1.15]; an input taken away never raises the factor."""
    low, high = {theta_press: (0.5, 1.0), flow: (1.0, 1.3), reit: (1.0, 1.15)}[make]
    names = [name for of, name in INPUTS if of is make]
    case = {**HOLDING[make], **{name: data.draw(MAYBE, label=name) for name in names}}
    found = make(**case)
    assert low <= found.factor <= high
    assert found.active == (found.factor != 1.0)
    less = make(**{**case, data.draw(st.sampled_from(names)): GONE})
    assert less.factor in {1.0, found.factor}
