"""The beta tilt: dollar, growth and the book's own beta."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.beta_tilt import beta_tilt
from strategies.core.gate_rules import BetaTiltRules
from strategies.core.unavailable import Unavailable

RULES = BetaTiltRules()
GONE = Unavailable("not released")
NEUTRAL: dict[str, Any] = {
    "reer_change_12m_pct": -1.0,
    "gdp_growth_pct": 3.0,
    "gdp_growth_mean_pct": 2.0,
    "book_beta": 0.2,
    "book_beta_median": 0.2,
    "rules": RULES,
}


@pytest.mark.parametrize(
    ("changes", "factor"),
    [
        ({}, 1.0),
        ({"reer_change_12m_pct": 0.1}, 1.05),
        ({"reer_change_12m_pct": 0.0}, 1.0),
        ({"gdp_growth_pct": 1.9}, 1.05),
        ({"gdp_growth_pct": 2.0}, 1.0),
        ({"book_beta": 0.21}, 1.05),
        ({"book_beta": 0.4}, 1.1),
        ({"book_beta": 0.01}, 0.9),
        ({"book_beta": -0.4}, 0.9),
        ({"reer_change_12m_pct": 0.1, "gdp_growth_pct": 1.0, "book_beta": 0.4}, 1.2),  # 1.2127 clipped
    ],
)
def test_each_tilt_multiplies_and_the_product_is_clipped(changes: dict[str, Any], factor: float) -> None:
    """X 1.05 for a risen REER, x 1.05 for growth under its mean, x beta over median within [0.9, 1.1]."""
    found = beta_tilt(**{**NEUTRAL, **changes})
    assert found.factor == pytest.approx(factor)
    assert found.active == (factor != 1.0)
    assert found.verdict.inputs["factor"] == found.factor
    assert found.verdict.verdict == ("pass" if factor == 1.0 else "fire")


@pytest.mark.parametrize(
    ("missing", "note"),
    [
        ({"reer_change_12m_pct": GONE}, "dollar: not released"),
        ({"gdp_growth_pct": GONE}, "growth: not released"),
        ({"gdp_growth_mean_pct": GONE}, "growth: not released"),
        ({"book_beta": GONE}, "beta: not released"),
        ({"book_beta_median": GONE}, "beta: not released"),
        ({"book_beta_median": 0.0}, "beta: its median is not above 0"),
        ({"book_beta_median": -0.1}, "beta: its median is not above 0"),
    ],
)
def test_a_tilt_without_its_input_is_one(missing: dict[str, Any], note: str) -> None:
    """The others still count, and the reason is on record."""
    raised = {**NEUTRAL, "reer_change_12m_pct": 1.0, "gdp_growth_pct": 1.0}
    found = beta_tilt(**{**raised, **missing})
    assert found.verdict.reason == f"x 1 for what is unavailable: {note}"
    expected = 1.05 if note.startswith(("dollar", "growth")) else 1.05**2
    assert found.factor == pytest.approx(expected)
    assert found.verdict.verdict == "fire"


def test_the_tilt_can_be_switched_off() -> None:
    """Switched off it says so."""
    found = beta_tilt(**{**NEUTRAL, "reer_change_12m_pct": 1.0, "rules": BetaTiltRules(enabled=False)})
    assert (found.factor, found.verdict.reason) == (1.0, "switched off")


MAYBE = st.one_of(st.floats(-10, 10), st.just(GONE))


@settings(derandomize=True, max_examples=200)
@given(case=st.fixed_dictionaries({name: MAYBE for name in NEUTRAL if name != "rules"}))
def test_the_tilt_stays_within_its_bounds(case: dict[str, Any]) -> None:
    """[0.9, 1.2] whatever is read."""
    assert 0.9 <= beta_tilt(**case, rules=RULES).factor <= 1.2
