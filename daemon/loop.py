"""The single writer: each event is numbered, decided on, written down with its decision, then acted on.

An event and its decision are one commit. A command is carried out only after the commit that holds it is on
disk; a crash in between leaves an intent without a transmission, which the next start finds.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
import structlog

from daemon import codec
from daemon.clock import Stopwatch
from daemon.errors import StoreUnavailable
from daemon.hours import NEW_YORK
from daemon.store.port import Commit, Journal, Snapshot
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.checkpoints import Checkpoint
from daemon.telemetry.records import Chain
from daemon.transmit import TransmitGuard
from daemon.version import VERSION
from strategies.core.commands import AnyCommand, PlaceOrder
from strategies.core.events import AnyEvent, Paused
from strategies.core.rules import rules_hash
from strategies.core.state import SCHEMA, State, encode_state, state_hash

_log = structlog.get_logger(__name__)

_OFFER_AGAIN_S = 1.0

Observer = Callable[[AnyEvent, Sequence[bytes]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The loop's vital signs.

    Args:
        seq: the last record committed.
        commit_age_s: seconds since the last commit, since the loop was made where there is none yet.
        waiting: events that wait or are being taken.
    """

    seq: int
    commit_age_s: float
    waiting: int


class Loop:
    """Owns the state, the chain and the order of things; nobody else writes.

    `store_fault` says why the journal takes nothing at present; empty while it does.

    Args:
        journal: where commits go first.
        audit: their copy.
        state: as recovered.
        chain: the end of the journal.
        execute: carries a command out; called after the commit.
        guard: is told of each order that was decided on, and since when.
        queue_size_max: events that may wait.
        snapshot_every_commits: how often the state is saved and the journal cut behind it.
        pause_max_s: the process stood still if nothing touched it for longer; 0 never looks.
        store_patience_s: how long the store may be away before the loop gives up; meanwhile nothing is sent.
        observe: is shown each commit; must not fail.
    """

    def __init__(  # noqa: PLR0913 - the composition root hands over everything by name
        self,
        *,
        journal: Journal,
        audit: AuditFile,
        state: State,
        chain: Chain,
        execute: Callable[[AnyCommand], None],
        guard: TransmitGuard | None = None,
        queue_size_max: int,
        snapshot_every_commits: int,
        store_patience_s: float,
        pause_max_s: float = 0.0,
        observe: Observer | None = None,
    ) -> None:
        self.state = state
        self._journal = journal
        self._audit = audit
        self._chain = chain
        self._execute = execute
        self._guard = guard
        self._pause_max_s = pause_max_s
        self._touched = Stopwatch()
        self._queue: asyncio.Queue[AnyEvent] = asyncio.Queue(queue_size_max)
        self._snapshot_every = snapshot_every_commits
        self._since_snapshot = 0
        self._patience_s = store_patience_s
        self._observe = observe
        self.store_fault = ""
        self._committed_at_s = time.monotonic()
        self._taking = 0

    @property
    def pulse(self) -> Pulse:
        """How the loop is doing now."""
        return Pulse(
            seq=self._chain.last_seq,
            commit_age_s=time.monotonic() - self._committed_at_s,
            waiting=self._queue.qsize() + self._taking,
        )

    async def put(self, event: AnyEvent) -> None:
        """Queue an event; waits while the queue is full."""
        await self._queue.put(event)

    async def drained(self) -> None:
        """Return when every queued event has been decided on and its commands were handed over."""
        await self._queue.join()

    async def run(self) -> None:
        """Take events for ever; cancel to stop. Any failure ends the loop: nothing is skipped."""
        while True:
            event = await self._queue.get()
            self._taking = 1
            await self._notice_pause(event)
            await self.take(event)
            self._taking = 0
            self._queue.task_done()

    def touch(self) -> None:
        """Show that the process is running; to be called well within `pause_max_s`, whatever happens.

        A pause is left for `run` to notice, before it decides on anything that came before or during it.
        """
        if self._touched.elapsed_s <= self._pause_max_s:
            self._touched = Stopwatch()

    async def _notice_pause(self, event: AnyEvent) -> None:
        paused_s, self._touched = self._touched.elapsed_s, Stopwatch()
        if self._pause_max_s and paused_s > self._pause_max_s:
            _log.warning("the process stood still; nothing is believed before a new look", paused_s=paused_s)
            await self.take(Paused(time=event.time, paused_s=round(paused_s, 3)))
            self._touched = Stopwatch()

    async def take(self, event: AnyEvent) -> None:
        """Decide on one event, write event and decision down, act."""
        since = Stopwatch()
        seq = self._chain.last_seq + 1
        state, bodies, commands = codec.fold(self.state, event, seq)
        chain, lines = self._chain.extend(bodies, known=True)
        commit = Commit(
            first_seq=seq,
            last_seq=chain.last_seq,
            prev_hash=self._chain.last_hash,
            last_hash=chain.last_hash,
            lines=lines,
        )
        await self._patiently(lambda: self._journal.append(commit))
        self._committed_at_s = time.monotonic()
        day, before = trading_day(event.time), self._chain
        self._keep_state(day)
        self.state, self._chain = state, chain
        # What follows the commit is done at once; the audit file is a copy, caught up at start if it must be.
        for command in commands:
            if self._guard is not None and isinstance(command, PlaceOrder):
                self._guard.decided(command.intent.order_ref, since, event.time)
            self._execute(command)
        self._audit.extend(day, before, chain, lines)
        if self._observe is not None:
            self._observe(event, bodies)
        self._since_snapshot += 1
        if self._since_snapshot >= self._snapshot_every:
            await self.save()

    def _keep_state(self, day: date) -> None:
        """Where a day's audit file begins, keep the state it begins with."""
        if self._chain.last_seq and self._audit.begins(day):
            self._audit.keep_state(
                day,
                Checkpoint(
                    seq=self._chain.last_seq,
                    hash=self._chain.last_hash,
                    schema=SCHEMA,
                    code_version=VERSION,
                    state_hash=state_hash(self.state),
                    state=msgspec.Raw(encode_state(self.state)),
                ),
            )

    async def _patiently(self, write: Callable[[], Awaitable[object]]) -> None:
        """Write; while the store is away the same write is offered again, which cannot double it."""
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        while True:
            try:
                await write()
            except StoreUnavailable as error:
                if loop.time() - began_at >= self._patience_s:
                    raise
                if self.store_fault != error.message:
                    _log.warning("not ready: journal unavailable, nothing is sent", error=error.message)
                self.store_fault = error.message
                await asyncio.sleep(_OFFER_AGAIN_S)
            else:
                if self.store_fault:
                    _log.info("journal available again, nothing was lost")
                self.store_fault = ""
                return

    async def save(self) -> None:
        """Save the state, bring the audit file to disk, and cut the journal behind both."""
        self._since_snapshot = 0
        self._audit.sync()
        snapshot = Snapshot(
            seq=self._chain.last_seq,
            last_hash=self._chain.last_hash,
            state=encode_state(self.state),
            state_hash=state_hash(self.state),
            rules_hash=rules_hash(self.state.rules),
            code_version=VERSION,
            schema=SCHEMA,
        )
        await self._patiently(lambda: self._journal.save_snapshot(snapshot))
        await self._patiently(lambda: self._journal.trim(snapshot.seq))


def trading_day(at: datetime) -> date:
    """Return the New York day whose audit file a record belongs to."""
    return at.astimezone(NEW_YORK).date()
