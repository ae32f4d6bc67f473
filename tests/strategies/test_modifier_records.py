"""What the verdicts of the modifiers write down, word for word: readers of the audit rely on it."""

from collections.abc import Callable
from typing import Any

import pytest

from strategies.alvh.beta_tilt import beta_tilt
from strategies.alvh.modifiers import cut_side, flow, reit, theta_press
from strategies.alvh.overlay_size import breadth
from strategies.core.gate_rules import BetaTiltRules, FlowRules, ReitRules, ThetaPressRules
from strategies.core.records import Verdict
from strategies.core.unavailable import Unavailable

GONE = Unavailable("no quote")
TILT: dict[str, Any] = {
    "reer_change_12m_pct": 1.0,
    "gdp_growth_pct": 3.0,
    "gdp_growth_mean_pct": 2.0,
    "book_beta": 0.3,
    "book_beta_median": 0.2,
    "rules": BetaTiltRules(),
}
PRESS: dict[str, Any] = {
    "lost_condor": True,
    "vix_over_realised": 1.6,
    "slope": 0.1,
    "cap_minus_equal_pct": 3.1,
    "cap_minus_equal_quartile_pct": 3.0,
    "rules": ThetaPressRules(),
}
FLOW: dict[str, Any] = {
    "lost_condor": True,
    "ipo_count": 41.0,
    "ipo_count_quartile": 40.0,
    "variance_ratio": 1.3,
    "variance_ratio_quartile": 1.2,
    "rules": FlowRules(),
}
REIT: dict[str, Any] = {
    "reit_volatility_pct": 30.0,
    "spx_volatility_pct": 20.0,
    "price_to_cash_flow": 15.1,
    "price_to_cash_flow_median": 15.0,
    "rules": ReitRules(),
}


def verdict(rule: str, word: Any, reason: str = "", **sides: dict[str, Any]) -> Verdict:  # noqa: ANN401
    """Return the verdict as it should be."""
    return Verdict(rule=rule, verdict=word, reason=reason, **sides)


REGIMES: list[tuple[Callable[..., Any], dict[str, Any], Verdict]] = [
    (
        theta_press,
        PRESS,
        verdict(
            "theta_press",
            "fire",
            inputs={
                "lost_condor": True,
                "vix_over_realised": 1.6,
                "slope": 0.1,
                "cap_minus_equal_pct": 3.1,
                "factor": 0.5,
            },
            thresholds={"vix_over_realised_min": 1.5, "cap_minus_equal_quartile_pct": 3.0},
        ),
    ),
    (
        flow,
        FLOW,
        verdict(
            "flow",
            "fire",
            inputs={"lost_condor": True, "ipo_count": 41.0, "variance_ratio": 1.3, "factor": 1.3},
            thresholds={"ipo_count_quartile": 40.0, "variance_ratio_quartile": 1.2},
        ),
    ),
    (
        reit,
        REIT,
        verdict(
            "reit",
            "fire",
            inputs={"volatility_ratio": 1.5, "price_to_cash_flow": 15.1, "factor": 1.15},
            thresholds={"volatility_ratio_min": 1.3, "price_to_cash_flow_median": 15.0},
        ),
    ),
    (
        beta_tilt,
        TILT,
        verdict(
            "beta_tilt",
            "fire",
            inputs={
                "reer_change_12m_pct": 1.0,
                "gdp_growth_pct": 3.0,
                "book_beta": 0.3,
                "dollar": 1.05,
                "growth": 1.0,
                "beta": 1.1,
                "factor": 1.05 * 1.1,
            },
            thresholds={
                "gdp_growth_mean_pct": 2.0,
                "book_beta_median": 0.2,
                "factor_min": 0.9,
                "factor_max": 1.2,
            },
        ),
    ),
]


@pytest.mark.parametrize(("make", "case", "said"), REGIMES)
def test_a_modifier_writes_down_everything_it_read(
    make: Callable[..., Any], case: dict[str, Any], said: Verdict
) -> None:
    """Every input and every bound, and the factor that came of them."""
    found = make(**case)
    assert found.verdict == said
    assert found.name == said.rule


REASONS: list[tuple[Callable[..., Any], dict[str, Any], str, str]] = [
    (theta_press, PRESS, "lost_condor", "not after a losing condor"),
    (theta_press, PRESS, "vix_over_realised", "VIX over realised"),
    (theta_press, PRESS, "slope", "slope above 0"),
    (theta_press, PRESS, "cap_minus_equal_pct", "cap- over equal-weighted"),
    (flow, FLOW, "ipo_count", "many IPOs"),
    (flow, FLOW, "variance_ratio", "fast flow"),
    (reit, REIT, "reit_volatility_pct", "REIT over SPX volatility"),
    (reit, REIT, "price_to_cash_flow", "price to cash flow"),
]


@pytest.mark.parametrize(("make", "case", "name", "words"), REASONS)
def test_the_condition_that_fails_is_named(
    make: Callable[..., Any], case: dict[str, Any], name: str, words: str
) -> None:
    """Known not to hold, and not known: each in the same words."""
    if name == "lost_condor":
        assert make(**{**case, name: False}).verdict.reason == words
        return
    assert make(**{**case, name: -9.0}).verdict.reason == f"not {words}"
    assert make(**{**case, name: GONE}).verdict.reason == f"x 1, unavailable: {words}: no quote"
    assert make(**{**case, name: GONE}).verdict.inputs["factor"] == 1.0
    both = [n for m, _, n, _ in REASONS if m is make and n != "lost_condor"]
    reason = make(**{**case, **dict.fromkeys(both, GONE)}).verdict.reason
    assert reason.count("; ") == len(both) - 1


def test_two_missing_tilts_are_both_named() -> None:
    """In their order, one after the other; switched off, nothing else is said."""
    found = beta_tilt(**{**TILT, "reer_change_12m_pct": GONE, "book_beta": GONE})
    assert found.verdict.reason == "x 1 for what is unavailable: dollar: no quote; beta: no quote"
    off = beta_tilt(**{**TILT, "rules": BetaTiltRules(enabled=False)})
    assert (off.name, off.verdict) == ("beta_tilt", verdict("beta_tilt", "pass", "switched off"))


def test_breadth_writes_down_the_trend() -> None:
    """Trend, factor and weight; without a trend the reason alone."""
    assert breadth(1.0, 0.25).verdict == verdict(
        "breadth", "fire", inputs={"ad_trend": 1.0, "factor": 0.75}, thresholds={"weight": 0.25}
    )
    missing = breadth(GONE, 0.25)
    assert (missing.name, missing.verdict) == (
        "breadth",
        verdict("breadth", "pass", "x 1: A/D trend: no quote"),
    )


def test_the_side_of_a_cut_is_written_down() -> None:
    """With whether the regime holds."""
    said = cut_side(theta_press(**PRESS), "put")
    assert said == verdict(
        "delta_cut_side",
        "refuse",
        "put-side cuts are refused in the theta-press regime",
        inputs={"side": "put", "theta_press": True},
    )
    calm = cut_side(theta_press(**{**PRESS, "slope": -1.0}), "put")
    assert calm == verdict("delta_cut_side", "pass", inputs={"side": "put", "theta_press": False})
