"""Gates 2 to 5 for an order that would add to the hedge: the last word, in this order."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from msgspec import Struct

from strategies.alvh.base_case import base_irr
from strategies.alvh.decay_budget import LayerDecay, decay_gate
from strategies.alvh.economics import Economy, economy
from strategies.alvh.sizing import break_even_gate, layer_debit_usd
from strategies.alvh.steward import engine_multiple, roll_stress_gate, steward_gate
from strategies.alvh.stress import stress_value, vxx_stress_value
from strategies.core.commands import Leg
from strategies.core.gates import layer_count, order_pace
from strategies.core.holdings import Condor, CondorState, Engine
from strategies.core.instruments import Instrument, Kind
from strategies.core.market import front_futures, future_price, mark_of
from strategies.core.option_model import years_to_settlement
from strategies.core.records import Verdict
from strategies.core.selection import forward_of, greeks_at, volatility_at
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

_DAYS = 365.0


class Proposal(Struct, frozen=True, kw_only=True):
    """An order that would add to a condor's hedge. `debit_usd` is the net of all legs, negative if received.

    `leaving` is the layer that it would take off: the one that a roll sells.
    """

    engine: Engine
    condor: Condor
    legs: Sequence[Leg]
    contracts: int
    debit_usd: Decimal
    leaving: str = ""


def gate_verdicts(turn: Turn, proposal: Proposal) -> list[Verdict]:
    """Return gates 2 to 5 for a new layer or delta cut."""
    facts = economy(turn)
    cut = proposal.engine is Engine.DELTA_CUT
    verdicts = [
        break_even_gate(turn, proposal.condor, proposal.debit_usd, credit_share=not cut),
        decay_verdict(turn, proposal, facts),
    ]
    if not cut:
        verdicts += steward_verdicts(turn, proposal, facts)
    return [*verdicts, layer_count(turn), order_pace(turn)]


def roll_verdicts(turn: Turn, proposal: Proposal) -> list[Verdict]:
    """Return gates 2, 3, 4 and 5 for a roll, on its net debit; it adds no layer."""
    bought = next(leg.instrument for leg in proposal.legs if leg.ratio > 0)
    stress = _stress_value_usd(turn, bought, proposal.contracts)
    return [
        break_even_gate(turn, proposal.condor, proposal.debit_usd),
        decay_verdict(turn, proposal, economy(turn)),
        roll_stress_gate(
            new_stress_value_usd=stress,
            net_debit_usd=float(proposal.debit_usd),
            mode=turn.rules.steward.mode,
            rules=turn.rules.steward,
        ),
        order_pace(turn),
    ]


def decay_verdict(turn: Turn, proposal: Proposal, facts: Economy) -> Verdict:
    """Gate 3: theta and carry of every layer, the proposal included, against the open condors' theta."""
    held = [
        decay_of(turn, layer.positions)
        for layer in turn.state.layers.values()
        if layer.positions and layer.layer_id != proposal.leaving
    ]
    rolls = bool(proposal.leaving)
    added = [
        (leg.instrument, leg.ratio * proposal.contracts)
        for leg in proposal.legs
        if leg.ratio > 0 or not rolls  # what a roll sells is what leaves
    ]
    return decay_gate(
        layers=[*held, decay_of(turn, added)],
        open_condor_theta_usd=_condor_theta_usd(turn),
        wacc=facts.wacc,
        wacc_excess=facts.excess,
        cpi_yoy_pct=facts.cpi_yoy_pct,
        ppi_yoy_pct=facts.ppi_yoy_pct,
        rules=turn.rules.decay,
    )


def decay_of(turn: Turn, positions: Sequence[tuple[Instrument, int]]) -> LayerDecay | Unavailable:
    """Return theta (USD a day, the legs netted) and value (USD) of a layer at the latest mids.

    A share has no theta. An option whose price no volatility explains is worth its intrinsic value: what it
    has no time value of cannot decay.
    """
    theta = value = 0.0
    for instrument, quantity in positions:
        mark = mark_of(turn, instrument)
        if isinstance(mark, Unavailable):
            return Unavailable(f"{instrument.key}: {mark.reason}")
        value += mark * quantity * instrument.multiplier
        if instrument.kind is Kind.STOCK:
            continue
        greeks = greeks_at(turn, instrument, mark)
        if isinstance(greeks, Unavailable):
            forward = forward_of(turn, instrument)
            if isinstance(forward, Unavailable):
                return Unavailable(f"{instrument.key}: {forward.reason}")
            continue
        theta += greeks.theta * quantity * instrument.multiplier
    return LayerDecay(theta_usd_per_day=theta, value_usd=value)


def _condor_theta_usd(turn: Turn) -> float | Unavailable:
    total = 0.0
    for condor in turn.state.condors.values():
        if condor.state is CondorState.CLOSED or not condor.contracts:
            continue
        if condor.theta_usd is None:
            return Unavailable(f"{condor.condor_id}: theta at entry is not known")
        total += condor.theta_usd
    return total


def steward_verdicts(turn: Turn, proposal: Proposal, facts: Economy) -> tuple[Verdict, ...]:
    """Gate 4: what the layer gains in stress, and what the condor yields without any."""
    condor, rules = proposal.condor, turn.rules.steward
    debit = float(proposal.debit_usd)
    debits = float(layer_debit_usd(turn, condor.condor_id)) + debit
    exits = condor.expiry - timedelta(days=turn.rules.condors.exit_dte)
    return steward_gate(
        engine_multiple=engine_multiple(proposal.engine, rules),
        stress_value_usd=_stress_value_usd(turn, proposal.legs[0].instrument, proposal.contracts),
        debit_usd=debit,
        base_irr=base_irr(
            credit_usd=float(condor.credit_usd),
            open_debits_usd=debits,
            notional_usd=condor.notional_usd,
            profit_share=turn.rules.condors.profit_share,
            hold_days=max((exits - condor.opened_at.date()).days, 1),
        ),
        wacc=facts.wacc,
        mode=rules.mode,
    )


def _stress_value_usd(turn: Turn, bought: Instrument, contracts: int) -> float | Unavailable:
    """Return what the whole new position is worth in stress, seven days on."""
    mark = mark_of(turn, bought)
    if isinstance(mark, Unavailable):
        return mark
    if bought.kind is Kind.STOCK:
        unit = _vxx_stress(turn, mark)
        return unit if isinstance(unit, Unavailable) else unit * contracts
    forward = forward_of(turn, bought)
    volatility = volatility_at(turn, bought, mark)
    if isinstance(forward, Unavailable):
        return forward
    if isinstance(volatility, Unavailable):
        return volatility
    value = stress_value(
        forward=forward,
        strike=bought.strike,
        days=years_to_settlement(bought, turn.now) * _DAYS,
        volatility=volatility,
        rate=turn.rules.pricing.rate,
        rules=turn.rules.steward,
    )
    return value * contracts * bought.multiplier


def _vxx_stress(turn: Turn, price: float) -> float | Unavailable:
    fronts = front_futures(turn)
    if isinstance(fronts, Unavailable):
        return fronts
    first, second = (future_price(turn, future) for future in fronts)
    if isinstance(first, Unavailable):
        return first
    if isinstance(second, Unavailable):
        return second
    days = [(f.expiry - turn.today).days for f in fronts if f.expiry is not None]
    return vxx_stress_value(
        price_usd=price, m1=first, m1_days=days[0], m2=second, m2_days=days[1], rules=turn.rules.steward
    )
