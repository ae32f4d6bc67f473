"""An audit trail as a story: a line each decision, order, fill, layer and condor, the same bytes each time.

Left out is what only held or waits, what was said before with the same reasons, and the way of an order that
went as it should. A bar is told where something was decided on it. Times are New York's.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from strategies.core.commands import Leg
from strategies.core.records import (
    Alarm,
    AnyRecord,
    BarClosed,
    CondorRecord,
    Decision,
    Fill,
    LayerRecord,
    ModeChanged,
    OrderIntended,
    OrderState,
    Proposal,
    Value,
    Verdict,
)

KINDS = (
    *("alarm", "bar_closed", "condor", "decision", "fill", "layer", "mode_changed", "order_intended"),
    "order_state",
    "proposal",
)
"""The kinds of records that a story is made of."""

_NEW_YORK = ZoneInfo("America/New_York")
_SILENT = frozenset({"hold", "waiting"})
_NO = frozenset({"refuse", "unavailable"})
_AS_IT_SHOULD = frozenset({"intended", "transmitted", "working", "filled", "cancelling"})
# Rules that pass and yet say how large, how dear or how urgent.
_TELLING = frozenset({"size", "fraction", "credit", "liquidity_ratio", "break_even"})
_BAR = ("rsi", "vix", "m1", "m2", "slope")
_FLAGS = ("expanding", "steepening", "hidden_bullish", "macd_bullish", "macd_bearish")


class Story:
    """Told record by record; remembers what it has said."""

    def __init__(self) -> None:
        self._bar: BarClosed | None = None
        self._said: dict[str, str] = {}

    def lines(self, records: Iterable[AnyRecord]) -> Iterator[str]:
        """Yield the lines that records are worth, in order."""
        for record in records:
            line = self._line(record)
            if line is None:
                continue
            if self._bar is not None and self._bar.time == record.time:
                yield f"{_at(self._bar.time)} {_bar(self._bar)}"
                self._bar = None
            yield f"{_at(record.time)} {line}"

    def _line(self, record: AnyRecord) -> str | None:
        match record:
            case BarClosed():
                self._bar = record
                return None
            case Decision():
                return self._decision(record)
            case LayerRecord() | CondorRecord():
                return self._holding(record)
            case _:
                return _happened(record)

    def _decision(self, record: Decision) -> str | None:
        """Tell a decision that acts, refuses or ends; one that is said again with the same reasons is not."""
        reasons = ";".join(f"{v.rule}={v.verdict}:{v.reason}" for v in record.rules)
        signature = f"{record.outcome}|{reasons}"
        if not record.commands and self._said.get(record.subject) == signature:
            return None
        self._said[record.subject] = signature
        if record.outcome in _SILENT:
            return None
        deciding = " | ".join(_verdict(v) for v in _deciding(record))
        return f"{record.subject} {record.outcome}" + (f" | {deciding}" if deciding else "")

    def _holding(self, record: LayerRecord | CondorRecord) -> str | None:
        told = _layer(record) if isinstance(record, LayerRecord) else _condor(record)
        name = record.layer_id if isinstance(record, LayerRecord) else record.condor_id
        if record.state in {"intended", "working"} or self._said.get(name) == told:
            return None
        self._said[name] = told
        return told


def _happened(record: AnyRecord) -> str | None:
    """Tell what needs no memory."""
    line = None
    match record:
        case OrderIntended():
            head = f"order {record.purpose} {record.subject}"
            line = f"{head}: {record.quantity} x {_legs(record.legs)} at {record.limit}"
        case OrderState() if record.state not in _AS_IT_SHOULD:
            line = f"order {record.state}, {record.filled} filled: {record.reason}"
        case Proposal(state="intended"):
            line = f"proposal {record.purpose} {record.subject} {record.reason}"
        case Fill():
            what = f"{record.side} {record.quantity} {record.instrument}"
            line = f"fill {record.subject}: {what} at {record.price}"
        case ModeChanged():
            line = f"mode {record.before} -> {record.mode} by {record.who}: {record.reason}"
        case Alarm():
            line = f"alarm {record.cause}: {record.text}"
        case _:
            pass
    return line


def _deciding(record: Decision) -> list[Verdict]:
    refused = [v for v in record.rules if v.verdict in _NO]
    if refused and record.outcome not in {"planned", "ordered", "proposed"}:
        return refused
    return [v for v in record.rules if v.verdict == "fire" or v.rule in _TELLING or v.verdict in _NO]


def _verdict(verdict: Verdict) -> str:
    said = f"{verdict.rule} {verdict.verdict}" + (f": {verdict.reason}" if verdict.reason else "")
    inputs = _inputs(verdict.inputs)
    return f"{said} ({inputs})" if inputs else said


def _inputs(inputs: Mapping[str, Value]) -> str:
    return " ".join(f"{name}={_value(inputs[name])}" for name in inputs if inputs[name] is not None)


def _value(value: Value | Decimal) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _bar(bar: BarClosed) -> str:
    parts = [f"bar {bar.session} {bar.close:.2f}"]
    parts += [f"{name}={value:.4g}" for name in _BAR if (value := getattr(bar, name)) is not None]
    parts += [name for name in _FLAGS if getattr(bar, name)]
    return " ".join(parts)


def _layer(record: LayerRecord) -> str:
    why = record.reason or record.trigger
    what = f"{record.quantity} x {record.instrument}" + (f" - {record.short}" if record.short else "")
    money = f"debit {record.debit_usd} realised {record.realised_usd}"
    head = f"layer {record.layer_id} {record.engine} of {record.condor_id} {record.state}"
    return f"{head}: {what}, {money}" + (f" ({why})" if why else "")


def _condor(record: CondorRecord) -> str:
    strikes = "/".join(f"{strike:g}" for strike in record.strikes)
    head = f"condor {record.condor_id} {record.state}: {record.contracts} x {strikes} {record.expiry}"
    why = f" ({record.reason})" if record.reason else ""
    return f"{head}, credit {record.credit_usd} realised {record.realised_usd}{why}"


def _legs(legs: Iterable[Leg]) -> str:
    return " ".join(f"{leg.ratio:+d} {leg.instrument.key}" for leg in legs)


def _at(time: datetime) -> str:
    return f"{time.astimezone(_NEW_YORK):%Y-%m-%d %H:%M}"
