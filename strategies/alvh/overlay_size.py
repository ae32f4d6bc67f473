"""Base sizes of the overlays, before modifiers and caps; whole contracts are made of them at the very end.

Strategy section 3: slope overlay and second engine.
"""

from strategies.alvh.modifier import Modifier
from strategies.core.records import Verdict
from strategies.core.unavailable import Unavailable


def slope_contracts(*, vega_usd: float, share: float, delta: float, multiplier: int = 100) -> float:
    """Return how many VIX calls raise hedge vega by `share` x V0, not rounded.

    A VIX call gains delta x 100 USD per VIX point, and an SPX vol point is taken as one point of F (ours).

    Args:
        vega_usd: V0 of the condor, USD per vol point.
        share: of it (0.5).
        delta: Black-76 delta of the call, above 0.
        multiplier: of the call.
    """
    return share * vega_usd / (delta * multiplier)


def second_contracts(*, notional_usd: float, share: float, unit_usd: float) -> float:
    """Return share x N / unit, not rounded: calls with F x 100 as their unit, VXX shares with their price.

    Args:
        notional_usd: N of the condor.
        share: of it (0.10).
        unit_usd: F x 100, or the price of a share; above 0.
    """
    return share * notional_usd / unit_usd


def breadth(ad_trend: float | Unavailable, weight: float) -> Modifier:
    """Return the second engine's scale 1 - 0.25 x A/D trend: falling breadth adds, rising trims.

    Args:
        ad_trend: -2 to 2; unavailable: x 1, noted.
        weight: 0.25.
    """
    if isinstance(ad_trend, Unavailable):
        reason = f"x 1: A/D trend: {ad_trend.reason}"
        return Modifier("breadth", 1.0, Verdict(rule="breadth", verdict="pass", reason=reason))
    factor = 1.0 - weight * ad_trend
    verdict = Verdict(
        rule="breadth",
        verdict="pass" if ad_trend == 0.0 else "fire",
        inputs={"ad_trend": ad_trend, "factor": factor},
        thresholds={"weight": weight},
    )
    return Modifier("breadth", factor, verdict)
