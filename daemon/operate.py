"""Running the parts together until one ends or the operator says stop, and stopping them in order."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

import structlog

from daemon.broker.port import Broker
from daemon.clock import Clock, PlayClock
from daemon.disk_watch import watch_disks
from daemon.endings import end_all
from daemon.errors import ConfigError
from daemon.feeds import Play, feed_live
from daemon.handover import schedule_settings, started
from daemon.jobs_done import jobs_done_to
from daemon.loop import Loop
from daemon.macro.feed import MacroFeed
from daemon.macro.live import feed_macro
from daemon.settings import Settings
from daemon.store.embedded import EmbeddedServer
from strategies.core.events import Lifecycle, Phase

_log = structlog.get_logger(__name__)

_TOUCH_S = 1.0


async def operate(
    settings: Settings,
    loop: Loop,
    broker: Broker,
    clock: Clock,
    stop: asyncio.Event,
    server: EmbeddedServer | None,
    macro: MacroFeed | None = None,
) -> None:
    """Run broker, loop and feeds until one ends or the operator says stop; then stop in order."""
    tasks = [asyncio.ensure_future(broker.run()), asyncio.ensure_future(loop.run())]
    try:
        if isinstance(clock, PlayClock):
            feeding: Coroutine[Any, Any, None] = _play(settings, loop, broker, clock, macro)
        else:
            feeding = _live(settings, loop, broker, clock, macro)
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
        await end_all(tasks)


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()
    _log.info("asked to stop: no new risk, journal flushed, then out")


async def _touch(loop: Loop) -> None:
    """Show the loop every second that the process runs; where it did not, the loop will notice."""
    while True:
        loop.touch()
        await asyncio.sleep(_TOUCH_S)


async def _until(what: Coroutine[Any, Any, None], worker: "asyncio.Future[None]") -> None:
    """Wait for `what`, unless the worker that it depends on fails first."""
    waiting = asyncio.ensure_future(what)
    done, _ = await asyncio.wait({waiting, worker}, return_when=asyncio.FIRST_COMPLETED)
    if waiting not in done:
        waiting.cancel()
    for task in done:
        await task


async def _play(
    settings: Settings, loop: Loop, broker: Broker, clock: PlayClock, macro: MacroFeed | None
) -> None:
    if macro is not None:
        await macro.refresh()
    await broker.connected(settings.ib.startup_timeout_s, at_once=True)
    play = Play(
        broker=broker,
        loop=loop,
        clock=clock,
        schedule=schedule_settings(settings),
        overrides=settings.schedule.session_overrides,
        macro=macro,
    )
    now = await play.begin(loop.state.time, jobs_done_to(settings.audit_path))
    _check_same_play(settings, loop.state.time, now)
    await loop.put(started(settings, now))
    await play.run()


def _check_same_play(settings: Settings, journal_end: datetime | None, now: datetime) -> None:
    """Refuse a gateway that plays from an earlier time on: time does not run backwards in one journal."""
    if journal_end is not None and now < journal_end:
        raise ConfigError(
            f"state_dir: {settings.state_path} holds a play that has come to {journal_end.isoformat()}, the "
            f"gateway's clock says {now.isoformat()}: it plays another play; give this one another state_dir"
        )


async def _live(
    settings: Settings, loop: Loop, broker: Broker, clock: Clock, macro: MacroFeed | None
) -> None:
    walked_to, done_to = loop.state.time, jobs_done_to(settings.audit_path)
    await loop.put(started(settings, clock.now()))
    # A play has no use for the scheduler; here it is loaded while the gateway answers the login.
    from daemon.live_schedule import LiveSchedule  # noqa: PLC0415 - as above

    schedule = LiveSchedule(
        loop,
        clock,
        schedule_settings(settings),
        settings.schedule.session_overrides,
        broker.compare_clocks,
    )
    parts = [
        asyncio.ensure_future(schedule.run(walked_to, done_to)),
        asyncio.ensure_future(_touch(loop)),
        asyncio.ensure_future(
            watch_disks(
                loop,
                clock,
                {"state_dir": settings.state_path, "audit.dir": settings.audit_path},
                free_mib_min=settings.halts.disk_free_mib_min,
                every_s=settings.loop.heartbeat_s,
            )
        ),
        asyncio.ensure_future(feed_live(broker, loop, clock, settings.loop.quote_interval_s)),
    ]
    if macro is not None:
        parts.append(
            asyncio.ensure_future(feed_macro(macro, loop, clock, refresh_s=settings.macro.refresh_s))
        )
    connecting = asyncio.ensure_future(broker.connected(settings.ib.startup_timeout_s))
    try:
        done, _ = await asyncio.wait({*parts, connecting}, return_when=asyncio.FIRST_COMPLETED)
        if done == {connecting}:
            await connecting
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        await end_all((*parts, connecting))
