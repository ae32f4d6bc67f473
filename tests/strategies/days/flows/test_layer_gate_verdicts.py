"""Gates 2 to 5 of an order, asked directly: what each reads of the book, the market and the economy."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.decay_budget import LayerDecay
from strategies.alvh.layer_gates import Proposal, decay_of, gate_verdicts, roll_verdicts
from strategies.core import facts
from strategies.core.commands import Leg
from strategies.core.gate_rules import StewardRules
from strategies.core.holdings import CondorState, Engine
from strategies.core.instruments import VXX, Right
from strategies.core.option_model import years_to_settlement
from strategies.core.records import Verdict
from strategies.core.selection import greeks_at
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

Desk = Any


@pytest.fixture
def desk(desk_with_layer: Desk) -> Desk:
    """Tuesday 09:46: a condor and a first-engine layer."""
    return desk_with_layer


@pytest.fixture
def april(desk: Desk) -> Any:  # noqa: ANN401 - an instrument
    """The call of the layer's strike in April, quoted."""
    call = structs.replace(desk.layer.instrument, last_trade=date(2018, 4, 17), expiry=date(2018, 4, 18))
    desk.quote(call)
    return call


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


def proposal(desk: Desk, bought: Any, **changes: Any) -> Proposal:  # noqa: ANN401 - an instrument, fields
    """Return ten calls for 100 USD each."""
    made = Proposal(
        engine=Engine.FIRST,
        condor=desk.condor,
        legs=(Leg(instrument=bought, ratio=1),),
        contracts=10,
        debit_usd=Decimal(1000),
    )
    return structs.replace(made, **changes)


def rules_of(verdicts: Any) -> dict[str, Verdict]:  # noqa: ANN401 - a list of verdicts
    """Return the verdicts by rule."""
    return {verdict.rule: verdict for verdict in verdicts}


def test_a_layer_is_asked_gates_two_to_five_in_order(desk: Desk, april: Any) -> None:  # noqa: ANN401
    """Break-even, decay budget, stress, IRR, layers open, pace."""
    found = gate_verdicts(turn_of(desk), proposal(desk, april))
    assert [v.rule for v in found] == [
        *("break_even", "decay_budget", "steward_stress", "steward_irr", "layers_open", "order_pace")
    ]


def test_a_cut_is_not_asked_the_steward_nor_the_share_of_the_credit(desk: Desk, april: Any) -> None:  # noqa: ANN401
    """Its own worst-loss gate stands in for gate 4, and half of gate 2 is not for it."""
    found = gate_verdicts(turn_of(desk), proposal(desk, april, engine=Engine.DELTA_CUT))
    assert [v.rule for v in found] == ["break_even", "decay_budget", "layers_open", "order_pace"]
    assert "debit_credit_share_max" not in found[0].thresholds
    first = gate_verdicts(turn_of(desk), proposal(desk, april))[0]
    assert "debit_credit_share_max" in first.thresholds


def test_decay_adds_what_is_held_and_what_is_new(desk: Desk, april: Any) -> None:  # noqa: ANN401
    """Theta of the held layer and of the new one; carry on their values at the cost of capital."""
    turn = turn_of(desk)
    verdict = rules_of(gate_verdicts(turn, proposal(desk, april)))["decay_budget"]
    held, new = decay_of(turn, desk.layer.positions), decay_of(turn, [(april, 10)])
    assert isinstance(held, LayerDecay)
    assert isinstance(new, LayerDecay)
    theta = abs(held.theta_usd_per_day) + abs(new.theta_usd_per_day)
    assert verdict.inputs["theta_usd_per_day"] == pytest.approx(theta)
    carry = (held.value_usd + new.value_usd) * verdict.inputs["wacc"] / 365  # type: ignore[operator]
    assert verdict.inputs["carry_usd_per_day"] == pytest.approx(carry)
    assert verdict.inputs["open_condor_theta_usd"] == desk.condor.theta_usd
    assert verdict.inputs["cpi_yoy_pct"] == pytest.approx(100 * (1.003**12 - 1), rel=0.2)
    assert verdict.inputs["ppi_yoy_pct"] == verdict.inputs["cpi_yoy_pct"]
    assert verdict.inputs["wacc_excess"] == pytest.approx(0.0, abs=1e-9)


def test_a_layers_decay_is_that_of_its_contracts(desk: Desk) -> None:
    """Black-76 theta and the mid, times contracts and multiplier; legs net."""
    turn, option = turn_of(desk), desk.layer.instrument
    mark = turn.state.market.marks[option.key]
    greeks = greeks_at(turn, option, mark)
    assert not isinstance(greeks, Unavailable)
    found = decay_of(turn, [(option, 7)])
    assert found == LayerDecay(
        theta_usd_per_day=pytest.approx(greeks.theta * 700), value_usd=pytest.approx(mark * 700)
    )
    assert decay_of(turn, [(option, 7), (option, -7)]) == LayerDecay(theta_usd_per_day=0.0, value_usd=0.0)


def test_shares_and_options_without_time_value_do_not_decay(desk: Desk) -> None:
    """A share has no theta; a price that no volatility explains is intrinsic value."""
    desk.world.given[VXX.key] = facts.Quote(instrument=VXX.key, bid=29.0, ask=31.0)
    desk.quote(VXX)
    assert decay_of(turn_of(desk), [(VXX, 5)]) == LayerDecay(theta_usd_per_day=0.0, value_usd=150.0)
    deep = structs.replace(desk.layer.instrument, strike=5.0)
    desk.world.given[deep.key] = facts.Quote(instrument=deep.key, bid=6.0, ask=6.2)
    desk.quote(deep)
    found = decay_of(turn_of(desk), [(deep, 2), (VXX, 5)])
    assert found == LayerDecay(theta_usd_per_day=0.0, value_usd=pytest.approx(6.1 * 200 + 150.0))
    held, all_three = desk.layer.positions, [(deep, 2), (VXX, 5), *desk.layer.positions]
    alone, found = decay_of(turn_of(desk), held), decay_of(turn_of(desk), all_three)
    assert isinstance(alone, LayerDecay)
    assert isinstance(found, LayerDecay)
    assert found.theta_usd_per_day == alone.theta_usd_per_day


def test_decay_needs_a_mark_and_a_forward(desk: Desk) -> None:
    """Never quoted, or without its future: unavailable, with the contract's name."""
    option = desk.layer.instrument
    blind = turn_of(desk, market=without(desk, option.key))
    assert decay_of(blind, [(option, 1)]) == Unavailable(f"{option.key}: never quoted")
    market = structs.replace(desk.state.market, futures=())
    assert decay_of(turn_of(desk, market=market), [(option, 1)]) == Unavailable(
        f"{option.key}: no VX future of that expiry"
    )
    verdict = rules_of(gate_verdicts(blind, proposal(desk, option)))["decay_budget"]
    assert verdict.reason == f"decay of a layer: {option.key}: never quoted"


def test_only_open_condors_earn_theta(desk: Desk, april: Any) -> None:  # noqa: ANN401
    """Closed ones and those that hold nothing do not count; one whose theta is unknown leaves no sum."""
    one = desk.condor
    closed = structs.replace(one, condor_id="C0002", state=CondorState.CLOSED, unit_theta_usd=None)
    empty = structs.replace(one, condor_id="C0003", contracts=0, unit_theta_usd=None)
    twin = structs.replace(one, condor_id="C0004")
    condors = {c.condor_id: c for c in (closed, empty, one, twin)}
    found = rules_of(gate_verdicts(turn_of(desk, condors=condors), proposal(desk, april)))
    assert found["decay_budget"].inputs["open_condor_theta_usd"] == pytest.approx(2 * one.theta_usd)
    condors["C0004"] = structs.replace(twin, unit_theta_usd=None)
    found = rules_of(gate_verdicts(turn_of(desk, condors=condors), proposal(desk, april)))
    assert found["decay_budget"].reason == ("theta of the condors: C0004: theta at entry is not known")


def test_the_stress_value_is_that_of_the_whole_position(desk: Desk, april: Any) -> None:  # noqa: ANN401
    """Twice the contracts, twice the value; the debit is the order's."""
    one = rules_of(gate_verdicts(turn_of(desk), proposal(desk, april)))["steward_stress"]
    two = rules_of(gate_verdicts(turn_of(desk), proposal(desk, april, contracts=20)))["steward_stress"]
    assert two.inputs["stress_value_usd"] == pytest.approx(2 * one.inputs["stress_value_usd"])  # type: ignore[operator]
    assert one.inputs["debit_usd"] == 1000.0
    assert one.thresholds == {"multiple": 4.0, "stress_value_usd_min": 5000.0}
    # F 13.1, 20 x sqrt(30 / 84.x) more in stress, a week later, at the volatility of its own quote.
    stressed = 13.1 + 20.0 * (30.0 / (years_to_settlement(april, desk.now) * 365.0)) ** 0.5
    intrinsic = (stressed - april.strike) * 1000
    assert intrinsic * 0.95 < one.inputs["stress_value_usd"] < intrinsic * 1.2  # type: ignore[operator]


@pytest.mark.parametrize(
    ("engine", "multiple"),
    [(Engine.FIRST, 4.0), (Engine.SLOPE, 4.0), (Engine.SECOND, 2.0), (Engine.BREACH, 2.0)],
)
def test_each_engine_has_its_multiple(desk: Desk, april: Any, engine: Engine, multiple: float) -> None:  # noqa: ANN401
    """M = 4 for first and slope, 2 for second and breach."""
    found = rules_of(gate_verdicts(turn_of(desk), proposal(desk, april, engine=engine)))
    assert found["steward_stress"].thresholds["multiple"] == multiple


def test_the_irr_takes_off_every_debit_of_the_condor(desk: Desk, april: Any) -> None:  # noqa: ANN401
    """(1 + (half the credit - debits) / (N - credit)) ^ (365 / days) - 1, to the exit at 21 days."""
    found = rules_of(gate_verdicts(turn_of(desk), proposal(desk, april)))["steward_irr"]
    condor = desk.condor
    credit = float(condor.credit_usd)
    debits = float(desk.layer.debit_usd) + 1000.0
    days = (condor.expiry - date(2018, 1, 22)).days - 21
    growth = 1.0 + (0.5 * credit - debits) / (condor.notional_usd - credit)
    assert found.inputs["base_irr"] == pytest.approx(growth ** (365.0 / days) - 1.0)
    late = structs.replace(condor, opened_at=desk.now.replace(year=2019))
    found = rules_of(gate_verdicts(turn_of(desk), proposal(desk, april, condor=late)))["steward_irr"]
    assert found.inputs["base_irr"] == pytest.approx(growth**365.0 - 1.0)  # a day at least


def test_the_stress_test_says_what_it_lacks(desk: Desk, april: Any) -> None:  # noqa: ANN401
    """No quote, no forward, no volatility: unavailable, which refuses."""

    def reason(turn: Turn, bought: Any = april) -> str:  # noqa: ANN401 - an instrument
        found = rules_of(gate_verdicts(turn, proposal(desk, bought)))["steward_stress"]
        assert found.verdict == "unavailable"
        return str(found.reason)

    assert reason(turn_of(desk, market=without(desk, april.key))) == "stress value: never quoted"
    gone = structs.replace(desk.state.market, futures=())
    assert reason(turn_of(desk, market=gone)) == "stress value: no VX future of that expiry"
    deep = structs.replace(april, strike=5.0)
    desk.world.given[deep.key] = facts.Quote(instrument=deep.key, bid=6.0, ask=6.2)
    desk.quote(deep)
    assert reason(turn_of(desk), deep) == "stress value: no volatility explains the quote"


def test_a_share_in_stress_needs_both_front_futures(desk: Desk) -> None:
    """VXX moves with M1 and M2."""
    desk.world.given[VXX.key] = facts.Quote(instrument=VXX.key, bid=29.0, ask=31.0)
    desk.quote(VXX)
    wanted = proposal(desk, VXX, engine=Engine.SECOND, contracts=10)

    def stress(turn: Turn) -> Verdict:
        return rules_of(gate_verdicts(turn, wanted))["steward_stress"]

    # M1 11.82 with 22 days, M2 12.475 with 57: weight 27/35 on M1.
    weight = (57 - 30) / (57 - 22)
    now = weight * 11.82 + (1 - weight) * 12.475
    then = weight * 31.82 + (1 - weight) * (12.475 + 20 * (30 / 57) ** 0.5)
    assert stress(turn_of(desk)).inputs["stress_value_usd"] == pytest.approx(300.0 * then / now)
    market = desk.state.market
    lone = structs.replace(market, futures=market.futures[:1])
    assert stress(turn_of(desk, market=lone)).reason == "stress value: VX futures are not listed"
    for future in market.futures[:2]:
        assert stress(turn_of(desk, market=without(desk, future.key))).reason == "stress value: no quote"


def test_a_roll_is_asked_on_its_net_debit(desk: Desk, april: Any) -> None:  # noqa: ANN401
    """Gates 2 to 5 without the cap on layers: it adds none; a net credit passes the stress test."""
    sold = Leg(instrument=desk.layer.instrument, ratio=-1)
    roll = proposal(
        desk, april, legs=(sold, Leg(instrument=april, ratio=1)), leaving="L0001", contracts=desk.layer.held
    )
    turn = turn_of(desk)
    found = rules_of(roll_verdicts(turn, roll))
    assert list(found) == ["break_even", "decay_budget", "steward_stress", "order_pace"]
    assert found["steward_stress"].thresholds["stress_value_usd_min"] == 4000.0
    new = decay_of(turn, [(april, desk.layer.held)])
    assert isinstance(new, LayerDecay)
    assert found["decay_budget"].inputs["theta_usd_per_day"] == pytest.approx(abs(new.theta_usd_per_day))
    credit = structs.replace(roll, debit_usd=Decimal(-5))
    assert rules_of(roll_verdicts(turn, credit))["steward_stress"].reason == "a net credit"
    off = structs.replace(turn.state.rules, steward=StewardRules(mode="off"))
    assert rules_of(roll_verdicts(turn_of(desk, rules=off), roll))["steward_stress"].reason == (
        "steward.mode is off"
    )


def test_a_put_in_the_book_decays_as_a_put(desk: Desk) -> None:
    """The legs of a cut are SPX options: their forward is the index's."""
    long = structs.replace(desk.condor.legs[0], right=Right.PUT)
    found = decay_of(turn_of(desk), [(long, 1)])
    assert isinstance(found, LayerDecay)
    assert found.theta_usd_per_day < 0 < found.value_usd
