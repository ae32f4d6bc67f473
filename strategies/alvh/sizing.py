"""How many contracts a layer gets, and what that does to the condor's break-evens."""

import math
from decimal import Decimal

from msgspec import Struct

from strategies.alvh.overlay_size import second_contracts, slope_contracts
from strategies.core.gates import premium_left_usd
from strategies.core.holdings import Condor, Engine, Plan
from strategies.core.instruments import Instrument, Kind
from strategies.core.market import Unavailable, spx_last
from strategies.core.records import Value, Verdict
from strategies.core.selection import quoted_greeks
from strategies.core.turn import Turn

_SHARES_PER_CONTRACT = 100


class Base(Struct, frozen=True):
    """A size before modifiers and caps, not rounded, and what it was made of."""

    contracts: float
    inputs: dict[str, Value]


class Size(Struct, frozen=True):
    """Contracts after the caps, with the verdict that explains them."""

    contracts: int
    verdict: Verdict


def base_size(
    turn: Turn, plan: Plan, condor: Condor, bought: Instrument, forward: float | None
) -> Base | Unavailable:
    """Return the size that the plan's engine asks for.

    Args:
        turn: the turn at hand.
        plan: its engine and its fraction of the condor's notional N.
        condor: the condor that the layer protects.
        bought: the option, or VXX.
        forward: F, the VIX future of the option's expiry (VIX points); None for shares.

    First and breach: fraction x N / (F x 100). Slope: a share of V0 over the call's delta. Second: as the
    first, or fraction x N / price in shares.
    """
    if plan.engine is Engine.SLOPE:
        greeks = quoted_greeks(turn, bought)
        if condor.vega_usd is None:
            return Unavailable("the condor's vega at entry is not known")
        if isinstance(greeks, Unavailable):
            return greeks
        share = turn.rules.slope.vega_share
        inputs: dict[str, Value] = {"vega_usd": condor.vega_usd, "share": share, "delta": greeks.delta}
        sized = slope_contracts(
            vega_usd=condor.vega_usd, share=share, delta=greeks.delta, multiplier=bought.multiplier
        )
        return Base(sized, inputs)
    price = _share_price(turn, bought) if forward is None else forward
    if isinstance(price, Unavailable):
        return price
    inputs = {"fraction": plan.fraction, "notional_usd": condor.notional_usd, "forward": price}
    sized = second_contracts(
        notional_usd=condor.notional_usd, share=plan.fraction, unit_usd=price * bought.multiplier
    )
    return Base(sized, inputs)


def _share_price(turn: Turn, share: Instrument) -> float | Unavailable:
    quote = turn.state.market.marks.get(share.key)
    return Unavailable("no price") if quote is None else quote


def capped_size(
    turn: Turn, base: Base | Unavailable, factor: float, cost_usd: Decimal, bought: Instrument
) -> Size:
    """Return base x factor, cut by the caps and rounded down to whole contracts.

    Args:
        turn: the turn at hand.
        base: what the engine asks for.
        factor: product of the modifiers.
        cost_usd: what one contract (or share) may cost.
        bought: what is bought; a hundred shares count as one contract towards the cap.
    """
    left = premium_left_usd(turn)
    if isinstance(base, Unavailable) or left is None:
        reason = base.reason if isinstance(base, Unavailable) else "net liquidation is not known"
        return Size(0, Verdict(rule="size", verdict="unavailable", reason=reason))
    cap = turn.rules.caps.contracts_per_layer_max
    cap *= _SHARES_PER_CONTRACT if bought.kind is Kind.STOCK else 1
    wanted = base.contracts * factor
    contracts = min(math.floor(wanted), cap, math.floor(left / cost_usd))
    reason = ""
    if contracts < 1:
        reason = "rounds to no contract" if wanted < 1 else "premium cap is used up"
    return Size(
        max(contracts, 0),
        Verdict(
            rule="size",
            verdict="refuse" if contracts < 1 else "pass",
            reason=reason,
            inputs={
                **base.inputs,
                "base_contracts": base.contracts,
                "factor": factor,
                "premium_left_usd": float(left),
                "contracts": contracts,
            },
            thresholds={"contracts_per_layer_max": turn.rules.caps.contracts_per_layer_max},
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


def break_even_gate(
    turn: Turn, condor: Condor, new_debit_usd: Decimal, *, credit_share: bool = True
) -> Verdict:
    """Gate 2: the net debit of all layers, the new one included, against SPX and against the credit.

    A delta cut is exempt from the share of the credit: `credit_share` is False for it.
    """
    gates = turn.rules.gates
    debit = float(layer_debit_usd(turn, condor.condor_id) + new_debit_usd)
    credit = float(condor.credit_usd)
    spx = spx_last(turn)
    thresholds: dict[str, Value] = {"debit_spx_share_max": gates.debit_spx_share_max}
    if credit_share:
        thresholds["debit_credit_share_max"] = gates.debit_credit_share_max
    if isinstance(spx, Unavailable):
        return Verdict(rule="break_even", verdict="unavailable", reason=f"SPX: {spx.reason}")
    if condor.contracts < 1:
        return Verdict(rule="break_even", verdict="unavailable", reason="the condor holds no whole contract")
    low, high = break_evens(condor, debit)
    per_unit = debit / (condor.legs[0].multiplier * condor.contracts)
    reason = ""
    if per_unit > gates.debit_spx_share_max * spx:
        reason = "debit exceeds its share of SPX"
    elif credit_share and debit > gates.debit_credit_share_max * credit:
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
