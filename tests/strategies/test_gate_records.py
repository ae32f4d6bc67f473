"""What the verdicts of the gates write down, word for word: readers of the audit rely on it."""

from typing import Any

import pytest

from strategies.alvh.base_case import base_irr
from strategies.alvh.cut_risk import Synthetic, cut_loss_gate, cut_loss_usd
from strategies.alvh.forward_vol import roll_forward_vol_verdict
from strategies.alvh.never_raise import size_gate
from strategies.alvh.steward import roll_stress_gate, steward_gate
from strategies.alvh.wacc import Wacc
from strategies.core.gate_rules import StewardRules
from strategies.core.records import Verdict
from strategies.core.rules import Rules
from strategies.core.unavailable import Unavailable

GONE = Unavailable("no quote")
ROLL = Rules().roll
STEWARD: dict[str, Any] = {
    "engine_multiple": 2.0,
    "stress_value_usd": 300.0,
    "debit_usd": 100.0,
    "base_irr": 0.2,
    "wacc": Wacc(0.08),
    "mode": "veto",
}


def verdict(rule: str, word: Any, reason: str = "", **sides: dict[str, Any]) -> Verdict:  # noqa: ANN401
    """Return the verdict as it should be."""
    return Verdict(rule=rule, verdict=word, reason=reason, **sides)


def stress(word: Any, reason: str = "", **value: float) -> Verdict:  # noqa: ANN401 - a verdict's own words
    """Return the stress half for a debit of 100 and a multiple of 2."""
    return verdict(
        "steward_stress",
        word,
        reason,
        inputs={"debit_usd": 100.0, **value},
        thresholds={"multiple": 2.0, "stress_value_usd_min": 300.0},
    )


def irr(word: Any, reason: str = "", **inputs: float) -> Verdict:  # noqa: ANN401 - a verdict's own words
    """Return the yield half for a cost of capital of 8 %."""
    return verdict("steward_irr", word, reason, inputs=inputs, thresholds={"wacc": 0.08})


STEWARD_SAID: list[tuple[dict[str, Any], Verdict, Verdict]] = [
    ({}, stress("pass", stress_value_usd=300.0), irr("pass", base_irr=0.2)),
    (
        {"stress_value_usd": 299.0, "base_irr": 0.08},
        stress("refuse", "gains too little in stress for its debit", stress_value_usd=299.0),
        irr("refuse", "the condor yields no more than its capital costs", base_irr=0.08),
    ),
    (
        {"stress_value_usd": GONE, "base_irr": GONE},
        stress("unavailable", "stress value: no quote"),
        irr("unavailable", "base IRR: no quote"),
    ),
    (
        {"stress_value_usd": GONE, "wacc": GONE, "mode": "advise"},
        stress("pass", "advice only: stress value: no quote"),
        verdict("steward_irr", "pass", "advice only: cost of capital: no quote"),
    ),
    (
        {"mode": "off"},
        verdict("steward_stress", "pass", "steward.mode is off"),
        verdict("steward_irr", "pass", "steward.mode is off"),
    ),
]


@pytest.mark.parametrize(("changes", "first", "second"), STEWARD_SAID)
def test_the_steward_writes_down_both_halves(
    changes: dict[str, Any], first: Verdict, second: Verdict
) -> None:
    """Debit, stress value and what it had to be; yield and cost of capital."""
    assert steward_gate(**{**STEWARD, **changes}) == (first, second)


def roll(value: float | Unavailable, debit: float, mode: Any = "veto") -> Verdict:  # noqa: ANN401
    """Return the verdict on a roll's net debit."""
    return roll_stress_gate(
        new_stress_value_usd=value, net_debit_usd=debit, mode=mode, rules=StewardRules(multiple_roll=3.0)
    )


def test_a_roll_writes_down_its_net_debit() -> None:
    """As a layer does, with the multiple of rolls."""
    bounds = {"multiple": 3.0, "stress_value_usd_min": 300.0}
    assert roll(300.0, 100.0) == verdict(
        "steward_stress", "pass", inputs={"debit_usd": 100.0, "stress_value_usd": 300.0}, thresholds=bounds
    )
    assert roll(GONE, 100.0) == verdict(
        "steward_stress",
        "unavailable",
        "stress value: no quote",
        inputs={"debit_usd": 100.0},
        thresholds=bounds,
    )
    assert roll(GONE, -1.0) == verdict("steward_stress", "pass", "a net credit", inputs={"debit_usd": -1.0})
    assert roll(300.0, 1.0).verdict == "pass"
    assert roll(2.0, 1.0).verdict == "refuse"
    assert roll(2.0, 1.0, "off") == verdict("steward_stress", "pass", "steward.mode is off")


def forward(ratio_max: float, **changes: Any) -> Verdict:  # noqa: ANN401 - any term of a roll
    """Return the verdict on a roll from 50 % to 50 %."""
    terms = {"near_vol": 0.5, "near_years": 0.25, "far_vol": 0.5, "far_years": 0.5, **changes}
    return roll_forward_vol_verdict(**terms, rules=type(ROLL)(forward_vol_ratio_max=ratio_max))


def test_a_roll_writes_down_its_forward_volatility() -> None:
    """Tenors, forward volatility and ratio; the limit where there is one."""
    years = {"near_years": 0.25, "far_years": 0.5}
    found = {**years, "forward_vol": 0.5, "ratio": 1.0}
    assert forward(0.0) == verdict("roll_forward_vol", "pass", inputs=found)
    assert forward(1.0) == verdict("roll_forward_vol", "pass", inputs=found, thresholds={"ratio_max": 1.0})
    assert forward(0.9) == verdict(
        "roll_forward_vol",
        "refuse",
        "forward volatility is too dear",
        inputs=found,
        thresholds={"ratio_max": 0.9},
    )
    assert forward(0.9, far_vol=GONE) == verdict(
        "roll_forward_vol",
        "unavailable",
        "volatility bought: no quote",
        inputs=years,
        thresholds={"ratio_max": 0.9},
    )
    assert forward(0.0, near_vol=GONE) == verdict(
        "roll_forward_vol", "pass", "volatility held: no quote", inputs=years
    )
    flat = forward(0.0, near_vol=1.0, far_vol=0.5, near_years=0.25, far_years=1.0)
    assert flat.inputs["forward_vol"] == 0.0  # no variance is a variance


@pytest.mark.parametrize(
    ("equity", "word", "reason"),
    [
        (None, "unavailable", "equity is not known and the size would rise after a loss"),
        (100.0, "refuse", "the size would rise after a loss that is not made good"),
        (101.0, "pass", "equity has passed its level before the loss"),
    ],
)
def test_the_size_gate_writes_down_both_sizes_and_both_levels(
    equity: float | None, word: str, reason: str
) -> None:
    """Contracts against the loser's, equity against its level before."""
    said = size_gate(contracts=2, last_contracts=1, equity_usd=equity, equity_before_loss_usd=100.0)
    assert said == verdict(
        "never_raise_size",
        word,
        reason,
        inputs={"contracts": 2, "equity_usd": equity},
        thresholds={"last_contracts": 1, "equity_before_loss_usd": 100.0},
    )
    same = size_gate(contracts=1, last_contracts=1, equity_usd=equity, equity_before_loss_usd=100.0)
    assert (same.verdict, same.reason, same.inputs["contracts"]) == ("pass", "", 1)


@pytest.mark.parametrize(
    ("loss", "word", "reason"),
    [(5.0, "pass", ""), (5.5, "refuse", "condor and cut could lose more than the condor's notional")],
)
def test_the_cut_gate_writes_down_the_loss(loss: float, word: str, reason: str) -> None:
    """Loss and move against the notional."""
    said = cut_loss_gate(loss_usd=loss, notional_usd=5.0, move=0.05)
    assert said == verdict(
        "delta_cut_loss",
        word,
        reason,
        inputs={"loss_usd": loss, "move": 0.05},
        thresholds={"notional_usd": 5.0},
    )


def test_bounds_that_are_met_exactly() -> None:
    """One dollar of capital and one day are enough; profit that eats all capital is a total loss."""
    case = {"profit_share": 0.5, "hold_days": 1.0}
    assert base_irr(credit_usd=1.0, open_debits_usd=0.5, notional_usd=2.0, **case) == 0.0
    assert base_irr(credit_usd=1.0, open_debits_usd=1.5, notional_usd=2.0, **case) == -1.0
    loss = cut_loss_usd(
        strikes=(90.0, 95.0, 105.0, 110.0),
        contracts=1,
        credit_usd=0.0,
        synthetic=Synthetic(side="call", strike=100.0, usd_per_point=0.0, paid_usd=0.0),
        spx=100.0,
        move=0.2,
    )
    assert loss == pytest.approx(500.0)  # 80: both put strikes in, the width is lost
