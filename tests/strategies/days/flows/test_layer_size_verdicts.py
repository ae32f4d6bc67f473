"""How large a layer is: base, modifiers, caps; and what it does to the break-evens."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.sizing import Base, base_size, break_even_gate, break_evens, capped_size, layer_debit_usd
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.commands import Purpose
from strategies.core.holdings import Engine, Plan
from strategies.core.instruments import VXX
from strategies.core.records import Verdict
from strategies.core.rules import CapRules, GateRules, Rules
from strategies.core.selection import greeks_at
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

Desk = Any


@pytest.fixture
def desk(desk_with_layer: Desk) -> Desk:
    """Tuesday 09:46: a condor and a first-engine layer."""
    return desk_with_layer


def turn_of(desk: Desk, **fields: object) -> Turn:
    """Return a turn on the desk's state, some of it changed."""
    return Turn(structs.replace(desk.state, **fields), desk.now)


def without(desk: Desk, key: str) -> Any:  # noqa: ANN401 - a market
    """Return the market without an instrument's marks and quotes."""
    market = desk.state.market
    return structs.replace(
        market,
        marks={k: v for k, v in market.marks.items() if k != key},
        quotes={k: v for k, v in market.quotes.items() if k != key},
    )


def plan(desk: Desk, engine: Engine) -> Plan:
    """Return a plan of 20 % of the notional."""
    return Plan(
        plan_id="P00009",
        purpose=Purpose.LAYER_OPEN,
        subject="C0001",
        session=desk.today,
        not_before=desk.now,
        engine=engine,
        fraction=0.2,
    )


def test_a_share_of_the_notional_over_the_forward(desk: Desk) -> None:
    """Fraction x N / (F x 100), with what it was made of."""
    found = base_size(turn_of(desk), plan(desk, Engine.FIRST), desk.condor, desk.layer.instrument, 12.5)
    assert found == Base(8.0, {"fraction": 0.2, "notional_usd": 50_000.0, "forward": 12.5})


def test_shares_are_sized_by_their_price(desk: Desk) -> None:
    """Fraction x N / price; never quoted: unavailable."""
    ask = base_size(turn_of(desk), plan(desk, Engine.SECOND), desk.condor, VXX, None)
    assert ask == Unavailable("no price")
    desk.world.given[VXX.key] = facts.Quote(instrument=VXX.key, bid=24.0, ask=26.0)
    desk.quote(VXX)
    found = base_size(turn_of(desk), plan(desk, Engine.SECOND), desk.condor, VXX, None)
    assert found == Base(400.0, {"fraction": 0.2, "notional_usd": 50_000.0, "forward": 25.0})


def test_the_overlay_is_sized_by_vega_over_delta(desk: Desk) -> None:
    """0.5 x V0 / (delta x 100); without V0 or without a quote there is none."""
    option, condor = desk.layer.instrument, desk.condor
    turn, slope = turn_of(desk), plan(desk, Engine.SLOPE)
    mark = 0.5 * (
        turn.state.market.quotes[option.key].quote.bid + turn.state.market.quotes[option.key].quote.ask
    )  # type: ignore[operator]
    greeks = greeks_at(turn, option, mark)
    assert not isinstance(greeks, Unavailable)
    found = base_size(turn, slope, condor, option, 12.5)
    assert isinstance(found, Base)
    assert found.contracts == pytest.approx(0.5 * condor.vega_usd / (greeks.delta * 100))
    assert found.inputs == {"vega_usd": condor.vega_usd, "share": 0.5, "delta": greeks.delta}
    unknown = structs.replace(condor, unit_vega_usd=None)
    assert base_size(turn, slope, unknown, option, 12.5) == Unavailable(
        "the condor's vega at entry is not known"
    )
    blind = turn_of(desk, market=without(desk, option.key))
    assert base_size(blind, slope, condor, option, 12.5) == Unavailable("no quote")


@pytest.mark.parametrize(
    ("base", "factor", "cost", "contracts", "reason"),
    [
        (8.99, 1.0, "50", 8, ""),
        (8.0, 0.5, "50", 4, ""),
        (1.0, 1.0, "50", 1, ""),
        (0.99, 1.0, "50", 0, "rounds to no contract"),
        (80.0, 1.0, "50", 50, ""),
        (8.0, 1.0, "90000", 0, "premium cap is used up"),
        (8.0, 1.0, "9000", 2, ""),
        (1.0, 1.0, "90000", 0, "premium cap is used up"),
    ],
)
def test_a_size_is_cut_by_the_caps_and_rounded_down(
    desk: Desk, base: float, factor: float, cost: str, contracts: int, reason: str
) -> None:
    """Contracts of a layer, premium of the day (2 % of a million less what was paid), whole contracts."""
    size = capped_size(turn_of(desk), Base(base, {"a": 1}), factor, Decimal(cost), desk.layer.instrument)
    assert (size.contracts, size.verdict.reason) == (contracts, reason)
    assert (size.verdict.rule, size.verdict.verdict) == ("size", "pass" if contracts else "refuse")
    inputs = size.verdict.inputs
    assert {k: inputs[k] for k in ("a", "base_contracts", "factor")} == {
        "a": 1,
        "base_contracts": base,
        "factor": factor,
    }
    assert inputs["contracts"] == contracts
    assert 0 < inputs["premium_left_usd"] < 20_000  # type: ignore[operator]
    assert size.verdict.thresholds == {"contracts_per_layer_max": 50}


def test_a_hundred_shares_are_a_contract_towards_the_cap(desk: Desk) -> None:
    """contracts_per_layer_max = 1 lets 100 shares through."""
    rules = Rules(caps=CapRules(contracts_per_layer_max=1))
    turn = turn_of(desk, rules=rules)
    assert capped_size(turn, Base(500.0, {}), 1.0, Decimal(30), VXX).contracts == 100
    assert capped_size(turn, Base(500.0, {}), 1.0, Decimal(30), desk.layer.instrument).contracts == 1


def test_what_is_unavailable_has_no_size(desk: Desk) -> None:
    """A base with a reason, or no net liquidation: 0, unavailable."""
    gone = capped_size(turn_of(desk), Unavailable("no delta"), 1.0, Decimal(30), VXX)
    assert gone.contracts == 0
    assert gone.verdict == Verdict(rule="size", verdict="unavailable", reason="no delta")
    account = structs.replace(desk.state.account, net_liquidation_usd=None)
    poor = capped_size(turn_of(desk, account=account), Base(5.0, {}), 1.0, Decimal(30), VXX)
    assert (poor.contracts, poor.verdict.reason) == (0, "net liquidation is not known")


def test_the_break_evens_are_those_of_credit_less_debit(desk: Desk) -> None:
    """K2 - x and K3 + x, x = (credit - debit) per unit."""
    condor = structs.replace(desk.condor, credit_usd=Decimal(9000))
    _, k2, k3, _ = condor.strikes
    assert break_evens(condor, 1000.0) == (k2 - 8.0, k3 + 8.0)


@pytest.mark.parametrize(
    ("debit", "reason"),
    [
        (3500, ""),
        (3501, "debit exceeds its share of the condor's credit"),
        (42_495, "debit exceeds its share of SPX"),
    ],
)
def test_gate_two_bounds_the_debit_by_spx_and_by_the_credit(desk: Desk, debit: int, reason: str) -> None:
    """At most half of the credit, 1.5 % of SPX per unit, what the layers have cost already included."""
    desk.tweak(layers={"L0001": structs.replace(desk.layer, debit_usd=Decimal(500))})
    condor = structs.replace(desk.condor, credit_usd=Decimal(8000))
    verdict = break_even_gate(turn_of(desk), condor, Decimal(debit))
    assert (verdict.reason, verdict.verdict) == (reason, "refuse" if reason else "pass")
    assert layer_debit_usd(turn_of(desk), "C0001") == Decimal(500)
    assert layer_debit_usd(turn_of(desk), "C0002") == Decimal(0)


def test_gate_two_writes_down_what_it_compared(desk: Desk) -> None:
    """Debit, credit, break-evens before SPX; a cut has no share of the credit among its limits."""
    desk.tweak(layers={"L0001": structs.replace(desk.layer, debit_usd=Decimal(500))})
    condor = structs.replace(desk.condor, credit_usd=Decimal(8000))
    _, k2, k3, _ = condor.strikes
    verdict = break_even_gate(turn_of(desk), condor, Decimal(500))
    spx = desk.state.market.quotes["IND.SPX"].quote.last
    assert verdict == Verdict(
        rule="break_even",
        verdict="pass",
        inputs={
            "debit_usd": 1000.0,
            "debit_per_unit": 1.0,
            "credit_usd": 8000.0,
            "spx": spx,
            "break_even_low": k2 - 7.0,
            "break_even_high": k3 + 7.0,
        },
        thresholds={"debit_spx_share_max": 0.015, "debit_credit_share_max": 0.5},
    )
    cut = break_even_gate(turn_of(desk), condor, Decimal(5000), credit_share=False)
    assert (cut.verdict, cut.thresholds) == ("pass", {"debit_spx_share_max": 0.015})


def test_gate_two_at_its_very_limits(desk: Desk) -> None:
    """1.5 % of SPX per unit passes, a dollar more does not; nor does what it lacks."""
    condor = desk.condor
    desk.tweak(layers={})
    spx = desk.state.market.quotes["IND.SPX"].quote.last
    limit = Decimal(repr(0.015 * spx * 1000))
    at = break_even_gate(turn_of(desk), condor, limit - Decimal("0.01"), credit_share=False)
    above = break_even_gate(turn_of(desk), condor, limit + 1, credit_share=False)
    assert (at.verdict, above.verdict) == ("pass", "refuse")
    index = structs.replace(desk.state.market.quotes["IND.SPX"].quote, last=2048.0)  # 1/64 of it is exact
    desk.take(ev.Quotes(time=desk.now, quotes=(index,)))
    rules = structs.replace(desk.state.rules, gates=GateRules(debit_spx_share_max=1 / 64))
    desk.tweak(rules=rules)
    exact = break_even_gate(turn_of(desk), condor, Decimal(32 * 1000), credit_share=False)
    assert (exact.verdict, exact.inputs["debit_per_unit"]) == ("pass", 32.0)
    blind = break_even_gate(turn_of(desk, market=without(desk, "IND.SPX")), condor, Decimal(1))
    assert blind == Verdict(rule="break_even", verdict="unavailable", reason="SPX: no quote")
    empty = structs.replace(condor, contracts=0)
    assert break_even_gate(turn_of(desk), empty, Decimal(1)) == Verdict(
        rule="break_even", verdict="unavailable", reason="the condor holds no whole contract"
    )
    one = structs.replace(condor, contracts=1, credit_usd=Decimal(800))
    assert break_even_gate(turn_of(desk), one, Decimal(1)).verdict == "pass"
