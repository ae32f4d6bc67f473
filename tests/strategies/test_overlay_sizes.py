"""Base sizes of the overlays and the scale by breadth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.overlay_size import breadth, second_contracts, slope_contracts
from strategies.core.unavailable import Unavailable

POSITIVE = st.floats(0.01, 1e6)


def test_slope_contracts_raise_hedge_vega_by_a_share_of_the_entry_vega() -> None:
    """Half of a V0 of 1,500 USD per point, by calls of delta 0.30, that is 30 USD per point each."""
    assert slope_contracts(vega_usd=1500.0, share=0.5, delta=0.30) == pytest.approx(25.0)


def test_second_contracts_are_a_share_of_notional_by_calls_or_shares() -> None:
    """The worked example: 10 % of 50,000 over F 14.675 x 100 are 3.4 calls; over 40 USD, 125 VXX shares."""
    calls = second_contracts(notional_usd=50_000.0, share=0.10, unit_usd=14.675 * 100)
    assert calls == pytest.approx(3.4, abs=0.01)
    assert second_contracts(notional_usd=50_000.0, share=0.10, unit_usd=40.0) == pytest.approx(125.0)
    assert calls * breadth(1.04, 0.25).factor == pytest.approx(2.52, abs=0.01)  # trimmed to 2


@settings(derandomize=True, max_examples=80)
@given(v0=POSITIVE, delta=st.floats(0.05, 0.95), k=st.floats(0.1, 10))
def test_sizes_scale_as_their_units_say(v0: float, delta: float, k: float) -> None:
    """Proportional to V0 and N, inversely to delta, F and price; all prices scaled alike change nothing."""
    base = slope_contracts(vega_usd=v0, share=0.5, delta=delta)
    assert slope_contracts(vega_usd=k * v0, share=0.5, delta=delta) == pytest.approx(k * base)
    assert slope_contracts(vega_usd=v0, share=0.5, delta=k * delta) == pytest.approx(base / k)
    calls = second_contracts(notional_usd=v0, share=0.1, unit_usd=delta)
    assert second_contracts(notional_usd=k * v0, share=0.1, unit_usd=k * delta) == pytest.approx(calls)


@pytest.mark.parametrize(
    ("trend", "factor", "verdict"), [(-2.0, 1.5, "fire"), (0.0, 1.0, "pass"), (2.0, 0.5, "fire")]
)
def test_falling_breadth_adds_and_rising_trims(trend: float, factor: float, verdict: str) -> None:
    """1 - 0.25 x trend."""
    found = breadth(trend, 0.25)
    assert (found.name, found.factor, found.verdict.verdict) == ("breadth", factor, verdict)
    assert found.verdict.inputs == {"ad_trend": trend, "factor": factor}


def test_without_breadth_the_size_stays() -> None:
    """X 1, noted."""
    found = breadth(Unavailable("252 sessions are needed"), 0.25)
    assert (found.factor, found.verdict.verdict) == (1.0, "pass")
    assert found.verdict.reason == "x 1: A/D trend: 252 sessions are needed"
