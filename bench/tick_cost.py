"""CPU per incoming tick: the daemon against a client that only listens, on the same stream."""

import contextlib
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from bench.decided import Injected, decided, oldest_s
from bench.figures import Figure, percentile, ratio_of
from bench.processes import Child, children, cpu_s, started, wait_quiet
from bench.relay import Relay
from bench.stage import Stage, audit_lines, live_daemon, settled
from bench.watcher import MadeTick, Watcher, ticks

BURST_TICKS, BURST_ROUNDS = 300_000, 3
PACED_TICKS, PACED_ROUNDS, PACED_PER_S = 10_000, 3, 1000
BURST_LIMIT, PACED_LIMIT, AGE_LIMIT_INTERVALS = 1.5, 2.0, 2.0
QUOTE_INTERVAL_S = 1.0  # `loop.quote_interval_s`, the default
_BARE_CLIENT_ID = 2
_WRITE_FRAMES = 1000


@dataclass(slots=True, kw_only=True)
class Side:
    """One of the two that are compared, and the stream that it is fed."""

    child: Child
    relay: Relay
    stream: Iterator[MadeTick]
    others: Sequence[int] = ()


def measure(stage: Stage) -> list[Figure]:
    """Take the figures.

    Raises:
        BenchError: a process failed.
    """
    with live_daemon(stage) as (daemon, relay, watcher), _bare(stage, watcher) as bare:
        made = watcher.subscribed
        ours = Side(
            child=daemon,
            relay=relay,
            stream=ticks(made, stage.prices, begin=1),
            others=children(daemon.pid),
        )
        kinds = {"instruments quoted": len(made), "of them options": sum(m.kind == "OPT" for m in made)}
        burst = _compare(stage, ours, bare, _burst, BURST_TICKS, BURST_ROUNDS)
        paced = _compare(stage, ours, bare, _paced, PACED_TICKS, PACED_ROUNDS)
    return [
        _cost_figure("cpu_per_tick_burst", f"CPU a tick, burst of {BURST_TICKS}", BURST_LIMIT, burst, kinds),
        _cost_figure("cpu_per_tick_paced", f"CPU a tick, {PACED_PER_S} a second", PACED_LIMIT, paced, kinds),
        _age_figure(paced),
    ]


@contextlib.contextmanager
def _bare(stage: Stage, watcher: Watcher) -> Iterator[Side]:
    """The client that only listens, subscribed to what the daemon has subscribed."""
    own = Watcher(stage.prices, live=True)
    with Relay(stage.gateway_port, own) as relay:
        module = ["bench.bare", str(relay.port), str(_BARE_CLIENT_ID)]
        with started(module, folder=stage.folder, name="bare") as child:
            child.tell(json.dumps([asdict(made) for made in watcher.subscribed]))
            child.line()
            settled(child, own)
            yield Side(child=child, relay=relay, stream=ticks(own.subscribed, stage.prices, begin=1))


@dataclass(slots=True, kw_only=True)
class Measured:
    """Seconds of CPU for each round, and what the daemon wrote down meanwhile."""

    ticks: int
    ours_s: list[float]
    bare_s: list[float]
    store_s: list[float]
    events: int
    ages_s: list[float]
    faults: list[str]


Feed = Callable[[Side, list[MadeTick]], Injected]


def _compare(stage: Stage, ours: Side, bare: Side, feed: Feed, count: int, rounds: int) -> Measured:
    """Feed both in alternation, each alone."""
    out = Measured(ticks=count, ours_s=[], bare_s=[], store_s=[], events=0, ages_s=[], faults=[])
    for _ in range(rounds):
        out.bare_s.append(_round(bare, feed, count)[1][0])
        written = len(audit_lines(stage))
        injected, (spent_s, store_s) = _round(ours, feed, count)
        out.ours_s.append(spent_s)
        out.store_s.append(store_s)
        events = decided(audit_lines(stage)[written:])
        out.events += len(events)
        out.ages_s += oldest_s(events, injected)
        out.faults += injected.missing_from(events)
    return out


def _round(side: Side, feed: Feed, count: int) -> tuple[Injected, tuple[float, float]]:
    """Feed one side; return what it was fed, and the CPU seconds of it and of its children."""
    stream = list(itertools.islice(side.stream, count))
    wait_quiet(side.child.pid)
    before_s, others_s = cpu_s(side.child.pid), sum(map(cpu_s, side.others))
    injected = feed(side, stream)
    wait_quiet(side.child.pid)
    return injected, (cpu_s(side.child.pid) - before_s, sum(map(cpu_s, side.others)) - others_s)


def _burst(side: Side, stream: list[MadeTick]) -> Injected:
    """Write as fast as the reader reads."""
    injected = Injected(kept=1)
    for start in range(0, len(stream), _WRITE_FRAMES):
        part = stream[start : start + _WRITE_FRAMES]
        at = time.time()
        side.relay.inject(b"".join(tick.frame for tick in part))
        injected.note(part, at)
    return injected


def _paced(side: Side, stream: list[MadeTick]) -> Injected:
    """Write one frame at a time, so many a second."""
    injected = Injected(kept=len(stream))
    begun_s = time.perf_counter()
    for number, tick in enumerate(stream):
        ahead_s = begun_s + number / PACED_PER_S - time.perf_counter()
        if ahead_s > 0:
            time.sleep(ahead_s)
        at = time.time()
        side.relay.inject(tick.frame)
        injected.note([tick], at)
    return injected


def _cost_figure(name: str, title: str, limit: float, found: Measured, kinds: dict[str, int]) -> Figure:
    value, spread = ratio_of([a / b for a, b in zip(found.ours_s, found.bare_s, strict=True)])
    microseconds = 1e6 / found.ticks
    rounds = len(found.ours_s)
    return Figure(
        name=name,
        title=title,
        value=value,
        limit=limit,
        spread=spread,
        facts={
            **kinds,
            "rounds": rounds,
            "daemon us a tick": sum(found.ours_s) / rounds * microseconds,
            "bare client us a tick": sum(found.bare_s) / rounds * microseconds,
            "store us a tick, not in the ratio": sum(found.store_s) / rounds * microseconds,
            "events journalled": found.events,
        },
        faults=tuple(found.faults),
    )


def _age_figure(found: Measured) -> Figure:
    return Figure(
        name="oldest_quote_in_decision",
        title=f"oldest quote in a decision, {PACED_PER_S} a second",
        value=max(found.ages_s, default=0.0),
        limit=AGE_LIMIT_INTERVALS * QUOTE_INTERVAL_S,
        unit="s",
        facts={
            "decisions": len(found.ages_s),
            "median s": percentile(found.ages_s, 0.5) if found.ages_s else "none",
            "loop.quote_interval_s": QUOTE_INTERVAL_S,
            "last values decided on": "all" if not found.faults else "not all",
        },
        faults=tuple(found.faults) or (() if found.ages_s else ("nothing was decided on",)),
    )
