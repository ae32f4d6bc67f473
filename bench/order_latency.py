"""Tick received to order on the wire, intent durable, against one durable write of the same bytes."""

import json
import time
from queue import Empty

from bench.figures import Figure, percentile
from bench.processes import BenchError, Child, started
from bench.relay import Relay
from bench.stage import Stage, settled
from bench.watcher import MadeTick, Watcher, ticks

SAMPLES = 300
LIMIT = 2.0
_ORDER_WITHIN_S = 20.0
_PRIME_EVERY_S = 0.2
_WARM_UP = 20
_SPREAD_SAMPLES = 100  # the spread is that of the medians of so many


def measure(stage: Stage) -> list[Figure]:
    """Take the figure.

    Raises:
        BenchError: an order did not come, or the play left no layer to peel.
    """
    watcher = Watcher(stage.prices, live=True)
    with Relay(stage.gateway_port, watcher) as relay:
        variables = stage.live_variables(relay.port)
        module = ["bench.order_child", str(SAMPLES + _WARM_UP)]
        with started(module, folder=stage.folder, name="orders", variables=variables) as child:
            settled(child, watcher)
            key = _prime(stage, child, relay, watcher)
            outside_s = [_sample(relay, watcher, child, tick) for tick in _bids(stage, watcher, key)]
            written = json.loads(child.line())
            child.wait()
    ours_s, store_s = written["order_s"][_WARM_UP:], written["xadd_s"][_WARM_UP:]
    return [_figure(ours_s, store_s, outside_s[_WARM_UP:], written["bytes"])]


def _prime(stage: Stage, child: Child, relay: Relay, watcher: Watcher) -> str:
    """Quote everything, so that the child can prepare its state; return what it wants a tick of."""
    stream = ticks(watcher.subscribed, stage.prices)
    round_size = len({(tick.key, tick.name) for tick, _ in zip(stream, range(1000), strict=False)})
    child.tell("quotes follow")
    for _ in range(5):
        relay.inject(b"".join(next(stream).frame for _ in range(round_size)))
        time.sleep(_PRIME_EVERY_S)
    child.tell("quoted")
    word, _, key = child.line().strip().partition(" ")
    if word != "ready":
        raise BenchError(f"the order's process said {word!r}: see {child.log}")
    return key


def _bids(stage: Stage, watcher: Watcher, key: str) -> list[MadeTick]:
    """Return bids of one instrument, each another than the one before, all below its ask."""
    wanted = [made for made in watcher.subscribed if made.key == key]
    bids = (tick for tick in ticks(wanted, stage.prices) if tick.name == "bid")
    two = [next(bids), next(bids)]
    return [two[number % 2] for number in range(SAMPLES + _WARM_UP)]


def _sample(relay: Relay, watcher: Watcher, child: Child, tick: MadeTick) -> float:
    """Inject one tick when the child is prepared; return the seconds until the order's bytes were here."""
    if child.line().strip() != "go":
        raise BenchError(f"the order's process lost its place: see {child.log}")
    begun_s = time.perf_counter()
    relay.inject(tick.frame)
    try:
        return watcher.orders.get(timeout=_ORDER_WITHIN_S) - begun_s
    except Empty:
        raise BenchError(f"a tick of {tick.key} made no order within {_ORDER_WITHIN_S:g} s") from None


def _figure(ours_s: list[float], store_s: list[float], outside_s: list[float], size: int) -> Figure:
    half_s, store_half_s = percentile(ours_s, 0.5), percentile(store_s, 0.5)
    parts = range(0, len(ours_s), _SPREAD_SAMPLES)
    medians = [
        percentile(ours_s[n : n + _SPREAD_SAMPLES], 0.5) / percentile(store_s[n : n + _SPREAD_SAMPLES], 0.5)
        for n in parts
    ]
    return Figure(
        name="tick_to_order",
        title="tick to order on the wire, over one durable XADD",
        value=half_s / store_half_s,
        limit=LIMIT,
        spread=(min(medians), max(medians)),
        facts={
            "samples": len(ours_s),
            "tick to order p50 ms": half_s * 1e3,
            "tick to order p99 ms": percentile(ours_s, 0.99) * 1e3,
            "XADD p50 ms": store_half_s * 1e3,
            "XADD p99 ms": percentile(store_s, 0.99) * 1e3,
            "from the relay and back p50 ms": percentile(outside_s, 0.5) * 1e3,
            "bytes of the commit": size,
        },
    )
