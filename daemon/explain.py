"""`hedged explain`: the rules that were looked at, in words, from the audit files alone."""

from collections import deque
from collections.abc import Mapping
from pathlib import Path

import msgspec
from rich.console import Console

from daemon.errors import AuditUnavailable, ExitCode
from daemon.hours import NEW_YORK
from daemon.telemetry.audit_tail import audit_files
from daemon.telemetry.records import Record, parse_line
from strategies.core.commands import CancelOrder, PlaceOrder
from strategies.core.records import Decision, Value, Verdict

_SAYS = {
    "pass": "allows it",
    "fire": "asks for it",
    "hold": "sees no reason",
    "refuse": "refuses",
    "unavailable": "has no input",
}


def explain_last(folder: Path) -> ExitCode:
    """Print the latest decision of the audit folder.

    Raises:
        AuditUnavailable: there are no files, or no decision in them.
    """
    record = _last_decision(folder)
    Console(highlight=False, soft_wrap=True).print(
        "\n".join(words(record, msgspec.json.decode(record.body, type=Decision))), markup=False
    )
    return ExitCode.OK


def _last_decision(folder: Path) -> Record:
    for path in reversed(list(audit_files(folder).values()) if folder.is_dir() else []):
        with path.open("rb") as lines:
            found = deque((line for line in lines if b'"kind":"decision"' in line), maxlen=1)
        if found:
            return parse_line(found[0].rstrip(b"\n"))
    raise AuditUnavailable(f"{folder} has no decision yet: give the audit folder of a daemon that has run")


def words(record: Record, decision: Decision) -> list[str]:
    """Return the decision in words, a line a rule."""
    at = decision.time.astimezone(NEW_YORK)
    lines = [f"seq {record.seq}, {at:%Y-%m-%d %H:%M:%S} New York: {decision.subject}: {decision.outcome}"]
    lines += [f"  {_rule(verdict)}" for verdict in decision.rules]
    for command in decision.commands:
        match command:
            case PlaceOrder(intent=intent):
                legs = ", ".join(f"{leg.ratio:+d} {leg.instrument.key}" for leg in intent.legs)
                lines.append(
                    f"  -> order {intent.order_ref}: {intent.quantity} x ({legs}) limit {intent.limit}"
                )
            case CancelOrder(order_ref=ref):
                lines.append(f"  -> cancel {ref}")
            case _:
                lines.append(f"  -> {type(command).__name__}")
    return lines


def _rule(verdict: Verdict) -> str:
    text = f"{verdict.rule} {_SAYS[verdict.verdict]}"
    if verdict.reason:
        text += f": {verdict.reason}"
    if verdict.inputs:
        text += f" [{_values(verdict.inputs)}]"
    if verdict.thresholds:
        text += f" (thresholds: {_values(verdict.thresholds)})"
    return text


def _values(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{k} {v:.6g}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items())
