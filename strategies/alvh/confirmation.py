"""Confirmation: a further layer needs a hidden bullish divergence and an elevated P/E; strategy section 3."""

from strategies.alvh.bar import FinalBar
from strategies.core.commands import Purpose
from strategies.core.holdings import Condor, Engine, LayerState
from strategies.core.records import Verdict
from strategies.core.turn import Turn


def confirmation_verdict(turn: Turn, bar: FinalBar, condor: Condor) -> Verdict:
    """Say whether a layer may follow those that the condor (or the book, by setting) already has.

    Layers that are open, working or planned count; delta cuts do not. Either signal unavailable: refused.
    """
    book = turn.rules.confirmation.scope == "book"

    def counts(subject: str) -> bool:
        return book or subject == condor.condor_id

    layers = sum(
        counts(layer.condor_id)
        and layer.state is not LayerState.CLOSED
        and layer.engine is not Engine.DELTA_CUT
        for layer in turn.state.layers.values()
    )
    planned = sum(
        plan.purpose is Purpose.LAYER_OPEN and counts(plan.subject) for plan in turn.state.plans.values()
    )
    inputs = {
        "layers": layers,
        "planned": planned,
        "hidden_bullish": bar.hidden_bullish,
        "pe_elevated": bar.pe_elevated,
    }
    if not layers and not planned:
        return Verdict(rule="confirmation", verdict="pass", reason="the first layer", inputs=inputs)
    for name in ("hidden_bullish", "pe_elevated"):
        if inputs[name] is None:
            reason = f"{name}: {bar.unavailable[name]}"
            return Verdict(rule="confirmation", verdict="unavailable", reason=reason, inputs=inputs)
    missing = [name for name in ("hidden_bullish", "pe_elevated") if not inputs[name]]
    return Verdict(
        rule="confirmation",
        verdict="refuse" if missing else "pass",
        reason=f"a further layer needs {' and '.join(missing)}" if missing else "",
        inputs=inputs,
    )
