"""Gate 4, the steward test: a layer must pay in stress, and the condor must still pay without any.

Strategy section 5. `steward.mode`: "veto" refuses, "advise" records what it would have refused and lets it
pass, "off" looks at nothing.
"""

from typing import Literal

from msgspec import structs

from strategies.alvh.wacc import Wacc, replaced
from strategies.core.gate_rules import StewardRules
from strategies.core.records import Value, Verdict
from strategies.core.unavailable import Unavailable

Mode = Literal["veto", "advise", "off"]


def engine_multiple(engine: str, rules: StewardRules) -> float:
    """Return m, the gain in stress over the debit that an engine's layers need.

    Raises:
        ValueError: the engine has no such test (a delta cut has gates of its own).
    """
    multiples = {
        "first": rules.multiple_first,
        "slope": rules.multiple_slope,
        "second": rules.multiple_second,
        "breach": rules.multiple_breach,
    }
    if engine not in multiples:
        raise ValueError(f"engine {engine!r} has no steward multiple; those of {', '.join(multiples)} have")
    return multiples[engine]


def steward_gate(
    *,
    engine_multiple: float,
    stress_value_usd: float | Unavailable,
    debit_usd: float,
    base_irr: float | Unavailable,
    wacc: Wacc | Unavailable,
    mode: Mode,
) -> tuple[Verdict, ...]:
    """Return the verdicts "steward_stress" and "steward_irr".

    Args:
        engine_multiple: m; the layer's value in stress less its debit must be at least m x its debit.
        stress_value_usd: of the whole layer, seven days on.
        debit_usd: of the whole layer.
        base_irr: of the condor with all its debits, a decimal a year (`base_case.base_irr`).
        wacc: that it must stay above.
        mode: what a failure does.
    """
    if mode == "off":
        return tuple(
            Verdict(rule=rule, verdict="pass", reason="steward.mode is off")
            for rule in ("steward_stress", "steward_irr")
        )
    needed = (1.0 + engine_multiple) * debit_usd
    stress = _stress(stress_value_usd, needed, debit_usd, engine_multiple)
    return _under(mode, stress), _under(mode, _irr(base_irr, wacc))


def roll_stress_gate(
    *, new_stress_value_usd: float | Unavailable, net_debit_usd: float, mode: Mode, rules: StewardRules
) -> Verdict:
    """Return the verdict "steward_stress" of a roll: the new position's stress value >= 4 x the net debit.

    Args:
        new_stress_value_usd: of the whole new position, seven days on.
        net_debit_usd: paid for the calendar combo; zero or less is a credit and passes.
        mode: what a failure does.
        rules: the multiple.
    """
    if mode == "off":
        return Verdict(rule="steward_stress", verdict="pass", reason="steward.mode is off")
    if net_debit_usd <= 0.0:
        inputs: dict[str, Value] = {"debit_usd": net_debit_usd}
        return Verdict(rule="steward_stress", verdict="pass", reason="a net credit", inputs=inputs)
    needed = rules.multiple_roll * net_debit_usd
    return _under(mode, _stress(new_stress_value_usd, needed, net_debit_usd, rules.multiple_roll))


def _stress(value: float | Unavailable, needed: float, debit: float, multiple: float) -> Verdict:
    inputs: dict[str, Value] = {"debit_usd": debit}
    thresholds: dict[str, Value] = {"multiple": multiple, "stress_value_usd_min": needed}
    if isinstance(value, Unavailable):
        return Verdict(
            rule="steward_stress",
            verdict="unavailable",
            reason=f"stress value: {value.reason}",
            inputs=inputs,
            thresholds=thresholds,
        )
    good = value >= needed
    return Verdict(
        rule="steward_stress",
        verdict="pass" if good else "refuse",
        reason="" if good else "gains too little in stress for its debit",
        inputs={**inputs, "stress_value_usd": value},
        thresholds=thresholds,
    )


def _irr(irr: float | Unavailable, wacc: Wacc | Unavailable) -> Verdict:
    if isinstance(wacc, Unavailable):
        return Verdict(rule="steward_irr", verdict="unavailable", reason=f"cost of capital: {wacc.reason}")
    thresholds: dict[str, Value] = {"wacc": wacc.value}
    if isinstance(irr, Unavailable):
        reason = f"base IRR: {irr.reason}"
        return Verdict(rule="steward_irr", verdict="unavailable", reason=reason, thresholds=thresholds)
    good = irr > wacc.value
    return Verdict(
        rule="steward_irr",
        verdict="pass" if good else "refuse",
        reason="" if good else "the condor yields no more than its capital costs",
        inputs={"base_irr": irr, **replaced(wacc.notes)},
        thresholds=thresholds,
    )


def _under(mode: Mode, verdict: Verdict) -> Verdict:
    """Return the verdict as it counts: advice never refuses."""
    if mode == "veto" or verdict.verdict == "pass":
        return verdict
    return structs.replace(verdict, verdict="pass", reason=f"advice only: {verdict.reason}")
