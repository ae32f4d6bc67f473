"""The beta tilt of strategy section 6: rising dollar, low growth, the book's beta over its median."""

from strategies.alvh.modifier import Modifier, or_none
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
    notes: list[str] = []
    if not rules.enabled:
        return Modifier("beta_tilt", 1.0, Verdict(rule="beta_tilt", verdict="pass", reason="switched off"))
    dollar = growth = beta = 1.0
    if isinstance(reer_change_12m_pct, Unavailable):
        notes.append(f"REER: {reer_change_12m_pct.reason}")
    elif reer_change_12m_pct > 0.0:
        dollar = rules.reer_factor
    if isinstance(gdp_growth_pct, Unavailable):
        notes.append(f"GDP: {gdp_growth_pct.reason}")
    elif isinstance(gdp_growth_mean_pct, Unavailable):
        notes.append(f"GDP mean: {gdp_growth_mean_pct.reason}")
    elif gdp_growth_pct < gdp_growth_mean_pct:
        growth = rules.growth_factor
    ratio = _beta_ratio(book_beta, book_beta_median)
    if isinstance(ratio, Unavailable):
        notes.append(f"beta: {ratio.reason}")
    else:
        beta = min(max(ratio, rules.beta_ratio_min), rules.beta_ratio_max)
    factor = min(max(dollar * growth * beta, rules.factor_min), rules.factor_max)
    verdict = Verdict(
        rule="beta_tilt",
        verdict="pass" if factor == 1.0 else "fire",
        reason=f"x 1 for what is unavailable: {'; '.join(notes)}" if notes else "",
        inputs={
            "reer_change_12m_pct": or_none(reer_change_12m_pct),
            "gdp_growth_pct": or_none(gdp_growth_pct),
            "book_beta": or_none(book_beta),
            "dollar": dollar,
            "growth": growth,
            "beta": beta,
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


def _beta_ratio(beta: float | Unavailable, median: float | Unavailable) -> float | Unavailable:
    if isinstance(beta, Unavailable):
        return beta
    if isinstance(median, Unavailable):
        return median
    # Over a median of zero or less a ratio would say the opposite of what it means.
    return beta / median if median > 0.0 else Unavailable("its median is not above 0")
