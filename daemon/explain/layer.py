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
from strategies.alvh.adding import SUBJECT
from strategies.core.commands import PlaceOrder
from strategies.core.holdings import Engine
from strategies.core.records import (
    BarClosed,
    Decision,
    Fill,
    LayerRecord,
    OrderIntended,
    OrderState,
    Proposal,
)


def explain_layer(folder: Path, layer_id: str) -> ExitCode:
    """Print the life of a layer: decision, orders, fills, peeling, end, and what it came to.

    One that was rolled is told with the layers that it continues and that continue it, the oldest first.

    Raises:
        AuditUnavailable: there are no audit files.
        HedgedError: there never was such a layer.
    """
    lives: dict[str, list[LayerRecord]] = {}
    for _, item in find(folder, kind_is("layer")):
        if isinstance(item, LayerRecord):
            lives.setdefault(item.layer_id, []).append(item)
    if layer_id not in lives:
        raise unknown("layer", layer_id, folder, lives)
    chain = _chain(lives, layer_id)
    if len(chain) > 1:
        say([f"rolled: {' -> '.join(chain)}", ""])
    total = sum((_tell(folder, name, lives[name]) for name in chain), Decimal(0))
    if len(chain) > 1:
        say(["", f"the whole chain: {total:+.2f} USD after commissions, what is still held not counted"])
    return ExitCode.OK


def _tell(folder: Path, name: str, records: list[LayerRecord]) -> Decimal:
    """Print one layer's life; return what its orders brought after commissions, USD."""
    life = _life(folder, name)
    told = [line for found in [*_plan(folder, records[0]), *life] for line in _words(found)]
    refs = dict.fromkeys(item.order_ref for _, item in life if isinstance(item, OrderIntended))
    stories = [read_story(folder, ref) for ref in refs]
    say([_title(records[0]), *(f"  {line}" for line in told), _sum(records[-1], stories)])
    return sum((story.cash_usd - story.commission_usd for story in stories), Decimal(0))


def _chain(lives: dict[str, list[LayerRecord]], layer_id: str) -> list[str]:
    """Return the layer with those before and after it, as rolls led from one to the next."""
    chain = [layer_id]
    while (before := lives[chain[0]][0].rolled_from) in lives:
        chain.insert(0, before)
    held = [name for name, life in lives.items() if any(record.quantity for record in life)]
    while after := next((name for name in held if lives[name][0].rolled_from == chain[-1]), ""):
        chain.append(after)
    return chain


def _plan(folder: Path, born: LayerRecord) -> list[Found]:
    """Return the bar and the decision that planned the layer, where the files go back so far."""
    subject = f"{SUBJECT[Engine(born.engine)]}:{born.condor_id}"
    if born.rolled_from:
        subject = f"time_shift:{born.rolled_from}"
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
    kinds = kind_is("decision", "order_intended", "proposal", "layer", "fill")
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
        case OrderIntended(subject=subject) | Fill(subject=subject) | Proposal(subject=subject):
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
        case Proposal():
            return f"proposal {item.order_ref} is {item.state}: {item.reason}"
        case OrderState():
            reason = f": {item.reason}" if item.reason else ""
            return f"order {item.order_ref} is {item.state}, {item.filled} filled{reason}"
        case Fill():
            return f"{item.side} {item.quantity} {item.instrument} at {item.price}"
        case LayerRecord():
            reason = f": {item.reason}" if item.reason else ""
            sold = f" less {item.short}" if item.short else ""
            return (
                f"layer {item.state}, {item.quantity} held{sold}, debit {item.debit_usd} USD, realised "
                f"{item.realised_usd} USD{reason}"
            )
    raise InvariantBroken(f"explain: {type(item).__name__} is not part of a layer's life")


def _title(born: LayerRecord) -> str:
    trigger = f", trigger {born.trigger}" if born.trigger else ""
    sold = f" less {born.short}" if born.short else ""
    rule = "delta cut" if born.engine == Engine.DELTA_CUT else f"{born.engine} engine"
    return f"layer {born.layer_id} of condor {born.condor_id}, {rule}: {born.instrument}{sold}{trigger}"


def _sum(last: LayerRecord, stories: list[OrderStory]) -> str:
    paid = -sum((story.cash_usd for story in stories if story.cash_usd < 0), Decimal(0))
    received = sum((story.cash_usd for story in stories if story.cash_usd > 0), Decimal(0))
    commissions = sum((story.commission_usd for story in stories), Decimal(0))
    return (
        f"in sum: {last.state} since {at_words(last.time)}, {last.quantity} held, paid {paid:.2f} USD, "
        f"received {received:.2f} USD, commissions {commissions:.2f} USD"
    )
