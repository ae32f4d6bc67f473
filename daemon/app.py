"""The composition root: the only file that names concrete adapters and puts them together."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import structlog

from daemon.broker.ib.adapter import IbBroker
from daemon.clock import Clock, PlayClock, SystemClock
from daemon.control.answers import DecisionMemory, answers
from daemon.control.commands import Command, Operators
from daemon.control.on_record import OnRecord
from daemon.control.place import control_socket
from daemon.control.proposals import Proposals
from daemon.control.server import Answers, serve_control
from daemon.errors import ExitCode, JournalCorrupt
from daemon.exchange_days import keep_copy_in
from daemon.handover import broker_settings, fred_access, windows_of
from daemon.housekeeping import Housekeeping
from daemon.journal_place import journal_place
from daemon.loop import Loop, Observer
from daemon.macro.feed import Known, MacroFeed
from daemon.macro.port import MacroSource
from daemon.macro.sources import FirstOf
from daemon.operate import operate
from daemon.recovery import catch_up, recover
from daemon.settings import Settings
from daemon.standby import leased, while_held
from daemon.standing import Standing
from daemon.store.embedded import EmbeddedServer
from daemon.store.port import Journal
from daemon.store.redis_cache import RedisCache
from daemon.supervision import Supervision
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.records import Chain
from daemon.telemetry.systemd import Systemd
from daemon.transmit import TransmitGuard
from daemon.tuning import steady_collector
from strategies.core.orders import order_id_floor
from strategies.core.state import State

_log = structlog.get_logger(__name__)


def run(settings: Settings, observe: Observer | None = None) -> ExitCode:
    """Run the daemon until it is told to stop, or a play is over; see `daemon.errors` for what it raises."""
    steady_collector()
    return asyncio.run(_run(settings, observe))


async def _run(settings: Settings, observe: Observer | None) -> ExitCode:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        journal_place(settings, stop, patient=True) as place,
        leased(settings, place.url, place.journal, stop, alone=place.server is not None) as lease,
    ):
        if lease is not None:
            place.journal.show(lease.token)
            play = settings.clock.source == "gateway"
            clock = PlayClock() if play else SystemClock()
            if not play:
                keep_copy_in(settings.state_path)
            await while_held(
                lease, attend(settings, place.journal, clock, stop, server=place.server, observe=observe)
            )
    return ExitCode.OK


async def attend(
    settings: Settings,
    journal: Journal,
    clock: Clock,
    stop: asyncio.Event,
    *,
    server: EmbeddedServer | None = None,
    observe: Observer | None = None,
) -> None:
    """Recover from an open journal, then trade until told to stop; store and time come from outside.

    Args:
        settings: all of them.
        journal: open and durable.
        clock: a `PlayClock` plays, any other is lived by.
        stop: the operator's word.
        server: the embedded server behind the journal, if it is ours.
        observe: is shown each commit; must not fail.

    Raises:
        HedgedError: whatever ends the daemon; see `daemon.errors`.
    """
    audit = AuditFile(settings.audit_path)
    torn = audit.open()
    if torn is not None:
        _log.warning("a torn last audit line was cut; the journal has it whole", torn=str(torn))
    try:
        found = await _recovered(journal, audit)
        parts = _assembled(settings, journal, audit, clock, found, observe)
        loop = parts.loop
        async with (
            serve_control(control_socket(settings.state_path), parts.questions, parts.commands),
            parts.housekeeping.at_work(),
            _macro(settings, clock, server, lambda: loop.state.macro) as macro,
        ):
            await operate(settings, loop, parts.broker, clock, stop, server, macro)
    finally:
        audit.sync()
        audit.close()


async def _recovered(journal: Journal, audit: AuditFile) -> tuple[State, Chain]:
    """Fold the journal and bring the audit files up to it."""
    state, chain = await recover(journal)
    if audit.tip().last_seq > chain.last_seq:
        raise JournalCorrupt(
            f"the audit files reach seq {audit.tip().last_seq}, the journal only {chain.last_seq}: "
            "the journal was replaced or lost; move the audit files away or restore the journal"
        )
    await catch_up(journal, audit)
    return state, chain


class _Parts(NamedTuple):
    """The daemon put together, not yet at work."""

    loop: Loop
    broker: IbBroker
    housekeeping: Housekeeping
    questions: Answers
    commands: Mapping[str, Command]


def _assembled(
    settings: Settings,
    journal: Journal,
    audit: AuditFile,
    clock: Clock,
    found: tuple[State, Chain],
    observe: Observer | None,
) -> _Parts:
    """Put the parts together; those that look at the state do so through the loop, which is made last."""
    guard = TransmitGuard(
        lambda: loop.state,
        clock.now,
        within_s=settings.orders.transmit_within_s,
        windows=windows_of(settings),
    )
    broker = IbBroker(broker_settings(settings), clock.now, guard.veto, lambda: order_id_floor(loop.state))
    record = OnRecord(lambda: loop, observe)
    operators = Operators(lambda: loop, clock.now, guard, record)
    proposals = Proposals(lambda: loop, clock.now, record)
    memory = DecisionMemory(settings.audit_path, operators.observe)
    housekeeping = Housekeeping(settings.audit_path, settings.audit, journal, memory.observe)
    supervision = Supervision(
        Systemd(os.environ), settings.loop.heartbeat_s, lambda: loop.state, housekeeping.observe
    )
    beats = not isinstance(clock, PlayClock)
    state, chain = found
    loop = Loop(
        journal=journal,
        audit=audit,
        state=state,
        chain=chain,
        execute=broker.execute,
        guard=guard,
        queue_size_max=settings.loop.queue_size_max,
        snapshot_every_commits=settings.redis.snapshot_every_commits,
        store_patience_s=settings.ib.startup_timeout_s,
        pause_max_s=settings.loop.pause_max_s if beats else 0.0,
        observe=Standing(lambda: loop.state, supervision.observe, beats=beats).observe,
    )
    return _Parts(
        loop=loop,
        broker=broker,
        housekeeping=housekeeping,
        questions={**answers(settings, loop, clock.now, memory), **proposals.answers()},
        commands=operators.commands() | proposals.commands(),
    )


@asynccontextmanager
async def _macro(
    settings: Settings, clock: Clock, server: EmbeddedServer | None, known: Callable[[], Known]
) -> AsyncIterator[MacroFeed | None]:
    """Open the feed of macro facts: the folder first, FRED for what it lacks; None where neither is set."""
    # Who has no macro facts does not load their readers, who does not ask FRED no HTTP client: a restart is
    # shorter without them.
    folder, access = settings.macro_path, fred_access(settings)
    sources: list[MacroSource] = []
    if folder is not None:
        from daemon.macro.folder import FolderSource  # noqa: PLC0415 - as above

        sources.append(FolderSource(folder))
    async with AsyncExitStack() as stack:
        if access is not None:
            cache = RedisCache(
                url=server.url if server is not None else settings.redis.url.get_secret_value(),
                prefix=settings.redis.prefix,
                timeout_s=settings.redis.connect_timeout_s,
            )
            stack.push_async_callback(cache.close)
            from daemon.macro.fred import FredSource  # noqa: PLC0415 - as above
            from daemon.macro.fred_client import FredClient  # noqa: PLC0415 - as above

            client = await stack.enter_async_context(FredClient(access))
            sources.append(FredSource(client, cache, clock.now, renew_s=settings.fred.renew_s))
        yield MacroFeed(FirstOf(sources), known) if sources else None
