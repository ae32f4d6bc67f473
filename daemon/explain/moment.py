"""`hedged explain --at`: the decisions in force at a time, with the bar and the quotes that they saw."""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

from daemon.audit_search import days, kind_is, search
from daemon.errors import ExitCode, HedgedError
from daemon.explain.records import Found, decode
from daemon.explain.words import at_words, bar_words, decision_words, quote_words, say
from daemon.loop import trading_day
from strategies.core.commands import PlaceOrder
from strategies.core.events import Quotes
from strategies.core.facts import Quote
from strategies.core.holdings import CondorState, LayerState
from strategies.core.instruments import SPX, VIX
from strategies.core.records import BarClosed, CondorRecord, Decision, LayerRecord

_FUTURES_SHOWN = 2
_FUTURE = "FUT.VX."

Market = dict[str, tuple[Quote, datetime]]


def explain_at(folder: Path, at: datetime) -> ExitCode:
    """Print the last decision on each subject at or before `at` (aware); what was over by then is left out.

    Raises:
        AuditUnavailable: there are no audit files.
        HedgedError: nothing was decided by then.
    """
    found = _until(folder, at)
    over = {name for _, item in found if (name := _ended(item))}
    in_force = {
        item.subject: Found(seq, item)
        for seq, item in found
        if isinstance(item, Decision) and item.subject.rpartition(":")[2] not in over
    }
    if not in_force:
        first = days(folder)[0]
        raise HedgedError(f"nothing was decided by {at_words(at)} New York: the audit files begin on {first}")
    bars = [Found(seq, item) for seq, item in found if isinstance(item, BarClosed)]
    decisions = sorted(in_force.values(), key=lambda found: found.seq)
    say([f"In force at {at_words(at)} New York:"])
    for _, of_day in groupby(decisions, key=lambda found: trading_day(found.item.time)):
        for decision, market in _markets(folder, list(of_day)):
            say(_told(decision, market, bars))
    return ExitCode.OK


def _until(folder: Path, at: datetime) -> list[Found]:
    """Return the decisions, bars, layers and condors up to a time."""
    wanted = kind_is("decision", "bar_closed", "layer", "condor")
    records = (record for record in search(folder, wanted, last=trading_day(at)) if record.time <= at)
    return [decode(record) for record in records]


def _ended(item: object) -> str:
    """Return the name of a layer or condor that a record closes."""
    match item:
        case LayerRecord(layer_id=name, state=LayerState.CLOSED):
            return name
        case CondorRecord(condor_id=name, state=CondorState.CLOSED):
            return name
    return ""


def _told(found: Found, market: Market, bars: Iterable[Found]) -> list[str]:
    decision = found.item
    assert isinstance(decision, Decision)
    lines = ["", *decision_words(found.seq, decision)]
    seen = [bar for bar in bars if bar.seq < found.seq]
    if seen and isinstance(bar := seen[-1].item, BarClosed):
        lines.append(f"  saw {bar_words(seen[-1].seq, bar)}")
    for key in _of_interest(market, decision):
        if key in market:
            quote, came = market[key]
            lines.append(f"  saw {quote_words(quote, (decision.time - came).total_seconds())}")
        else:
            lines.append(f"  saw no quote of {key} that day")
    return lines


def _markets(folder: Path, decisions: list[Found]) -> Iterator[tuple[Found, Market]]:
    """Yield the decisions of one day, each with the latest quotes of that day as it found them."""
    market: Market = {}
    waiting = deque(decisions)
    day = trading_day(decisions[0].item.time)
    for record in search(folder, kind_is("quotes"), first=day, last=day):
        while waiting and waiting[0].seq < record.seq:
            yield waiting.popleft(), market
        if not waiting:
            return
        event = decode(record).item
        if isinstance(event, Quotes):
            market.update({quote.instrument: (quote, event.time) for quote in event.quotes})
    for decision in waiting:
        yield decision, market


def _of_interest(market: Market, decision: Decision) -> list[str]:
    """Return the indices, the front futures, and what was ordered."""
    today = f"{trading_day(decision.time):%Y%m%d}"
    futures = sorted(key for key in market if key.startswith(_FUTURE) and key[len(_FUTURE) :] > today)
    ordered = [
        leg.instrument.key
        for command in decision.commands
        if isinstance(command, PlaceOrder)
        for leg in command.intent.legs
    ]
    return [SPX.key, VIX.key, *futures[:_FUTURES_SHOWN], *ordered]
