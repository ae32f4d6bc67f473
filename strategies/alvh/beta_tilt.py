"""The beta tilt of strategy section 6: rising dollar, low growth, the book's beta over its median."""

import math

from strategies.alvh.modifier import Modifier, above, or_none
from strategies.core.gate_rules import BetaTiltRules
from strategies.core.records import Verdict
from strategies.core.unavailable import Unavailable


def beta_tilt(
    *,
    reer_change_12m_pct: float | Unavailable,
    gdp_growth_pct: float | Unavailable,
    gdp_growth_mean_pct: float | Unavailable,
    book_beta: float | Unavailable,
    book_beta_median: float | Unavailable,
    rules: BetaTiltRules,
) -> Modifier:
    """Return the product of the three tilts, clipped to its bounds; a tilt whose input is missing is 1.

    Args:
        reer_change_12m_pct: real effective exchange rate on 12 months before, percent.
        gdp_growth_pct: newest real growth, percent year on year.
        gdp_growth_mean_pct: its mean of ten years.
        book_beta: of the book on SPX (`beta.py`).
        book_beta_median: its median of one year.
        rules: factors and bounds.
    """
    if not rules.enabled:
        return Modifier("beta_tilt", 1.0, Verdict(rule="beta_tilt", verdict="pass", reason="switched off"))
    tilts = {
        "dollar": _up(reer_change_12m_pct, 0.0, rules.reer_factor),
        "growth": _up(gdp_growth_mean_pct, gdp_growth_pct, rules.growth_factor),
        "beta": _beta(book_beta, book_beta_median, rules),
    }
    missing = [f"{name}: {tilt.reason}" for name, tilt in tilts.items() if isinstance(tilt, Unavailable)]
    used = {name: 1.0 if isinstance(tilt, Unavailable) else tilt for name, tilt in tilts.items()}
    factor = min(max(math.prod(used.values()), rules.factor_min), rules.factor_max)
    verdict = Verdict(
        rule="beta_tilt",
        verdict="pass" if factor == 1.0 else "fire",
        reason=f"x 1 for what is unavailable: {'; '.join(missing)}" if missing else "",
        inputs={
            "reer_change_12m_pct": or_none(reer_change_12m_pct),
            "gdp_growth_pct": or_none(gdp_growth_pct),
            "book_beta": or_none(book_beta),
            **used,
            "factor": factor,
        },
        thresholds={
            "gdp_growth_mean_pct": or_none(gdp_growth_mean_pct),
            "book_beta_median": or_none(book_beta_median),
            "factor_min": rules.factor_min,
            "factor_max": rules.factor_max,
        },
    )
    return Modifier("beta_tilt", factor, verdict)


def _up(value: float | Unavailable, bound: float | Unavailable, factor: float) -> float | Unavailable:
    """Return the factor where the value is above the bound, else 1."""
    holds = above(value, bound)
    if isinstance(holds, Unavailable):
        return holds
    return factor if holds else 1.0


def _beta(
    beta: float | Unavailable, median: float | Unavailable, rules: BetaTiltRules
) -> float | Unavailable:
    """Return beta over its median, within its bounds."""
    if isinstance(beta, Unavailable):
        return beta
    if isinstance(median, Unavailable):
        return median
    if median <= 0.0:  # the ratio would say the opposite of what it means
        return Unavailable("its median is not above 0")
    return min(max(beta / median, rules.beta_ratio_min), rules.beta_ratio_max)
