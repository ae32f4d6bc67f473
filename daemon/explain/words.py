"""Decisions, quotes and bars in words."""

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime

from daemon.hours import NEW_YORK
from strategies.core.commands import CancelOrder, Leg, PlaceOrder
from strategies.core.facts import Quote
from strategies.core.records import BarClosed, Decision, Value, Verdict

_SAYS = {
    "pass": "allows it",
    "fire": "asks for it",
    "hold": "sees no reason",
    "refuse": "refuses",
    "unavailable": "has no input",
}


def say(lines: Iterable[str]) -> None:
    """Print lines as they are."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def at_words(at: datetime) -> str:
    """Return a New York time, to the second."""
    return f"{at.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S}"


def decision_words(seq: int, decision: Decision) -> list[str]:
    """Return the decision in words, a line a rule."""
    lines = [f"seq {seq}, {at_words(decision.time)} New York: {decision.subject}: {decision.outcome}"]
    lines += [f"  {rule_words(verdict)}" for verdict in decision.rules]
    for command in decision.commands:
        match command:
            case PlaceOrder(intent=intent):
                lines.append(
                    f"  -> order {intent.order_ref}: {intent.quantity} x ({legs_words(intent.legs)}) "
                    f"limit {intent.limit}"
                )
            case CancelOrder(order_ref=ref):
                lines.append(f"  -> cancel {ref}")
            case _:
                lines.append(f"  -> {type(command).__name__}")
    return lines


def rule_words(verdict: Verdict) -> str:
    """Return what one rule said, its inputs and thresholds."""
    text = f"{verdict.rule} {_SAYS[verdict.verdict]}"
    if verdict.reason:
        text += f": {verdict.reason}"
    if verdict.inputs:
        text += f" [{_values(verdict.inputs)}]"
    if verdict.thresholds:
        text += f" (thresholds: {_values(verdict.thresholds)})"
    return text


def legs_words(legs: Iterable[Leg]) -> str:
    """Return legs as signed ratios and instruments."""
    return ", ".join(f"{leg.ratio:+d} {leg.instrument.key}" for leg in legs)


def quote_words(quote: Quote, age_s: float) -> str:
    """Return a quote and its age; what is not quoted is left out."""
    sides = (("bid", quote.bid), ("ask", quote.ask), ("last", quote.last), ("mark", quote.mark))
    values = ", ".join(f"{name} {value:g}" for name, value in sides if value is not None) or "nothing quoted"
    return f"{quote.instrument} {values}, {age_s:.0f} s old"


def bar_words(seq: int, bar: BarClosed) -> str:
    """Return a final bar with its signals."""
    signals = {
        "RSI": bar.rsi,
        "VIX": bar.vix,
        "M1": bar.m1,
        "M2": bar.m2,
        "slope": bar.slope,
        "expanding": bar.expanding,
        "steepening": bar.steepening,
        "MACD": bar.macd,
        "MACD signal": bar.macd_signal,
        "hidden bullish": bar.hidden_bullish,
        "MACD bullish": bar.macd_bullish,
        "MACD bearish": bar.macd_bearish,
        "A/D trend": bar.ad_trend,
        "P/E elevated": bar.pe_elevated,
        "realised vol": bar.realised_vol,
        "VIX over realised": bar.vix_over_realised,
        "expansion since": bar.expansion_episode,
        "steepening since": bar.steepening_episode,
    }
    missing = "".join(f"; {name} unavailable: {why}" for name, why in bar.unavailable.items())
    known: dict[str, Value] = {name: value for name, value in signals.items() if value is not None}
    return f"bar of {bar.session} ({bar.source}, seq {seq}): SPX {bar.close:g}, {_values(known)}{missing}"


def _values(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{k} {v:.6g}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items())
