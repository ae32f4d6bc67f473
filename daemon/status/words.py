"""The status in words, a line a thing; one table a group where it is shown by rich."""

from collections.abc import Iterable
from datetime import datetime

from daemon.explain.words import rule_words
from daemon.hours import NEW_YORK
from daemon.status.report import Cap, CondorLine, LayerLine, Reading, Status
from daemon.status.spans import span


def lines(status: Status) -> list[str]:
    """Return the status as text, in the order in which an operator asks."""
    return [
        *_head(status),
        *_group("signals", (f"{name}: {_reading(found)}" for name, found in status.signals.items())),
        *_group("episodes", (f"{name} since {day}" for name, day in status.episodes.items())),
        *_book(status),
        *(f"QUARANTINED {subject}: {reason}" for subject, reason in status.quarantine.items()),
        *_group("caps", (_cap(cap) for cap in status.caps)),
        *_decision(status),
        *_journal(status),
    ]


def _head(status: Status) -> list[str]:
    process, connection, session = status.process, status.connection, status.session
    verdict = "READY" if status.ready else f"NOT READY: {status.not_ready_because}"
    upstream = "" if connection.upstream else ", the gateway is cut off from the broker"
    account = connection.account or "none yet"
    worth = connection.net_liquidation_usd
    hours = (
        f"open until {_at(session.closes_at)}" if session.open else f"closed, opens {_at(session.next_open)}"
    )
    books = "compared" if connection.reconciled else "not compared since the connection came up"
    paper = ", paper" if connection.paper else ""
    return [
        f"{verdict} at {_at(status.time)} New York",
        f"daemon {process.code_version}, pid {process.pid}, up {span(process.uptime_s)}",
        _trading(status),
        f"mode {process.mode}, clock {process.clock}",
        f"gateway {connection.link} (epoch {connection.epoch}{upstream}), account {account}{paper}",
        f"net liquidation {'unknown' if worth is None else f'{worth} USD'}",
        f"books {books}" + "".join(f"; differs: {text}" for text in connection.differences),
        f"session {hours}",
    ]


def _trading(status: Status) -> str:
    trading = status.trading
    said = f" by {trading.who} since {_at(trading.since)}: {trading.reason}" if trading.who else ""
    flatten = "; everything is being closed" if trading.flatten else ""
    window = f"; now is {trading.window}" if trading.window else ""
    return f"trading {trading.mode.replace('_', '-')}{said}{flatten}{window}"


def _book(status: Status) -> list[str]:
    plans = (
        f"{p.plan_id} {p.stage}: {p.purpose} {p.subject} from {_at(p.not_before)}, {p.attempts} orders so far"
        + (f" ({p.reason})" if p.reason else "")
        for p in status.plans
    )
    orders = (
        f"{o.order_ref} {o.stage.upper() if o.order_ref in status.unknown_orders else o.stage}: {o.purpose} "
        f"{o.subject}, {o.filled} of {o.quantity} at {o.limit}, {span(o.age_s)} old"
        for o in status.orders
    )
    proposals = (
        f"{p.order_ref}: {p.purpose} {p.subject}, {p.quantity} at {p.limit}, lapses in {span(p.lapses_in_s)}"
        for p in status.proposals
    )
    return [
        *_group("condors", map(_condor, status.condors)),
        *_group("layers", map(_layer, status.layers)),
        *_group("plans", plans),
        *_group("orders", orders),
        *(_group("proposals", proposals) if status.proposals else ()),
    ]


def _condor(c: CondorLine) -> str:
    breaches = "".join(f", {side} side breached since {day}" for side, day in c.breaches.items())
    used = "".join(f", {slot} used {day}" for slot, day in c.used.items())
    return (
        f"{c.condor_id} {c.state}{' (adopted)' if c.adopted else ''}: {c.contracts} x "
        f"{'/'.join(f'{k:g}' for k in c.strikes)} exp {c.expiry}, credit {c.credit_usd} USD, "
        f"{c.layers} layers, {'armed' if c.armed else 'not armed'}{breaches}{used}"
    )


def _layer(layer: LayerLine) -> str:
    sold = f" and {layer.short_held} x {layer.short}" if layer.short else ""
    marks = f"mark {_points(layer.mark)}" + (f" and {_points(layer.short_mark)}" if layer.short else "")
    rolled = f", continues {layer.rolled_from}" if layer.rolled_from else ""
    return (
        f"{layer.layer_id} {layer.state} for {layer.condor_id} ({layer.engine}): {layer.held} of "
        f"{layer.bought} x {layer.instrument}{sold}, debit {layer.debit_usd} USD, "
        f"realised {layer.realised_usd} USD, {marks}{rolled}"
    )


def _points(mark: float | None) -> str:
    return "unknown" if mark is None else f"{mark:g}"


def _decision(status: Status) -> list[str]:
    decision = status.last_decision
    if decision is None:
        return ["last decision: none yet"]
    title = f"last decision, {_at(decision.time)}: {decision.subject}: {decision.outcome}"
    return [title, *(f"  {rule_words(verdict)}" for verdict in decision.rules)]


def _journal(status: Status) -> list[str]:
    journal = status.journal
    life = "alive" if journal.alive else "STALLED"
    waiting = f"{journal.waiting} of {journal.queue_size_max} events waiting"
    age = f"last commit {journal.last_commit_age_s:.1f} s ago"
    return [f"loop {life}: journal seq {journal.seq}, {age}, {waiting}"]


def _group(name: str, found: Iterable[str]) -> list[str]:
    texts = list(found)
    return [f"{name}:", *(f"  {text}" for text in texts)] if texts else [f"{name}: none"]


def _reading(reading: Reading) -> str:
    of = f" of {reading.of}" if reading.of else ""
    age = "" if reading.age_s is None else f", {span(reading.age_s)} old"
    if reading.value is None:
        return f"unavailable{of}: {reading.why}{age}"
    value = str(reading.value).lower() if isinstance(reading.value, bool) else f"{reading.value:.6g}"
    return f"{value}{of}{age}"


def _cap(cap: Cap) -> str:
    return f"{cap.name}: {cap.used} of {'unknown' if cap.limit is None else cap.limit}"


def _at(at: datetime | None) -> str:
    return "unknown" if at is None else f"{at.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S}"
