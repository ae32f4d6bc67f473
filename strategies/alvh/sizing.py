"""How many contracts a layer gets, and what that does to the condor's break-evens."""

import math
from decimal import Decimal

from msgspec import Struct

from strategies.core.gates import premium_left_usd
from strategies.core.holdings import Condor
from strategies.core.market import Unavailable, spx_last
from strategies.core.records import Verdict
from strategies.core.turn import Turn

VIX_MULTIPLIER = 100


class Size(Struct, frozen=True):
    """Contracts after the caps, with the verdict that explains them."""

    contracts: int
    verdict: Verdict


def layer_size(turn: Turn, condor: Condor, fraction: float, forward: float, limit: Decimal) -> Size:
    """Return fraction x N / (F x 100), cut by the caps and rounded down to whole contracts.

    Args:
        turn: the turn at hand.
        condor: the condor that the layer protects.
        fraction: share of its notional N.
        forward: F, the VIX future of the option's expiry (VIX points).
        limit: what one call may cost (points).
    """
    caps = turn.rules.caps
    base = fraction * condor.notional_usd / (forward * VIX_MULTIPLIER)
    left = premium_left_usd(turn)
    inputs = {
        "fraction": fraction,
        "notional_usd": condor.notional_usd,
        "forward": forward,
        "base_contracts": base,
        "premium_left_usd": None if left is None else float(left),
    }
    thresholds = {"contracts_per_layer_max": caps.contracts_per_layer_max}
    if left is None:
        verdict = Verdict(
            rule="size", verdict="unavailable", reason="net liquidation is not known", inputs=inputs
        )
        return Size(0, verdict)
    affordable = math.floor(left / (limit * VIX_MULTIPLIER))
    contracts = min(math.floor(base), caps.contracts_per_layer_max, affordable)
    reason = ""
    if contracts < 1:
        reason = "rounds to no contract" if base < 1 else "premium cap is used up"
    return Size(
        contracts,
        Verdict(
            rule="size",
            verdict="refuse" if contracts < 1 else "pass",
            reason=reason,
            inputs={**inputs, "contracts": contracts},
            thresholds=thresholds,
        ),
    )


def layer_debit_usd(turn: Turn, condor_id: str) -> Decimal:
    """Return the net debit of all layers on a condor, USD."""
    layers = turn.state.layers.values()
    return sum((layer.debit_usd for layer in layers if layer.condor_id == condor_id), Decimal(0))


def break_evens(condor: Condor, debit_usd: float) -> tuple[float, float]:
    """Return the collective break-evens (index points): K2 - x and K3 + x, x = (credit - debit) per unit."""
    _, k2, k3, _ = condor.strikes
    per_unit = (float(condor.credit_usd) - debit_usd) / (condor.legs[0].multiplier * condor.contracts)
    return k2 - per_unit, k3 + per_unit


def break_even_gate(turn: Turn, condor: Condor, new_debit_usd: Decimal) -> Verdict:
    """Gate 2: the net debit of all layers, the new one included, against SPX and against the credit."""
    gates = turn.rules.gates
    debit = float(layer_debit_usd(turn, condor.condor_id) + new_debit_usd)
    credit = float(condor.credit_usd)
    spx = spx_last(turn)
    thresholds = {
        "debit_spx_share_max": gates.debit_spx_share_max,
        "debit_credit_share_max": gates.debit_credit_share_max,
    }
    if isinstance(spx, Unavailable):
        return Verdict(rule="break_even", verdict="unavailable", reason=f"SPX: {spx.reason}")
    if condor.contracts < 1:
        return Verdict(rule="break_even", verdict="unavailable", reason="the condor holds no whole contract")
    low, high = break_evens(condor, debit)
    per_unit = debit / (condor.legs[0].multiplier * condor.contracts)
    reason = ""
    if per_unit > gates.debit_spx_share_max * spx:
        reason = "debit exceeds its share of SPX"
    elif debit > gates.debit_credit_share_max * credit:
        reason = "debit exceeds its share of the condor's credit"
    return Verdict(
        rule="break_even",
        verdict="refuse" if reason else "pass",
        reason=reason,
        inputs={
            "debit_usd": debit,
            "debit_per_unit": per_unit,
            "credit_usd": credit,
            "spx": spx,
            "break_even_low": low,
            "break_even_high": high,
        },
        thresholds=thresholds,
    )
