"""The volatility that two tenors imply for the time between them.

Total variance is additive in time: forward variance = (far^2 x T_far - near^2 x T_near) / (T_far - T_near).
Recorded with each roll, strategy section 3; a limit on it is off by default.
"""

import math

from strategies.core.layer_rules import RollRules
from strategies.core.records import Value, Verdict
from strategies.core.unavailable import Unavailable


def forward_vol(
    *, near_vol: float, near_years: float, far_vol: float, far_years: float
) -> float | Unavailable:
    """Return the volatility (a decimal a year) between two tenors.

    Args:
        near_vol: implied volatility of the nearer tenor, on its own forward.
        near_years: time to it, calendar days / 365.
        far_vol: implied volatility of the farther tenor, on its own forward.
        far_years: time to it.
    """
    if far_years <= near_years:
        return Unavailable("the farther tenor is not farther")
    variance = (far_vol**2 * far_years - near_vol**2 * near_years) / (far_years - near_years)
    if variance < 0.0:
        return Unavailable("total variance falls with expiry")
    return math.sqrt(variance)


def roll_forward_vol_verdict(
    *,
    near_vol: float | Unavailable,
    near_years: float,
    far_vol: float | Unavailable,
    far_years: float,
    rules: RollRules,
) -> Verdict:
    """Say "roll_forward_vol": forward volatility over that of the tenor held, against its limit.

    Without a limit (0, the default) it is recorded and passes; with one, what is unavailable does not.
    """
    limit = rules.forward_vol_ratio_max
    inputs: dict[str, Value] = {"near_years": near_years, "far_years": far_years}
    thresholds: dict[str, Value] = {"ratio_max": limit} if limit > 0.0 else {}
    found = _forward_and_ratio(near_vol, near_years, far_vol, far_years)
    if isinstance(found, Unavailable):
        return Verdict(
            rule="roll_forward_vol",
            verdict="unavailable" if limit > 0.0 else "pass",
            reason=found.reason,
            inputs=inputs,
            thresholds=thresholds,
        )
    forward, ratio = found
    refused = 0.0 < limit < ratio
    return Verdict(
        rule="roll_forward_vol",
        verdict="refuse" if refused else "pass",
        reason="forward volatility is too dear" if refused else "",
        inputs={**inputs, "forward_vol": forward, "ratio": ratio},
        thresholds=thresholds,
    )


def _forward_and_ratio(
    near_vol: float | Unavailable, near_years: float, far_vol: float | Unavailable, far_years: float
) -> tuple[float, float] | Unavailable:
    if isinstance(near_vol, Unavailable):
        return Unavailable(f"volatility held: {near_vol.reason}")
    if isinstance(far_vol, Unavailable):
        return Unavailable(f"volatility bought: {far_vol.reason}")
    if near_vol <= 0.0:
        return Unavailable("volatility held is not above 0")
    forward = forward_vol(near_vol=near_vol, near_years=near_years, far_vol=far_vol, far_years=far_years)
    return forward if isinstance(forward, Unavailable) else (forward, forward / near_vol)
