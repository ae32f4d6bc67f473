"""Gate 4: worth in stress, and the yield if nothing happens."""

from typing import Any

import numpy_financial
import pytest
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.base_case import base_irr
from strategies.alvh.steward import Mode, engine_multiple, roll_stress_gate, steward_gate
from strategies.alvh.stress import stress_value, stressed_forward, vxx_stress_value
from strategies.alvh.wacc import Wacc
from strategies.core.gate_rules import StewardRules
from strategies.core.instruments import Right
from strategies.core.unavailable import Unavailable

RULES = StewardRules()
GONE = Unavailable("no quote")
CASE: dict[str, Any] = {
    "engine_multiple": 4.0,
    "stress_value_usd": 5000.0,
    "debit_usd": 1000.0,
    "base_irr": 0.12,
    "wacc": Wacc(0.08),
    "mode": "veto",
}
MONEY = st.floats(0, 1e6)


def test_nearer_futures_move_by_the_whole_shock_and_farther_ones_by_the_root() -> None:
    """20 points at 30 days and nearer, 20 x sqrt(30 / 120) = 10 at 120 days."""
    assert stressed_forward(12.0, 30.0, RULES) == stressed_forward(12.0, 1.0, RULES) == 32.0
    assert stressed_forward(12.0, 0.0, RULES) == 32.0
    assert stressed_forward(12.0, 120.0, RULES) == pytest.approx(22.0)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    forward=st.floats(9, 60),
    strike=st.floats(10, 80),
    days=st.integers(8, 200),
    volatility=st.floats(0.3, 2.0),
    rate=st.floats(0, 0.06),
    right=st.sampled_from([Right.PUT, Right.CALL]),
)
def test_stress_value_equals_quantlib_at_the_stressed_forward(
    forward: float, strike: float, days: int, volatility: float, rate: float, right: Right
) -> None:
    """QuantLib's Black formula at F + 20 x min(1, sqrt(30 / days)), the same volatility, a week later."""
    years = (days - 7) / 365
    kind = QuantLib.Option.Call if right is Right.CALL else QuantLib.Option.Put
    oracle = QuantLib.blackFormula(
        kind,
        strike,
        forward + 20 * min(1.0, (30 / days) ** 0.5),
        volatility * years**0.5,
        QuantLib.InterestRate(
            rate, QuantLib.Actual365Fixed(), QuantLib.Continuous, QuantLib.Annual
        ).discountFactor(years),
    )
    ours = stress_value(
        forward=forward,
        strike=strike,
        days=days,
        volatility=volatility,
        rate=rate,
        rules=RULES,
        right=right,
    )
    assert ours == pytest.approx(oracle, rel=1e-9, abs=1e-9)


def test_the_worked_example_gains_about_fourteen_times_its_debit() -> None:
    """2018-01-22: March calls of strike 16, 58 days, F 12.475, bought at 0.75: 13.8 x the debit."""
    value = stress_value(forward=12.475, strike=16.0, days=58.0, volatility=0.78, rate=0.02, rules=RULES)
    assert value / 0.75 - 1.0 == pytest.approx(13.8, rel=0.05)


def test_an_option_that_settles_within_the_week_is_worth_its_intrinsic_value() -> None:
    """Seven days later it has settled."""
    terms: dict[str, Any] = {"forward": 15.0, "days": 3.0, "volatility": 0.9, "rate": 0.02, "rules": RULES}
    assert stress_value(strike=20.0, **terms) == pytest.approx(15.0)
    assert stress_value(strike=40.0, **terms) == 0.0


def test_a_vxx_share_moves_with_the_mix_of_futures_that_is_thirty_days_old() -> None:
    """Half M1 (20 days) and half M2 (40 days): both by their own shock, over the same mix now."""
    value = vxx_stress_value(price_usd=40.0, m1=14.0, m1_days=20.0, m2=16.0, m2_days=40.0, rules=RULES)
    assert value == pytest.approx(40.0 * (0.5 * 34.0 + 0.5 * (16.0 + 20.0 * 0.75**0.5)) / 15.0)
    near = vxx_stress_value(price_usd=40.0, m1=14.0, m1_days=30.0, m2=16.0, m2_days=58.0, rules=RULES)
    assert near == pytest.approx(40.0 * 34.0 / 14.0)
    later = vxx_stress_value(price_usd=40.0, m1=14.0, m1_days=40.0, m2=16.0, m2_days=75.0, rules=RULES)
    assert later == pytest.approx(40.0 * (14.0 + 20.0 * 0.75**0.5) / 14.0)  # never more than all of M1
    far = vxx_stress_value(price_usd=40.0, m1=14.0, m1_days=1.0, m2=16.0, m2_days=29.0, rules=RULES)
    assert far == pytest.approx(40.0 * 36.0 / 16.0)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    credit=st.floats(100, 20_000),
    debits=st.floats(0, 20_000),
    share=st.floats(0.1, 0.9),
    days=st.integers(1, 45),
)
def test_base_irr_equals_numpy_financial_on_daily_flows(
    credit: float, debits: float, share: float, days: int
) -> None:
    """Capital out on the first day, capital and profit back on the last: the daily IRR, annualised."""
    notional = 50_000.0
    capital = notional - credit
    back = capital + share * credit - debits
    ours = base_irr(
        credit_usd=credit,
        open_debits_usd=debits,
        notional_usd=notional,
        profit_share=share,
        hold_days=days,
    )
    daily = numpy_financial.irr([-capital, *[0.0] * (days - 1), back])
    assert ours == pytest.approx((1.0 + daily) ** 365 - 1.0, rel=1e-6, abs=1e-9)


def test_a_base_case_that_cannot_be_has_no_rate() -> None:
    """No capital, no days left: unavailable. More lost than the capital: -100 %."""
    terms = {"open_debits_usd": 0.0, "profit_share": 0.5}
    full = base_irr(credit_usd=100.0, notional_usd=100.0, hold_days=24.0, **terms)
    assert full == Unavailable("the credit is not less than the notional")
    late = base_irr(credit_usd=10.0, notional_usd=100.0, hold_days=0.0, **terms)
    assert late == Unavailable("the condor's planned exit is past")
    ruin = base_irr(
        credit_usd=10.0, open_debits_usd=95.0, notional_usd=100.0, profit_share=0.5, hold_days=24.0
    )
    assert ruin == -1.0
    beyond = base_irr(
        credit_usd=10.0, open_debits_usd=400.0, notional_usd=100.0, profit_share=0.5, hold_days=24.0
    )
    assert beyond == -1.0


@pytest.mark.parametrize(
    ("engine", "multiple"), [("first", 4.0), ("slope", 4.0), ("second", 2.0), ("breach", 2.0)]
)
def test_each_engine_has_its_multiple(engine: str, multiple: float) -> None:
    """4 for first and slope, 2 for second and breach."""
    assert engine_multiple(engine, RULES) == multiple


def test_an_engine_without_a_multiple_is_a_fault() -> None:
    """A delta cut has gates of its own: to ask here is an error that names the engine."""
    with pytest.raises(ValueError, match=r"'delta_cut' .*; those of first, slope, second, breach have"):
        engine_multiple("delta_cut", RULES)


@pytest.mark.parametrize(
    ("changes", "stress", "irr"),
    [
        ({}, "pass", "pass"),  # exactly five times the debit: a gain of four
        ({"stress_value_usd": 4999.0}, "refuse", "pass"),
        ({"stress_value_usd": GONE}, "unavailable", "pass"),
        ({"base_irr": 0.08}, "pass", "refuse"),  # must stay above
        ({"base_irr": GONE}, "pass", "unavailable"),
        ({"wacc": GONE}, "pass", "unavailable"),
    ],
)
def test_both_halves_have_verdicts_of_their_own(changes: dict[str, Any], stress: str, irr: str) -> None:
    """Stress: gain of at least m x debit. IRR: strictly above the cost of capital. Unavailable is no pass."""
    said = steward_gate(**{**CASE, **changes})
    assert [(v.rule, v.verdict) for v in said] == [("steward_stress", stress), ("steward_irr", irr)]
    assert all(bool(v.reason) == (v.verdict != "pass") for v in said)
    advice = steward_gate(**{**CASE, **changes, "mode": "advise"})
    assert {v.verdict for v in advice} == {"pass"}
    assert [v.reason for v in advice] == [v.reason and f"advice only: {v.reason}" for v in said]
    off = steward_gate(**{**CASE, **changes, "mode": "off"})
    assert [(v.rule, v.verdict, v.reason) for v in off] == [
        ("steward_stress", "pass", "steward.mode is off"),
        ("steward_irr", "pass", "steward.mode is off"),
    ]


def test_what_was_replaced_in_the_cost_of_capital_is_on_record() -> None:
    """Notes stand in the verdict beside the failure."""
    _, irr = steward_gate(**{**CASE, "wacc": Wacc(0.5, ("beta is 1: too few sessions",))})
    assert irr.reason == "the condor yields no more than its capital costs"
    assert irr.inputs["replaced"] == "beta is 1: too few sessions"


@pytest.mark.parametrize(
    ("value", "debit", "mode", "verdict"),
    [
        (4000.0, 1000.0, "veto", "pass"),
        (3999.0, 1000.0, "veto", "refuse"),
        (3999.0, 1000.0, "advise", "pass"),
        (GONE, 1000.0, "veto", "unavailable"),
        (GONE, 0.0, "veto", "pass"),  # a net credit
        (GONE, -5.0, "veto", "pass"),
        (GONE, 1000.0, "off", "pass"),
    ],
)
def test_a_roll_must_be_worth_four_times_its_net_debit_in_stress(
    value: float | Unavailable, debit: float, mode: Mode, verdict: str
) -> None:
    """The new position's whole stress value counts, and a net credit passes whatever it is."""
    said = roll_stress_gate(new_stress_value_usd=value, net_debit_usd=debit, mode=mode, rules=RULES)
    assert (said.rule, said.verdict) == ("steward_stress", verdict)


@settings(derandomize=True, max_examples=200)
@given(
    value=MONEY,
    debit=MONEY,
    multiple=st.floats(0, 10),
    irr=st.floats(-1, 1),
    wacc=st.floats(-0.1, 0.5),
    more=st.floats(0, 10),
)
def test_a_stricter_steward_never_passes_more(
    value: float, debit: float, multiple: float, irr: float, wacc: float, more: float
) -> None:
    """Monotone: a larger multiple or debit, a smaller value or yield, dearer capital refuse no less."""
    case: dict[str, Any] = {
        "engine_multiple": multiple,
        "stress_value_usd": value,
        "debit_usd": debit,
        "base_irr": irr,
        "wacc": Wacc(wacc),
        "mode": "veto",
    }
    worse: dict[str, list[Any]] = {
        "engine_multiple": [multiple + more],
        "stress_value_usd": [value / (1 + more), GONE],
        "debit_usd": [debit + more],
        "base_irr": [irr - more, GONE],
        "wacc": [Wacc(wacc + more), GONE],
    }
    said = steward_gate(**case)
    for name, changes in worse.items():
        for change in changes:
            then = steward_gate(**{**case, name: change})
            for before, after in zip(said, then, strict=True):
                assert before.verdict == "pass" or after.verdict != "pass"
