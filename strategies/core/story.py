"""An audit trail as a story: a line each decision, order, fill, layer and condor, the same bytes each time.

Left out is what only held or waits, a refusal that was told before, and the way of an order that went as it
should. A bar is told where something was decided on it. Times are New York's; how each line reads is
`story_words`'.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from strategies.core.commands import CancelOrder, PlaceOrder
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
    Requested,
    Summary,
)
from strategies.core.story_words import (
    at_words,
    bar_words,
    condor_words,
    day_of,
    decision_words,
    fills_words,
    layer_words,
    order_words,
    summary_words,
)

KINDS = (
    *("alarm", "bar_closed", "condor", "decision", "fill", "layer", "mode_changed", "order_intended"),
    *("order_state", "proposal", "requested", "summary"),
)
"""The kinds of records that a story is made of."""

_SILENT = frozenset({"hold", "waiting"})
# On the way; the order's and the fills' lines say what happens to it.
_UNDER_WAY = frozenset({"intended", "working", "peeling", "rolling", "closing"})
_ENDED = "closed"
_AS_IT_SHOULD = frozenset({"intended", "transmitted", "working", "filled", "cancelling"})
# What a condor has had is refused to it on every later bar: news once.
_HAD = frozenset({"once_per_episode", "armed", "not_exiting", "not_under_way"})

Holding = LayerRecord | CondorRecord


class Story:
    """Told record by record; remembers what it has said, and what is held.

    Args:
        first: the day, New York's, that the telling begins on, with what is held by then; None for all.
    """

    def __init__(self, first: date | None = None) -> None:
        self._first = first
        self._bar: BarClosed | None = None
        self._said: dict[str, str] = {}
        self._had: set[str] = set()
        self._placed: set[str] = set()
        self._subjects: dict[str, str] = {}
        self._held: dict[str, Holding] = {}
        self._figures: Summary | None = None

    def lines(self, records: Iterable[AnyRecord]) -> Iterator[str]:
        """Yield the lines that records are worth, in order."""
        telling = (record for record in records if not _is_silent(record))
        for ref, run in groupby(telling, key=_order_filled):
            if ref:
                fills = [fill for fill in run if isinstance(fill, Fill)]
                yield from self._held_before(fills[0])
                yield from self._told(fills[0], fills_words(fills))
            else:
                for record in run:
                    yield from self._held_before(record)
                    yield from self._told(record, self._line(record))

    def end(self) -> Iterator[str]:
        """Yield the line that ends a story: the latest day's figures."""
        if self._figures is not None:
            yield f"{at_words(self._figures.time)} {summary_words(self._figures)}"

    def _held_before(self, record: AnyRecord) -> Iterator[str]:
        """Begin the telling, if it begins with this record: yield what is held."""
        if self._first is not None and day_of(record.time) >= self._first:
            yield from (f"{self._first} held: {_holding_words(item)}" for item in self._held.values())
            self._first = None

    def _told(self, record: AnyRecord, line: str | None) -> Iterator[str]:
        """Yield a line with its time, after the bar that it belongs to, unless the telling has not begun."""
        if line is None or self._first is not None:
            return
        if self._bar is not None and self._bar.time == record.time:
            yield f"{at_words(self._bar.time)} {bar_words(self._bar)}"
            self._bar = None
        yield f"{at_words(record.time)} {line}"

    def _line(self, record: AnyRecord) -> str | None:
        line = None
        match record:
            case BarClosed():
                self._bar = record
            case Summary():
                self._figures = record
            case Decision():
                line = self._decision(record)
            case LayerRecord() | CondorRecord():
                line = self._holding(record)
            case OrderIntended() | Proposal():
                line = self._order(record)
            case OrderState():
                line = self._order_state(record)
            case Requested():
                line = self._cancels(record)
            case ModeChanged():
                line = f"mode {record.before} -> {record.mode} by {record.who}: {record.reason}"
            case Alarm():
                line = f"alarm {record.cause}: {record.text}"
            case _:
                pass
        return line

    def _decision(self, record: Decision) -> str | None:
        """Tell a decision that acts, refuses or ends; one that is said again with the same reasons is not."""
        refusing = {v.rule for v in record.rules if v.verdict in {"refuse", "unavailable"}}
        reasons = ";".join(f"{v.rule}={v.verdict}:{v.reason}" for v in record.rules)
        signature = f"{record.outcome}|{reasons}"
        if not record.commands and self._said.get(record.subject) == signature:
            return None
        self._said[record.subject] = signature
        if record.outcome in _SILENT:
            return None
        if record.outcome == "refused" and refusing & _HAD:
            if record.subject in self._had:
                return None
            self._had.add(record.subject)
        else:
            self._had.discard(record.subject)
        placed = [command.intent for command in record.commands if isinstance(command, PlaceOrder)]
        self._placed |= {intent.order_ref for intent in placed}
        return decision_words(record, placed)

    def _holding(self, record: Holding) -> str | None:
        """Tell a layer or condor that is there, grows or ends."""
        name, size = _name_and_size(record)
        known = self._held.get(name)
        if record.state in _UNDER_WAY:
            return None
        if record.state == _ENDED:
            self._held.pop(name, None)
            # One whose order never filled was never there.
            return _holding_words(record) if known is not None or record.realised_usd else None
        self._held[name] = record
        if known is not None and known.state == record.state and size <= _name_and_size(known)[1]:
            return None
        return _holding_words(record)

    def _order(self, record: OrderIntended | Proposal) -> str | None:
        """Tell an order that no decision has told, and what became of a proposal."""
        if isinstance(record, Proposal):
            proposed = record.state == "intended"
            return f"proposal {record.purpose} {record.subject} {record.reason}" if proposed else None
        self._subjects[record.order_ref] = record.subject
        if record.order_ref in self._placed:
            self._placed.remove(record.order_ref)
            return None
        return f"order {order_words(record)}"

    def _cancels(self, record: Requested) -> str:
        refs = [command.order_ref for command in record.commands if isinstance(command, CancelOrder)]
        why = record.why.removeprefix(f"cancel of {refs[0]}: ")
        return f"cancel the order of {', '.join(self._subject(ref) for ref in refs)}: {why}"

    def _order_state(self, record: OrderState) -> str:
        """Tell an order that ends otherwise than filled, or of which nobody knows."""
        reason = f": {record.reason}" if record.reason else ""
        return f"order of {self._subject(record.order_ref)} {record.state}, {record.filled} filled{reason}"

    def _subject(self, ref: str) -> str:
        return self._subjects.get(ref, ref)


def _is_silent(record: AnyRecord) -> bool:
    """Whether a record is never told; such ones stand between the fills of a combo's legs."""
    if isinstance(record, Requested):
        return not any(isinstance(command, CancelOrder) for command in record.commands)
    return isinstance(record, OrderState) and record.state in _AS_IT_SHOULD


def _order_filled(record: AnyRecord) -> str:
    return record.order_ref if isinstance(record, Fill) else ""


def _name_and_size(record: Holding) -> tuple[str, int]:
    if isinstance(record, LayerRecord):
        return record.layer_id, record.quantity
    return record.condor_id, record.contracts


def _holding_words(record: Holding) -> str:
    return layer_words(record) if isinstance(record, LayerRecord) else condor_words(record)
