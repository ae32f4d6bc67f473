"""How the lines of a story read: decisions, bars, orders, fills, layers and condors in words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from strategies.core.commands import Intent, Leg
from strategies.core.records import (
    BarClosed,
    CondorRecord,
    Decision,
    Fill,
    LayerRecord,
    OrderIntended,
    Summary,
    Value,
    Verdict,
)

_NEW_YORK = ZoneInfo("America/New_York")
_ENDED = "closed"
_ACTS = frozenset({"planned", "ordered", "proposed"})
# Rules that pass and yet say how large, how dear or how urgent.
_TELLING = frozenset({"size", "fraction", "credit", "liquidity_ratio", "break_even"})
_BAR = {"rsi": "RSI", "vix": "VIX", "m1": "M1", "m2": "M2", "slope": "slope"}
_FLAGS = ("expanding", "steepening", "hidden_bullish", "macd_bullish", "macd_bearish")


def at_words(time: datetime) -> str:
    """Return a New York time, to the minute."""
    return f"{time.astimezone(_NEW_YORK):%Y-%m-%d %H:%M}"


def day_of(time: datetime) -> date:
    """Return the New York day."""
    return time.astimezone(_NEW_YORK).date()


def decision_words(record: Decision, placed: Sequence[Intent]) -> str:
    """Return a decision, the orders that it places, and what decided it."""
    parts = [f"{record.subject} {record.outcome}"]
    parts += [order_words(intent) for intent in placed]
    parts += [_verdict(v) for v in _deciding(record)]
    return " | ".join(parts)


def order_words(order: Intent | OrderIntended) -> str:
    """Return what an order is to do."""
    return f"{order.subject}: {order.quantity} x {_legs(order.legs)} at {order.limit}"


def fills_words(fills: Sequence[Fill]) -> str:
    """Return fills of one order: the net price where its legs were filled alike, else each.

    The net price is in points per unit, below 0 where money came in.
    """
    subject, sizes = fills[0].subject, {fill.quantity for fill in fills}
    if len(fills) > 1 and len(sizes) == 1 and len({fill.instrument for fill in fills}) == len(fills):
        net = sum((fill.price if fill.side == "BOT" else -fill.price for fill in fills), Decimal(0))
        return f"filled {subject}: {fills[0].quantity} x {len(fills)} legs at {net:.2f}"
    each = ", ".join(f"{fill.side} {fill.quantity} {fill.instrument} at {fill.price:.2f}" for fill in fills)
    return f"filled {subject}: {each}"


def bar_words(bar: BarClosed) -> str:
    """Return a final bar with the signals that are known."""
    parts = [f"bar: SPX {bar.close:.2f}"]
    parts += [f"{name} {value:.2f}" for at, name in _BAR.items() if (value := getattr(bar, at)) is not None]
    parts += [name for name in _FLAGS if getattr(bar, name)]
    return "  ".join(parts)


def layer_words(record: LayerRecord) -> str:
    """Return a layer: what it is and why, or what it brought."""
    head = f"layer {record.layer_id} {record.engine} of {record.condor_id} {record.state}"
    if record.state == _ENDED:
        why = f" ({record.reason})" if record.reason else ""
        return f"{head}: result {record.realised_usd:.2f}{why}"
    what = f"{record.quantity} x {record.instrument}" + (f" - {record.short}" if record.short else "")
    realised = f" realised {record.realised_usd:.2f}" if record.realised_usd else ""
    why = record.reason or record.trigger
    return f"{head}: {what}, debit {record.debit_usd:.2f}{realised}" + (f" ({why})" if why else "")


def condor_words(record: CondorRecord) -> str:
    """Return a condor: its strikes and credit, or what it brought."""
    strikes = "/".join(f"{strike:g}" for strike in record.strikes)
    head = f"condor {record.condor_id} {record.state}"
    why = f" ({record.reason})" if record.reason else ""
    if record.state == _ENDED:
        return f"{head}: {strikes} {record.expiry}, result {record.realised_usd:.2f}{why}"
    return f"{head}: {record.contracts} x {strikes} {record.expiry}, credit {record.credit_usd:.2f}{why}"


def summary_words(figures: Summary) -> str:
    """Return a day's figures, USD."""
    condors, hedge = _usd(figures.condor_result_usd), _usd(figures.hedge_result_usd)
    return (
        f"figures: {figures.condors_open} condors and {figures.layers_open} layers open, "
        f"results since the start: condors {condors}, hedge {hedge}"
    )


def _usd(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"{amount:.2f}"


def _deciding(record: Decision) -> list[Verdict]:
    refused = [v for v in record.rules if v.verdict in {"refuse", "unavailable"}]
    if refused and record.outcome not in _ACTS:
        return refused
    telling = [v for v in record.rules if v.verdict == "fire" or v.rule in _TELLING or v in refused]
    # What spoke against a peel: then only layers that are due are peeled.
    held = [v for v in record.rules if v.verdict == "hold"] if record.subject == "peel" else []
    return telling + held


def _verdict(verdict: Verdict) -> str:
    said = f"{verdict.rule} {verdict.verdict}" + (f": {verdict.reason}" if verdict.reason else "")
    inputs = _inputs(verdict.inputs)
    if verdict.verdict == "refuse" and verdict.thresholds:
        inputs += f" against {_inputs(verdict.thresholds)}"
    return f"{said} ({inputs.strip()})" if inputs else said


def _inputs(inputs: Mapping[str, Value]) -> str:
    return " ".join(f"{name}={_value(inputs[name])}" for name in inputs if inputs[name] is not None)


def _value(value: Value | Decimal) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _legs(legs: Iterable[Leg]) -> str:
    return " ".join(f"{leg.ratio:+d} {leg.instrument.key}" for leg in legs)
