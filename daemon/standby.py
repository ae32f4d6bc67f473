"""One daemon trades, a second one waits: it copies the journal into its own audit files, and takes over.

It takes over when the first one ends, or has not renewed its lease for `redis.lease_s`; under the same client
id, so that the gateway lets the new session in only when the old one's socket is gone.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import msgspec
import structlog

from daemon.control.place import control_socket
from daemon.control.server import serve_control
from daemon.endings import end_all
from daemon.errors import ConfigError, HedgedError, StoreUnavailable
from daemon.recovery import catch_up
from daemon.settings import Settings
from daemon.store.holder import this_process
from daemon.store.lease import Lease
from daemon.store.port import Journal
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.systemd import Systemd
from strategies.core.mode import Action

_log = structlog.get_logger(__name__)

_POLL_S = 1.0


@asynccontextmanager
async def leased(
    settings: Settings, url: str, journal: Journal, stop: asyncio.Event, *, alone: bool, wait: bool = True
) -> AsyncIterator[Lease | None]:
    """Hold the lease while the context lasts; wait for it as a standby.

    None comes when `stop` came first, or when it is neither free nor waited for.

    Args:
        settings: all of them.
        url: the server's address.
        journal: open; followed while waiting.
        stop: ends the waiting.
        wait: stand by while another one holds it.
        alone: nobody else can reach this server, so a lease that a killed process left is no one's.

    Raises:
        ConfigError: a decision could be sent after its daemon's lease has run out.
        StoreUnavailable: the store takes no writes.
    """
    within_s, length_s = settings.orders.transmit_within_s, settings.redis.lease_s
    if within_s >= length_s:
        raise ConfigError(
            f"orders.transmit_within_s = {within_s:g}: must be below redis.lease_s = {length_s:g}, or a "
            "daemon could send after another one took over"
        )
    redis = settings.redis
    lease = Lease(
        url=url,
        prefix=redis.prefix,
        holder=this_process(),
        length_s=length_s,
        timeout_s=redis.connect_timeout_s,
    )
    try:
        patience_s = 0.0 if alone else settings.ib.startup_timeout_s
        ours = await _take_patiently(lease, alone=alone, patience_s=patience_s)
        ours = ours or (wait and await _stand_by(settings, lease, journal, stop))
        try:
            yield lease if ours else None
        finally:
            if ours:
                await lease.release()
    finally:
        await lease.close()


async def while_held(lease: Lease, work: Coroutine[Any, Any, None]) -> None:
    """Do the work while the lease is kept; what ends first ends both.

    Raises:
        Fenced: the lease was lost.
        HedgedError: as the work.
    """
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(lease.keep())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task in done:
                await task
    finally:
        await end_all(tasks)


async def _take_patiently(lease: Lease, *, alone: bool, patience_s: float) -> bool:
    """Ask for the lease, again while the store takes no write, for so long; return whether it is ours."""
    loop = asyncio.get_running_loop()
    gives_up_at = loop.time() + patience_s
    while True:
        try:
            return await lease.take(by_force=alone)
        except StoreUnavailable as error:
            if loop.time() >= gives_up_at:
                raise
            _log.warning("not ready: waiting for the journal's store", reason=error.message)
            await asyncio.sleep(_POLL_S)


async def _stand_by(settings: Settings, lease: Lease, journal: Journal, stop: asyncio.Event) -> bool:
    """Wait for the lease and copy what the other one writes; return whether it is ours now."""
    systemd = Systemd(os.environ)

    def refuse() -> NoReturn:
        raise HedgedError(f"this daemon stands by; {lease.held_by} trades: ask that one")

    def answer() -> msgspec.Struct:
        refuse()

    answers = dict.fromkeys(("status", *(action.value for action in Action)), answer)
    _log.info("standing by: another daemon holds the lease", holder=lease.held_by)
    systemd.tell(f"READY=1\nSTATUS=standing by for {lease.held_by}")
    async with serve_control(control_socket(settings.state_path), answers):
        with contextlib.closing(AuditFile(settings.audit_path)) as audit:
            audit.open()
            while not stop.is_set():
                systemd.tell("WATCHDOG=1")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_S):
                        await stop.wait()
                try:
                    await catch_up(journal, audit)
                    audit.sync()
                    if not stop.is_set() and await lease.take():
                        _log.warning("the lease is ours: taking over")
                        return True
                except StoreUnavailable as error:
                    _log.info("standing by: the store is away", error=error.message)
    return False
