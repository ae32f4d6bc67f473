"""`python -m bench.order_child SAMPLES`: the daemon's own parts, put back before each sample.

Loop, journal on an embedded server, broker adapter and live feed are the daemon's. What is not: before each
sample the state is set to one in which the next quote of one layer makes a peel step due, and the pause
between two looks at the quotes is short, so that a sample need not wait for it.

Standard input says when quotes have come; standard output says `ready KEY`, `go` before each sample, and last
one JSON object with the seconds from tick to order and of the durable writes.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

from ib_insync.connection import Connection
from msgspec import structs

from bench.processes import BenchError
from daemon.broker.ib.adapter import IbBroker
from daemon.clock import SystemClock
from daemon.endings import end_all
from daemon.feeds import feed_live
from daemon.handover import broker_settings, rules_of
from daemon.hours import NEW_YORK, sessions_around
from daemon.loop import Loop
from daemon.recovery import catch_up, recover
from daemon.settings import Settings, load
from daemon.standby import leased
from daemon.store import codec
from daemon.store.embedded import EmbeddedServer
from daemon.store.lease import Lease
from daemon.store.port import Commit
from daemon.store.redis import RedisClient
from daemon.store.redis_journal import RedisJournal
from daemon.telemetry.audit_file import AuditFile
from daemon.tuning import steady_collector
from strategies.core.events import AnyEvent, Calendar, Lifecycle, OrderTransmitted, Phase
from strategies.core.holdings import Layer, PeelRun
from strategies.core.state import State

_QUOTE_PAUSE_S = 0.001
_BETWEEN_SAMPLES_S = 0.02  # twice a sample: the library sends 45 messages a second at most
_STREAM = "bench:commits"
_CONNECT_WITHIN_S = 60.0
_PLACE_ORDER = b"3\0"


class Stamps:
    """When the client library was last handed bytes of the gateway, and when an order's bytes were written.

    The library's two doors to the socket are the only places that know: what lies before and after them is
    the relay's process and the system's.
    """

    def __init__(self) -> None:
        self._received_s = 0.0
        self.order_s = 0.0
        """From the last bytes received to the last order written, seconds."""
        received, sent = Connection.data_received, Connection.sendMsg

        def data_received(connection: Connection, data: bytes) -> None:
            self._received_s = time.perf_counter()
            received(connection, data)

        def send(connection: Connection, message: bytes) -> None:
            sent(connection, message)
            if message[4:].startswith(_PLACE_ORDER):
                self.order_s = time.perf_counter() - self._received_s

        Connection.data_received, Connection.sendMsg = data_received, send


class Parts:
    """The daemon's parts, as far as a sample touches them."""

    def __init__(self, journal: RedisJournal, loop: Loop, sent: asyncio.Event) -> None:
        self.journal = journal
        self.loop = loop
        self.sent = sent
        """Set when an order was handed to the socket and that is journalled."""


@contextlib.asynccontextmanager
async def _assembled(settings: Settings, server: EmbeddedServer) -> AsyncIterator[Parts]:
    """The parts on the recovered journal, running; what fails in them ends the process."""
    journal = RedisJournal(url=server.url, prefix=settings.redis.prefix)
    await journal.open()
    async with leased(settings, server.url, journal, asyncio.Event(), alone=True) as lease:
        if lease is None:
            raise BenchError("another daemon holds the journal")
        journal.show(lease.token)
        try:
            async with _at_work(settings, journal, lease) as parts:
                yield parts
        finally:
            await journal.close()


@contextlib.asynccontextmanager
async def _at_work(settings: Settings, journal: RedisJournal, lease: Lease) -> AsyncIterator[Parts]:
    audit = AuditFile(settings.audit_path)
    audit.open()
    state, chain = await recover(journal)
    await catch_up(journal, audit)
    clock = SystemClock()
    sent = asyncio.Event()

    def observe(event: AnyEvent, _bodies: Sequence[bytes]) -> None:
        if isinstance(event, OrderTransmitted):
            sent.set()

    broker = IbBroker(broker_settings(settings), clock.now)
    loop = Loop(
        journal=journal,
        audit=audit,
        state=state,
        chain=chain,
        execute=broker.execute,
        queue_size_max=settings.loop.queue_size_max,
        snapshot_every_commits=settings.redis.snapshot_every_commits,
        store_patience_s=0.0,
        observe=observe,
    )
    now = clock.now()
    await loop.put(Lifecycle(time=now, phase=Phase.STARTED, rules=rules_of(settings)))
    overrides = settings.schedule.session_overrides
    await loop.put(Calendar(time=now, sessions=sessions_around(now, overrides)))
    works = [broker.run(), loop.run(), feed_live(broker, loop, clock, _QUOTE_PAUSE_S), lease.keep()]
    tasks = [asyncio.ensure_future(work) for work in works]
    for task in tasks:
        task.add_done_callback(_tell_failure)
    try:
        await broker.connected(_CONNECT_WITHIN_S)
        yield Parts(journal, loop, sent)
    finally:
        await broker.stop()
        await end_all(tasks)
        audit.close()


def _tell_failure(task: "asyncio.Future[None]") -> None:
    """End the process, which would wait for quotes or orders for ever."""
    if not task.cancelled() and (error := task.exception()) is not None:
        sys.stderr.write(f"{error!r}\n")
        sys.stderr.flush()
        os._exit(1)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _told() -> None:
    """Wait for a line."""
    await asyncio.to_thread(sys.stdin.readline)


def _prepared(state: State) -> tuple[State, Layer]:
    """Return the state in which only a quote of the layer is missing for a peel step, and the layer."""
    if state.account.reconciled_epoch != state.account.epoch or state.account.differences:
        raise BenchError(f"the book is not reconciled: {state.account}")
    layer = next((layer for layer in state.layers.values() if layer.held), None)
    if layer is None or state.time is None:
        raise BenchError("the play left no layer that could be peeled; give another --seed")
    now = state.time
    quotes = {key: seen for key, seen in state.market.quotes.items() if key != layer.instrument.key}
    unquoted = [key for key in state.watch if key not in quotes and key != layer.instrument.key]
    if unquoted:
        raise BenchError(f"not quoted: {', '.join(unquoted)}")
    run = PeelRun(
        session=now.astimezone(NEW_YORK).date(), not_before=now - timedelta(minutes=1), reason="bench"
    )
    return (
        structs.replace(
            state,
            layers={layer.layer_id: layer},
            market=structs.replace(state.market, quotes=quotes),
            peel=run,
        ),
        layer,
    )


async def _sample(
    parts: Parts, prepared: State, store: RedisClient, stamps: Stamps
) -> tuple[float, float, int]:
    """Let one order be made, then write its commit again as a plain entry; return both seconds, and bytes."""
    await asyncio.sleep(_BETWEEN_SAMPLES_S)
    before = parts.loop.pulse.seq
    parts.loop.state = prepared
    parts.sent.clear()
    _say("go")
    await parts.sent.wait()
    await parts.loop.drained()
    order_s = stamps.order_s
    commit = await _commit_after(parts.journal, before)
    entry = (
        *("first", commit.first_seq, "prev", commit.prev_hash, "hash", commit.last_hash),
        *("lines", b"\n".join(commit.lines), "sum", codec.checksum(commit)),
    )
    await asyncio.sleep(_BETWEEN_SAMPLES_S)  # both sides begin from rest
    begun_s = time.perf_counter()
    await store.run("bench", "XADD", _STREAM, "*", *entry)
    return order_s, time.perf_counter() - begun_s, sum(map(len, commit.lines))


async def _commit_after(journal: RedisJournal, seq: int) -> Commit:
    async for commit in journal.read_after(seq):
        if any(b'"kind":"order_intended"' in line for line in commit.lines):
            return commit
    raise BenchError(f"no commit after seq {seq} holds an intent")


async def _run(samples: int) -> None:
    settings = load(Path(__file__).parents[1] / "settings.toml")
    server = EmbeddedServer(settings.state_path / "valkey")
    await server.start()
    store, stamps = RedisClient(url=server.url, timeout_s=5.0), Stamps()
    try:
        async with _assembled(settings, server) as parts:
            await _told()  # quotes follow
            await _told()  # and are there
            await parts.loop.drained()
            prepared, layer = _prepared(parts.loop.state)
            _say(f"ready {layer.instrument.key}")
            found = [await _sample(parts, prepared, store, stamps) for _ in range(samples)]
            orders_s, writes_s, sizes = zip(*found, strict=True)
            _say(json.dumps({"order_s": orders_s, "xadd_s": writes_s, "bytes": sizes[-1]}))
    finally:
        await store.close()
        await server.stop()


if __name__ == "__main__":
    steady_collector()
    asyncio.run(_run(int(sys.argv[1])))
