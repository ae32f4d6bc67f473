"""The composition root: the only file that names concrete adapters and puts them together."""

import asyncio
import os
import platform
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
import structlog

from daemon.broker.ib.adapter import IbBroker
from daemon.broker.port import BrokerSettings
from daemon.clock import Clock, PlayClock, SystemClock
from daemon.control.answers import DecisionMemory, answers
from daemon.control.place import control_socket
from daemon.control.server import serve_control
from daemon.errors import ConfigError, ExitCode, JournalCorrupt
from daemon.feeds import Play, feed_live
from daemon.housekeeping import Housekeeping
from daemon.jobs_done import jobs_done_to
from daemon.live_schedule import LiveSchedule
from daemon.loop import Loop, Observer
from daemon.patience import open_patiently
from daemon.recovery import catch_up, recover
from daemon.schedule import ScheduleSettings
from daemon.settings import Settings
from daemon.standing import Standing
from daemon.store.embedded import EmbeddedServer
from daemon.store.redis_journal import RedisJournal
from daemon.supervision import Supervision
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.systemd import Systemd
from daemon.version import VERSION
from strategies.alvh.strategy import ORDER_REF_PREFIX
from strategies.core.events import Lifecycle, Phase
from strategies.core.rules import Rules, rules_hash

_log = structlog.get_logger(__name__)

# Settings that say where things are, not what is done: they are told to the operational log, so that the same
# play gives the same audit files, byte for byte, wherever it is run.
_PLACES = ("state_dir", "ib.host", "ib.port", "redis.url", "audit.dir")


def run(settings: Settings, observe: Observer | None = None) -> ExitCode:
    """Run the daemon until it is told to stop, or a play is over; see `daemon.errors` for what it raises."""
    return asyncio.run(_run(settings, observe))


async def _run(settings: Settings, observe: Observer | None) -> ExitCode:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _journal(settings, stop) as (journal, server):
        if stop.is_set():
            return ExitCode.OK
        audit = AuditFile(settings.audit_path)
        torn = audit.open()
        if torn is not None:
            _log.warning("a torn last audit line was cut; the journal has it whole", torn=str(torn))
        try:
            state, chain = await recover(journal)
            if audit.tip().last_seq > chain.last_seq:
                raise JournalCorrupt(
                    f"the audit files reach seq {audit.tip().last_seq}, the journal only {chain.last_seq}: "
                    "the journal was replaced or lost; move the audit files away or restore the journal"
                )
            await catch_up(journal, audit)
            play = settings.clock.source == "gateway"
            clock = PlayClock() if play else SystemClock()
            broker = IbBroker(broker_settings(settings), clock.now)
            memory = DecisionMemory(settings.audit_path, observe)
            housekeeping = Housekeeping(settings.audit_path, settings.audit, journal, memory.observe)
            supervision = Supervision(
                Systemd(os.environ), settings.loop.heartbeat_s, lambda: loop.state, housekeeping.observe
            )
            loop = Loop(
                journal=journal,
                audit=audit,
                state=state,
                chain=chain,
                execute=broker.execute,
                decline=broker.decline,
                queue_size_max=settings.loop.queue_size_max,
                snapshot_every_commits=settings.redis.snapshot_every_commits,
                store_patience_s=settings.ib.startup_timeout_s,
                observe=Standing(lambda: loop.state, supervision.observe).observe,
            )
            questions = answers(settings, loop, clock.now, memory)
            async with serve_control(control_socket(settings.state_path), questions), housekeeping.at_work():
                await _operate(settings, loop, broker, clock, stop, server)
        finally:
            audit.sync()
            audit.close()
    return ExitCode.OK


@asynccontextmanager
async def _journal(
    settings: Settings, stop: asyncio.Event
) -> AsyncIterator[tuple[RedisJournal, EmbeddedServer | None]]:
    """Open the journal, in an embedded server where no address is set; a server elsewhere is waited for."""
    url = settings.redis.url.get_secret_value()
    server = None if url else EmbeddedServer(settings.state_path / "valkey")
    if server is not None:
        settings.state_path.mkdir(parents=True, exist_ok=True)
        await server.start()
        url = server.url
    try:
        journal = RedisJournal(
            url=url, prefix=settings.redis.prefix, timeout_s=settings.redis.connect_timeout_s
        )
        try:
            patience_s = settings.ib.startup_timeout_s if server is None else 0.0
            await open_patiently(journal, patience_s=patience_s, stop=stop)
            yield journal, server
        finally:
            await journal.close()
    finally:
        if server is not None:
            await server.stop()


async def _operate(
    settings: Settings,
    loop: Loop,
    broker: IbBroker,
    clock: Clock,
    stop: asyncio.Event,
    server: EmbeddedServer | None,
) -> None:
    """Run broker, loop and feeds until one ends or the operator says stop; then stop in order."""
    tasks = [asyncio.ensure_future(broker.run()), asyncio.ensure_future(loop.run())]
    try:
        if isinstance(clock, PlayClock):
            feeding: Coroutine[Any, Any, None] = _play(settings, loop, broker, clock)
        else:
            feeding = _live(settings, loop, broker, clock)
        tasks += [asyncio.ensure_future(feeding), asyncio.ensure_future(_wait(stop))]
        if server is not None:
            tasks.append(asyncio.ensure_future(server.watch()))
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
        tasks[2].cancel()
        await loop.put(Lifecycle(time=clock.now(), phase=Phase.STOPPING))
        await _until(loop.drained(), tasks[1])
        await broker.stop()
        await loop.save()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()
    _log.info("asked to stop: no new risk, journal flushed, then out")


async def _until(what: Coroutine[Any, Any, None], worker: "asyncio.Future[None]") -> None:
    """Wait for `what`, unless the worker that it depends on fails first."""
    waiting = asyncio.ensure_future(what)
    done, _ = await asyncio.wait({waiting, worker}, return_when=asyncio.FIRST_COMPLETED)
    if waiting not in done:
        waiting.cancel()
    for task in done:
        await task


async def _play(settings: Settings, loop: Loop, broker: IbBroker, clock: PlayClock) -> None:
    await broker.connected(settings.ib.startup_timeout_s, at_once=True)
    play = Play(
        broker=broker,
        loop=loop,
        clock=clock,
        schedule=schedule_settings(settings),
        overrides=settings.schedule.session_overrides,
    )
    now = await play.begin(loop.state.time, jobs_done_to(settings.audit_path))
    _check_same_play(settings, loop.state.time, now)
    await loop.put(_started(settings, now))
    await play.run()


def _check_same_play(settings: Settings, journal_end: datetime | None, now: datetime) -> None:
    """Refuse a gateway that plays from an earlier time on: time does not run backwards in one journal."""
    if journal_end is not None and now < journal_end:
        raise ConfigError(
            f"state_dir: {settings.state_path} holds a play that has come to {journal_end.isoformat()}, the "
            f"gateway's clock says {now.isoformat()}: it plays another play; give this one another state_dir"
        )


async def _live(settings: Settings, loop: Loop, broker: IbBroker, clock: Clock) -> None:
    walked_to, done_to = loop.state.time, jobs_done_to(settings.audit_path)
    await loop.put(_started(settings, clock.now()))
    schedule = LiveSchedule(
        loop,
        clock,
        schedule_settings(settings),
        settings.schedule.session_overrides,
        broker.compare_clocks,
    )
    parts = [
        asyncio.ensure_future(schedule.run(walked_to, done_to)),
        asyncio.ensure_future(feed_live(broker, loop, clock, settings.loop.quote_interval_s)),
    ]
    try:
        await broker.connected(settings.ib.startup_timeout_s)
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        for task in parts:
            task.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


def _started(settings: Settings, now: datetime) -> Lifecycle:
    rules = rules_of(settings)
    described = settings.describe()
    flat = {
        key: value if isinstance(value, str | int | float | bool) or value is None else str(value)
        for key, value in described.items()
        if key not in _PLACES
    }
    _log.info(
        "started", python=platform.python_version(), version=VERSION, **{k: described[k] for k in _PLACES}
    )
    return Lifecycle(
        time=now,
        phase=Phase.STARTED,
        rules=rules,
        rules_hash=rules_hash(rules),
        code_version=VERSION,
        settings=flat,
    )


def rules_of(settings: Settings) -> Rules:
    """Return the part of the settings that decisions depend on; both sides use the same names."""
    return msgspec.convert(settings.model_dump(), Rules)


def broker_settings(settings: Settings) -> BrokerSettings:
    """Return the part of the settings that the broker adapter needs."""
    ib = settings.ib
    return BrokerSettings(
        host=ib.host,
        port=ib.port,
        client_id=ib.client_id,
        order_ref_prefix=ORDER_REF_PREFIX,
        account=ib.account,
        paper_prefixes=tuple(ib.paper_prefixes),
        connect_timeout_s=ib.connect_timeout_s,
        request_timeout_s=ib.request_timeout_s,
        reconnect_delay_min_s=ib.reconnect_delay_min_s,
        reconnect_delay_max_s=ib.reconnect_delay_max_s,
        market_data_type=ib.market_data_type,
        play=settings.clock.source == "gateway",
    )


def schedule_settings(settings: Settings) -> ScheduleSettings:
    """Return the schedule's distances."""
    schedule = settings.schedule
    return ScheduleSettings(
        prep_before_open_s=schedule.prep_before_open_s,
        act_after_open_s=schedule.act_after_open_s,
        finalise_after_close_s=schedule.finalise_after_close_s,
        summary_after_close_s=schedule.summary_after_close_s,
        misfire_grace_s=schedule.misfire_grace_s,
        heartbeat_s=settings.loop.heartbeat_s,
    )
