"""Gate 3: what all layers lose a day, over what the open condors earn a day.

Strategy section 5. Decay is theta plus carry, the capital bound in a layer at the proxy of its cost: sum of
|theta| + value x WACC / 365 a day, against a share of T0 (the condors' theta at entry).
"""

import math
from collections.abc import Sequence

from msgspec import Struct

from strategies.alvh.wacc import Wacc, replaced
from strategies.core.gate_rules import DecayRules
from strategies.core.records import Value, Verdict
from strategies.core.unavailable import Unavailable


class LayerDecay(Struct, frozen=True, kw_only=True):
    """One layer as held: theta (USD a day, of either sign) and market value (USD)."""

    theta_usd_per_day: float
    value_usd: float


def decay_gate(
    *,
    layers: Sequence[LayerDecay | Unavailable],
    open_condor_theta_usd: float | Unavailable,
    wacc: Wacc | Unavailable,
    wacc_excess: float | Unavailable,
    cpi_yoy_pct: float | Unavailable,
    ppi_yoy_pct: float | Unavailable,
    rules: DecayRules,
) -> Verdict:
    """Say whether the layers, the new one included, keep within the budget.

    Args:
        layers: every open layer and the new one; one whose decay is unavailable leaves the gate unavailable.
        open_condor_theta_usd: T0, the sum over the open condors of their theta at entry, USD a day.
        wacc: the proxy; unavailable (no fed funds): the gate is, too.
        wacc_excess: WACC less its 5-year mean, decimal a year; unavailable: the scale is its least.
        cpi_yoy_pct: consumer prices, percent on the year before; unavailable counts as low.
        ppi_yoy_pct: producer prices, the same.
        rules: shares, limits and bounds.
    """
    thresholds = _limits(rules)
    known = [layer for layer in layers if isinstance(layer, LayerDecay)]
    missing = next((layer for layer in layers if isinstance(layer, Unavailable)), None)
    if isinstance(wacc, Unavailable):
        return _unavailable(f"cost of capital: {wacc.reason}", thresholds)
    if isinstance(open_condor_theta_usd, Unavailable):
        return _unavailable(f"theta of the condors: {open_condor_theta_usd.reason}", thresholds)
    if missing is not None:
        return _unavailable(f"decay of a layer: {missing.reason}", thresholds)
    theta, carry = _lost_a_day(known, wacc)
    share, inflation = _share(cpi_yoy_pct, ppi_yoy_pct, rules)
    scale, usual = _scale(wacc_excess, rules)
    budget = share * scale * open_condor_theta_usd
    over = theta + carry > budget
    return Verdict(
        rule="decay_budget",
        verdict="refuse" if over else "pass",
        reason="theta and carry exceed the budget" if over else "",
        inputs={
            "theta_usd_per_day": theta,
            "carry_usd_per_day": carry,
            "open_condor_theta_usd": open_condor_theta_usd,
            "wacc": wacc.value,
            "wacc_excess": _or_none(wacc_excess),
            "cpi_yoy_pct": _or_none(cpi_yoy_pct),
            "ppi_yoy_pct": _or_none(ppi_yoy_pct),
            **replaced((*wacc.notes, *inflation, *usual)),
        },
        thresholds={**thresholds, "share": share, "scale": scale, "budget_usd_per_day": budget},
    )


def _limits(rules: DecayRules) -> dict[str, Value]:
    return {
        "cpi_low_pct": rules.cpi_low_pct,
        "ppi_low_pct": rules.ppi_low_pct,
        "scale_min": rules.scale_min,
        "scale_max": rules.scale_max,
    }


def _lost_a_day(layers: Sequence[LayerDecay], wacc: Wacc) -> tuple[float, float]:
    """Return theta and carry, USD a day, both at least 0."""
    theta = math.fsum(abs(layer.theta_usd_per_day) for layer in layers)
    # Capital never pays for being bound: below zero the proxy counts as zero.
    return theta, math.fsum(max(layer.value_usd, 0.0) for layer in layers) * max(wacc.value, 0.0) / 365.0


def _share(
    cpi: float | Unavailable, ppi: float | Unavailable, rules: DecayRules
) -> tuple[float, tuple[str, ...]]:
    """Return the share of T0, and why it is the lower one for lack of data."""
    notes = tuple(
        f"{name} counts as low: {value.reason}"
        for name, value in (("CPI", cpi), ("PPI", ppi))
        if isinstance(value, Unavailable)
    )
    if isinstance(cpi, Unavailable) or isinstance(ppi, Unavailable):
        return rules.share_max_low_inflation, notes
    low = cpi < rules.cpi_low_pct and ppi < rules.ppi_low_pct
    return (rules.share_max_low_inflation if low else rules.share_max), ()


def _scale(excess: float | Unavailable, rules: DecayRules) -> tuple[float, tuple[str, ...]]:
    """Return clip(1 - 10 x (WACC - mean), 0.7, 1.3); its least without a mean."""
    if isinstance(excess, Unavailable):
        return rules.scale_min, (f"scale is its least: {excess.reason}",)
    return min(max(1.0 - rules.wacc_excess_factor * excess, rules.scale_min), rules.scale_max), ()


def _or_none(value: float | Unavailable) -> float | None:
    return None if isinstance(value, Unavailable) else value


def _unavailable(reason: str, thresholds: dict[str, Value]) -> Verdict:
    return Verdict(rule="decay_budget", verdict="unavailable", reason=reason, thresholds=thresholds)
