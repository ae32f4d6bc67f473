"""The regimes of strategy section 6: each bounded, each recorded with its inputs, a missing input leaves x 1.

Bounds (quartile, median, mean of the input's own past) are computed by the caller, see `quantiles.py` and
`modifier_inputs.py`. "Above" is strict, so that an input that never changes is in no top quartile.
"""

from msgspec import structs

from strategies.alvh.modifier import Modifier, above, or_none, regime
from strategies.core.gate_rules import FlowRules, ReitRules, ThetaPressRules
from strategies.core.records import Verdict
from strategies.core.rules import RsiRules
from strategies.core.unavailable import Unavailable


def theta_press(
    *,
    lost_condor: bool,
    vix_over_realised: float | Unavailable,
    slope: float | Unavailable,
    cap_minus_equal_pct: float | Unavailable,
    cap_minus_equal_quartile_pct: float | Unavailable,
    rules: ThetaPressRules,
) -> Modifier:
    """Return the theta-press regime: lighter overlays, and no put-side cuts (`cut_side`).

    Args:
        lost_condor: whether the last condor that closed lost.
        vix_over_realised: VIX over 21-session realised volatility.
        slope: M2 - M1, VIX points.
        cap_minus_equal_pct: 63-session return of the cap- less that of the equal-weighted index, percent.
        cap_minus_equal_quartile_pct: the third quartile of its past.
        rules: factor and limits.
    """
    return regime(
        "theta_press",
        rules.factor,
        {
            "after a losing condor": lost_condor,
            "VIX over realised": above(vix_over_realised, rules.vix_over_realised_min),
            "slope above 0": above(slope, 0.0),
            "cap- over equal-weighted": above(cap_minus_equal_pct, cap_minus_equal_quartile_pct),
        },
        enabled=rules.enabled,
        inputs={
            "lost_condor": lost_condor,
            "vix_over_realised": or_none(vix_over_realised),
            "slope": or_none(slope),
            "cap_minus_equal_pct": or_none(cap_minus_equal_pct),
        },
        thresholds={
            "vix_over_realised_min": rules.vix_over_realised_min,
            "cap_minus_equal_quartile_pct": or_none(cap_minus_equal_quartile_pct),
        },
    )


def cut_side(theta_press_regime: Modifier, side: str) -> Verdict:
    """Say "delta_cut_side": under the theta press a put-side cut (a conversion) is refused."""
    refused = theta_press_regime.active and side == "put"
    return Verdict(
        rule="delta_cut_side",
        verdict="refuse" if refused else "pass",
        reason="put-side cuts are refused in the theta-press regime" if refused else "",
        inputs={"side": side, "theta_press": theta_press_regime.active},
    )


def flow(
    *,
    lost_condor: bool,
    ipo_count: float | Unavailable,
    ipo_count_quartile: float | Unavailable,
    variance_ratio: float | Unavailable,
    variance_ratio_quartile: float | Unavailable,
    rules: FlowRules,
) -> Modifier:
    """Return the flow regime: larger first layers, and other RSI bands (`rsi_bands`).

    Args:
        lost_condor: whether the last condor that closed lost.
        ipo_count: listings of the newest month.
        ipo_count_quartile: the third quartile of its past.
        variance_ratio: 21-session realised 5-minute variance over close-to-close variance.
        variance_ratio_quartile: the third quartile of its past.
        rules: factor and bands.
    """
    return regime(
        "flow",
        rules.factor,
        {
            "after a losing condor": lost_condor,
            "many IPOs": above(ipo_count, ipo_count_quartile),
            "fast flow": above(variance_ratio, variance_ratio_quartile),
        },
        enabled=rules.enabled,
        inputs={
            "lost_condor": lost_condor,
            "ipo_count": or_none(ipo_count),
            "variance_ratio": or_none(variance_ratio),
        },
        thresholds={
            "ipo_count_quartile": or_none(ipo_count_quartile),
            "variance_ratio_quartile": or_none(variance_ratio_quartile),
        },
    )


def rsi_bands(flow_regime: Modifier, bands: RsiRules, rules: FlowRules) -> RsiRules:
    """Return the RSI rules in force: the regime's 25/75 while it holds."""
    if not flow_regime.active:
        return bands
    return structs.replace(bands, oversold=rules.oversold, overbought=rules.overbought)


def reit(
    *,
    reit_volatility_pct: float | Unavailable,
    spx_volatility_pct: float | Unavailable,
    price_to_cash_flow: float | Unavailable,
    price_to_cash_flow_median: float | Unavailable,
    rules: ReitRules,
) -> Modifier:
    """Return the REIT modifier: more hedge while REITs move more than the index and are dear.

    Args:
        reit_volatility_pct: 21-session realised, annualised.
        spx_volatility_pct: the same of SPX.
        price_to_cash_flow: newest.
        price_to_cash_flow_median: of its past.
        rules: factor and limit.
    """
    ratio = _ratio(reit_volatility_pct, spx_volatility_pct)
    return regime(
        "reit",
        rules.factor,
        {
            "REIT over SPX volatility": above(ratio, rules.volatility_ratio_min),
            "price to cash flow": above(price_to_cash_flow, price_to_cash_flow_median),
        },
        enabled=rules.enabled,
        inputs={"volatility_ratio": or_none(ratio), "price_to_cash_flow": or_none(price_to_cash_flow)},
        thresholds={
            "volatility_ratio_min": rules.volatility_ratio_min,
            "price_to_cash_flow_median": or_none(price_to_cash_flow_median),
        },
    )


def _ratio(upper: float | Unavailable, lower: float | Unavailable) -> float | Unavailable:
    if isinstance(upper, Unavailable):
        return upper
    if isinstance(lower, Unavailable):
        return lower
    return upper / lower if lower > 0.0 else Unavailable("SPX did not move")
