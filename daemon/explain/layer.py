"""`hedged explain --layer`: a hedge position from the bar that asked for it to its end."""

import re
from decimal import Decimal
from pathlib import Path

from daemon.audit_search import kind_is
from daemon.errors import ExitCode, InvariantBroken
from daemon.explain.order import read_story
from daemon.explain.order_story import OrderStory
from daemon.explain.records import Found, find, unknown
from daemon.explain.words import at_words, bar_words, decision_words, legs_words, say
from strategies.core.commands import PlaceOrder
from strategies.core.records import BarClosed, Decision, Fill, LayerRecord, OrderIntended, OrderState


def explain_layer(folder: Path, layer_id: str) -> ExitCode:
    """Print the life of a layer: decision, orders, fills, peeling, end, and what it came to.

    Raises:
        AuditUnavailable: there are no audit files.
        HedgedError: there never was such a layer.
    """
    states = [
        item
        for _, item in find(folder, kind_is("layer"))
        if isinstance(item, LayerRecord) and item.layer_id == layer_id
    ]
    if not states:
        known = (item.layer_id for _, item in find(folder, kind_is("layer")) if isinstance(item, LayerRecord))
        raise unknown("layer", layer_id, folder, known)
    life = _life(folder, layer_id)
    told = [line for found in [*_plan(folder, states[0]), *life] for line in _words(found)]
    stories = [
        read_story(folder, found.item.order_ref) for found in life if isinstance(found.item, OrderIntended)
    ]
    say([_title(states[0]), *(f"  {line}" for line in told), _sum(states[-1], stories)])
    return ExitCode.OK


def _plan(folder: Path, born: LayerRecord) -> list[Found]:
    """Return the bar and the decision that planned the layer, where the files go back so far."""
    subject = f"{born.engine}_engine:{born.condor_id}"
    found = [
        Found(seq, item)
        for seq, item in find(folder, kind_is("decision", "bar_closed"))
        if item.time <= born.time
        and (isinstance(item, BarClosed) or (isinstance(item, Decision) and item.subject == subject))
    ]
    for index in range(len(found) - 1, -1, -1):
        item = found[index].item
        if isinstance(item, Decision) and item.outcome == "planned":
            bars = [other for other in found[:index] if isinstance(other.item, BarClosed)]
            return [*bars[-1:], found[index]]
    return []


def _life(folder: Path, layer_id: str) -> list[Found]:
    """Return the layer's records, its orders', and the decisions on it, in order."""
    about = re.compile(b'[":]' + re.escape(layer_id.encode()) + b'"')
    kinds = kind_is("decision", "order_intended", "layer", "fill")
    found = [
        Found(seq, item)
        for seq, item in find(folder, lambda line: kinds(line) and about.search(line) is not None)
        if _concerns(item, layer_id)
    ]
    refs = {item.order_ref for _, item in found if isinstance(item, OrderIntended)}
    moves = [
        Found(seq, item)
        for seq, item in find(folder, kind_is("order_state"))
        if isinstance(item, OrderState) and item.order_ref in refs
    ]
    return sorted([*found, *moves], key=lambda one: one.seq)


def _concerns(item: object, layer_id: str) -> bool:
    match item:
        case Decision(subject=subject, commands=commands):
            return subject.rpartition(":")[2] == layer_id or any(
                isinstance(command, PlaceOrder) and command.intent.subject == layer_id for command in commands
            )
        case OrderIntended(subject=subject) | Fill(subject=subject):
            return subject == layer_id
        case LayerRecord(layer_id=name):
            return name == layer_id
    return False


def _words(found: Found) -> list[str]:
    seq, item = found
    match item:
        case Decision():
            return decision_words(seq, item)
        case BarClosed():
            return [bar_words(seq, item)]
    return [f"seq {seq}, {at_words(item.time)}: {_fact(item)}"]


def _fact(item: object) -> str:
    match item:
        case OrderIntended():
            what = f"{item.quantity} x ({legs_words(item.legs)})"
            return f"order {item.order_ref}: {item.purpose} {what} limit {item.limit}"
        case OrderState():
            reason = f": {item.reason}" if item.reason else ""
            return f"order {item.order_ref} is {item.state}, {item.filled} filled{reason}"
        case Fill():
            return f"{item.side} {item.quantity} {item.instrument} at {item.price}"
        case LayerRecord():
            reason = f": {item.reason}" if item.reason else ""
            return (
                f"layer {item.state}, {item.quantity} held, debit {item.debit_usd} USD, realised "
                f"{item.realised_usd} USD{reason}"
            )
    raise InvariantBroken(f"explain: {type(item).__name__} is not part of a layer's life")


def _title(born: LayerRecord) -> str:
    trigger = f", trigger {born.trigger}" if born.trigger else ""
    return (
        f"layer {born.layer_id} of condor {born.condor_id}, {born.engine} engine: {born.instrument}{trigger}"
    )


def _sum(last: LayerRecord, stories: list[OrderStory]) -> str:
    paid = -sum((story.cash_usd for story in stories if story.cash_usd < 0), Decimal(0))
    received = sum((story.cash_usd for story in stories if story.cash_usd > 0), Decimal(0))
    commissions = sum((story.commission_usd for story in stories), Decimal(0))
    return (
        f"in sum: {last.state} since {at_words(last.time)}, {last.quantity} held, paid {paid:.2f} USD, "
        f"received {received:.2f} USD, commissions {commissions:.2f} USD"
    )
