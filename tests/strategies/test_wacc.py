"""The cost of capital and its distance from its mean."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.wacc import Wacc, wacc_excess, wacc_proxy
from strategies.core.gate_rules import WaccRules
from strategies.core.unavailable import Unavailable

RULES = WaccRules()
PERCENT = st.floats(-1.0, 20.0)
GONE = Unavailable("not released")


def test_the_proxy_is_the_weighted_cost_of_equity_and_debt() -> None:
    """2 % and +0.25 expected, beta 1.2: 0.8 x (0.0225 + 0.054) + 0.2 x (0.0225 + 0.015)."""
    found = wacc_proxy(fed_funds_pct=2.0, expected_change_pct=0.25, beta=1.2, rules=RULES)
    assert isinstance(found, Wacc)
    assert found.value == pytest.approx(0.8 * 0.0765 + 0.2 * 0.0375)
    assert found.notes == ()


def test_what_is_replaced_is_noted() -> None:
    """No expectation counts as 0, no beta as 1, each with its reason; without fed funds: no proxy."""
    found = wacc_proxy(fed_funds_pct=2.0, expected_change_pct=GONE, beta=GONE, rules=RULES)
    assert isinstance(found, Wacc)
    assert found.value == pytest.approx(0.8 * 0.065 + 0.2 * 0.035)
    assert found.notes == ("expected change is 0: not released", "beta is 1: not released")
    none = wacc_proxy(fed_funds_pct=GONE, expected_change_pct=0.0, beta=1.0, rules=RULES)
    assert none == Unavailable("fed funds: not released")


@settings(derandomize=True, max_examples=100)
@given(
    rates=st.lists(PERCENT, min_size=60, max_size=80),
    now=PERCENT,
    change=st.one_of(st.floats(-1, 1), st.just(GONE)),
    beta=st.floats(-1, 2),
)
def test_the_excess_is_the_proxy_less_its_own_mean(
    rates: list[float], now: float, change: float | Unavailable, beta: float
) -> None:
    """Computed the long way, month by month, the mean of the proxy gives the same excess for any beta."""

    def proxy(rate: float, step: float | Unavailable) -> float:
        found = wacc_proxy(fed_funds_pct=rate, expected_change_pct=step, beta=beta, rules=RULES)
        assert isinstance(found, Wacc)
        return found.value

    mean = sum(proxy(rate, 0.0) for rate in rates[-60:]) / 60
    excess = wacc_excess(fed_funds_pct=now, expected_change_pct=change, month_ends_pct=rates, rules=RULES)
    assert excess == pytest.approx(proxy(now, change) - mean, abs=1e-12)


def test_an_excess_needs_sixty_months_and_a_rate() -> None:
    """Less than five years of month ends, or no rate now, has no excess."""
    short = wacc_excess(fed_funds_pct=2.0, expected_change_pct=0.0, month_ends_pct=[1.0] * 59, rules=RULES)
    assert short == Unavailable("59 month ends of fed funds, the mean needs 60")
    none = wacc_excess(fed_funds_pct=GONE, expected_change_pct=0.0, month_ends_pct=[1.0] * 60, rules=RULES)
    assert none == Unavailable("fed funds: not released")
