"""The volatility between two tenors against QuantLib, and the verdict on a roll."""

import pytest
import QuantLib
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from strategies.alvh.forward_vol import forward_vol, roll_forward_vol_verdict
from strategies.core.layer_rules import RollRules
from strategies.core.unavailable import Unavailable

LIMITED = RollRules(forward_vol_ratio_max=1.2)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(
    near_days=st.integers(1, 200),
    gap_days=st.integers(1, 200),
    near_vol=st.floats(0.1, 2.0),
    far_vol=st.floats(0.1, 2.0),
)
def test_forward_volatility_equals_quantlib(
    near_days: int, gap_days: int, near_vol: float, far_vol: float
) -> None:
    """Forward variance over act/365 is that of QuantLib's variance curve."""
    near_years, far_years = near_days / 365, (near_days + gap_days) / 365
    assume(far_vol**2 * far_years > near_vol**2 * near_years)
    today = QuantLib.Date(22, 1, 2018)
    curve = QuantLib.BlackVarianceCurve(
        today,
        [today + near_days, today + near_days + gap_days],
        [near_vol, far_vol],
        QuantLib.Actual365Fixed(),
    )
    ours = forward_vol(near_vol=near_vol, near_years=near_years, far_vol=far_vol, far_years=far_years)
    assert ours == pytest.approx(curve.blackForwardVol(near_years, far_years, 0.0), rel=1e-9)


def test_total_variance_that_falls_has_no_forward_volatility() -> None:
    """A calendar arbitrage in the quotes is unavailable, never the root of a negative number."""
    found = forward_vol(near_vol=1.0, near_years=0.1, far_vol=0.3, far_years=0.2)
    assert found == Unavailable("total variance falls with expiry")
    same = forward_vol(near_vol=1.0, near_years=0.1, far_vol=1.0, far_years=0.1)
    assert same == Unavailable("the farther tenor is not farther")


@pytest.mark.parametrize(("far_vol", "verdict"), [(0.5, "pass"), (0.8, "refuse")])
def test_a_limit_refuses_dear_forward_volatility(far_vol: float, verdict: str) -> None:
    """The ratio of forward to held volatility is recorded, and refused above the limit."""
    said = roll_forward_vol_verdict(
        near_vol=0.5, near_years=0.04, far_vol=far_vol, far_years=0.12, rules=LIMITED
    )
    assert (said.rule, said.verdict) == ("roll_forward_vol", verdict)
    assert said.inputs["ratio"] == pytest.approx(said.inputs["forward_vol"] / 0.5)  # type: ignore[operator]
    assert said.thresholds == {"ratio_max": 1.2}


def test_without_a_limit_everything_is_recorded_and_passes() -> None:
    """The default limit is off: a dear forward volatility passes, with its ratio on record."""
    said = roll_forward_vol_verdict(
        near_vol=0.5, near_years=0.04, far_vol=2.0, far_years=0.12, rules=RollRules()
    )
    assert said.verdict == "pass"
    assert said.inputs["ratio"] > 1.2  # type: ignore[operator]
    assert said.thresholds == {}


@pytest.mark.parametrize(
    ("near_vol", "far_vol", "reason"),
    [
        (Unavailable("no quote"), 0.5, "volatility held: no quote"),
        (0.5, Unavailable("no quote"), "volatility bought: no quote"),
        (0.0, 0.5, "volatility held is not above 0"),
        (1.5, 0.1, "total variance falls with expiry"),
    ],
)
def test_missing_forward_volatility_fails_only_a_limit(
    near_vol: float | Unavailable, far_vol: float | Unavailable, reason: str
) -> None:
    """With a limit what is unavailable does not pass; without one it is recorded with its reason."""
    terms = {"near_vol": near_vol, "near_years": 0.04, "far_vol": far_vol, "far_years": 0.12}
    limited = roll_forward_vol_verdict(**terms, rules=LIMITED)
    free = roll_forward_vol_verdict(**terms, rules=RollRules())
    assert (limited.verdict, free.verdict) == ("unavailable", "pass")
    assert limited.reason == free.reason == reason
