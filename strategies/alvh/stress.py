"""What a hedge is worth in stress: SPX -10 % in 5 sessions, the VIX futures up by 20 points and less.

Strategy section 5, gate 4: a future at `days` to its settlement moves by 20 x min(1, sqrt(30 / days)) points.
"""

import math

from strategies.core.gate_rules import StewardRules
from strategies.core.instruments import Right
from strategies.core.option_model import black76

_TENOR_DAYS = 30.0


def stressed_forward(forward: float, days: float, rules: StewardRules) -> float:
    """Return a VIX future (VIX points) in stress, `days` calendar days before its settlement."""
    damping = 1.0 if days <= rules.shock_tenor_days else math.sqrt(rules.shock_tenor_days / days)
    return forward + rules.shock_points * damping


def stress_value(
    *,
    forward: float,
    strike: float,
    days: float,
    volatility: float,
    rate: float,
    rules: StewardRules,
    right: Right = Right.CALL,
) -> float:
    """Return the Black-76 value (points) of a VIX option in stress, 7 calendar days later.

    Args:
        forward: F now, the VIX future of the option's expiry (VIX points).
        strike: of the option.
        days: calendar days to settlement, now.
        volatility: the strike's implied one, unchanged by the stress (a decimal a year).
        rate: a decimal a year, continuous.
        rules: the shock.
        right: call by default.
    """
    return black76(
        forward=stressed_forward(forward, days, rules),
        strike=strike,
        years=max(days - rules.later_days, 0.0) / 365.0,
        volatility=volatility,
        rate=rate,
        right=right,
    ).value


def vxx_stress_value(
    *, price_usd: float, m1: float, m1_days: float, m2: float, m2_days: float, rules: StewardRules
) -> float:
    """Return the value (USD) of one VXX share in stress (ours).

    VXX follows M1 and M2 held so that their mean tenor is 30 days: it moves by the sum of w x F in stress
    over the same sum now, w = (m2_days - 30) / (m2_days - m1_days) of M1, the rest of M2, both in [0, 1].
    What rolling costs in the week is left out: it is small beside the shock.

    Args:
        price_usd: of a share now.
        m1: first monthly VIX future (VIX points).
        m1_days: calendar days to its settlement.
        m2: second monthly VIX future.
        m2_days: calendar days to its settlement, more than `m1_days`.
        rules: the shock.
    """
    first = min(max((m2_days - _TENOR_DAYS) / (m2_days - m1_days), 0.0), 1.0)
    now = first * m1 + (1.0 - first) * m2
    then = first * stressed_forward(m1, m1_days, rules) + (1.0 - first) * stressed_forward(m2, m2_days, rules)
    return price_usd * then / now
