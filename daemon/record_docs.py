"""Renders docs/audit.md from the struct definitions, so that the page and the records cannot part.

`python -m daemon.record_docs` writes the page to stdout.
"""

import inspect
import sys
from collections.abc import Iterable
from importlib import resources

import msgspec

from daemon.record_types import parts, table
from strategies.core.events import AnyEvent
from strategies.core.records import AnyRecord
from strategies.core.rules import Rules

QUESTIONS = {
    "lifecycle": "When was the daemon started and stopped, with which version, rules and settings?",
    "calendar": "Which trading hours did it believe in?",
    "connection": "When was it connected to the gateway, and to which account?",
    "upstream": "When was the gateway itself cut off from the broker?",
    "clock_skew": "Did gateway and machine agree on the time?",
    "clock_step": "When was the machine's clock set?",
    "proposal_answered": "What did an operator answer to a proposed order?",
    "proposal": "Which orders were proposed to an operator, and what became of them?",
    "operator": "What did a person tell the daemon, and why?",
    "tripped": "What did the daemon itself find that halts trading?",
    "paused": "When did the process stand still?",
    "broker_notice": "What did the broker say that belongs to no order?",
    "history": "Which past closes were the signals built on?",
    "history_missing": "Why were there no past closes?",
    "futures_listed": "Between which VIX futures could it choose M1 and M2?",
    "chain_listed": "Between which expiries could it choose?",
    "expiry_listed": "Between which strikes could it choose, and in which price steps?",
    "listing_missing": "Why was there nothing to choose from?",
    "quotes": "What did the market look like when it decided?",
    "timer": "Which job of the schedule fired, when was it due, and was it late?",
    "order_transmitted": "When did the order's bytes leave, once, and under which broker id?",
    "order_not_transmitted": "Why was an order that had been decided on not sent?",
    "order_status": "What did the broker say about an order?",
    "execution": "What did the broker report as executed?",
    "commission": "What did an execution cost?",
    "snapshot": "What did the broker know of orders, executions and positions after a (re)connection?",
    "snapshot_missing": "Why is the broker's state not known?",
    "macro": "Which macro figures did it learn, of which period, released when?",
    "decision": "Why was something done, or not done: rules, inputs, thresholds, verdicts?",
    "requested": "What was asked of the broker without risk, and why?",
    "unchanged": "Was a decision looked at again and found the same?",
    "bar_closed": "Which signals did a completed session give?",
    "bar_missing": "Which session's close was not seen?",
    "order_intended": "Which order was decided on, for what, at which limit, before anything was sent?",
    "order_state": "Where did an order stand?",
    "fill": "What was booked, once, and to which layer or condor?",
    "layer": "What became of a hedge layer, and what did it cost and bring?",
    "condor": "What became of a condor, and what did it cost and bring?",
    "reconciled": "Did the book agree with the account?",
    "correction": "Which execution did the broker correct, and how?",
    "quarantined": "Which layer or condor is left alone, and why?",
    "mode_changed": "What may be sent since when, who said so, and why?",
    "alarm": "What must a person look at?",
    "summary": "How did the day end, in USD?",
    "macro_refused": "Which macro figure was not believed, and why?",
}
"""What each kind of record answers."""

_OPAQUE = {Rules: "The sections of settings.toml that decisions depend on, key by key as they are there."}


def render() -> str:
    """Return the whole page."""
    intro = resources.files("daemon").joinpath("record_docs_intro.md").read_text(encoding="utf-8")
    events, records = list(AnyEvent.__args__), list(AnyRecord.__args__)
    sections = [
        intro.rstrip("\n"),
        "## Events: what happened\n\nThe first record of a commit. `time` is when it reached the loop.",
        *(_section(kind) for kind in events),
        "## Records: what was decided on it\n\nThey follow their event; `time` is the event's.",
        *(_section(kind) for kind in records),
        "## Parts\n\nWhat members of the records above are made of.",
        *(_part(kind) for kind in _all_parts([*events, *records])),
    ]
    return "\n\n".join(sections) + "\n"


def _section(kind: type[msgspec.Struct]) -> str:
    tag = str(kind.__struct_config__.tag)
    return "\n".join([f"### `{tag}`\n", f"*{QUESTIONS[tag]}*\n", _says(kind), "", *table(kind)])


def _part(kind: type[msgspec.Struct]) -> str:
    if kind in _OPAQUE:
        return f"### {kind.__name__}\n\n{_OPAQUE[kind]}"
    shape = "\n\nWritten as a list of its members, without their names." if _is_list(kind) else ""
    return "\n".join([f"### {kind.__name__}\n", _says(kind) + shape, "", *table(kind)])


def _is_list(kind: type[msgspec.Struct]) -> bool:
    return bool(kind.__struct_config__.array_like)


def _says(kind: type[msgspec.Struct]) -> str:
    """Return a struct's docstring; `None` of Python is `null` here."""
    return (inspect.getdoc(kind) or "").replace("`None`", "`null`")


def _all_parts(kinds: Iterable[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    """Return every struct inside the given ones, each once, in the order in which a reader meets them."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting = [part for kind in kinds for part in parts(kind)]
    while waiting:
        kind = waiting.pop(0)
        if kind not in found:
            found[kind] = None
            waiting += [] if kind in _OPAQUE else list(parts(kind))
    return list(found)


if __name__ == "__main__":
    sys.stdout.write(render())
