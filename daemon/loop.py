"""The single writer: each event is numbered, decided on, written down with its decision, then acted on.

An event and its decision are one commit. A command is carried out only after the commit that holds it is on
disk; a crash in between leaves an intent without a transmission, which the next start finds.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime

import structlog

from daemon import codec
from daemon.errors import StoreUnavailable
from daemon.hours import NEW_YORK
from daemon.store.port import Commit, Journal, Snapshot
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.records import Chain
from daemon.version import VERSION
from strategies.core.commands import AnyCommand
from strategies.core.events import AnyEvent
from strategies.core.rules import rules_hash
from strategies.core.state import SCHEMA, State, encode_state, state_hash

_log = structlog.get_logger(__name__)

Observer = Callable[[AnyEvent, Sequence[bytes]], None]


class Loop:
    """Owns the state, the chain and the order of things; nobody else writes.

    Args:
        journal: where commits go first.
        audit: their copy.
        state: as recovered.
        chain: the end of the journal.
        execute: carries a command out; called after the commit.
        queue_size_max: events that may wait.
        snapshot_every_commits: how often the state is saved and the journal cut behind it.
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
        queue_size_max: int,
        snapshot_every_commits: int,
        store_patience_s: float,
        observe: Observer | None = None,
    ) -> None:
        self.state = state
        self._journal = journal
        self._audit = audit
        self._chain = chain
        self._execute = execute
        self._queue: asyncio.Queue[AnyEvent] = asyncio.Queue(queue_size_max)
        self._snapshot_every = snapshot_every_commits
        self._since_snapshot = 0
        self._patience_s = store_patience_s
        self._observe = observe

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
            await self.take(event)
            self._queue.task_done()

    async def take(self, event: AnyEvent) -> None:
        """Decide on one event, write event and decision down, act."""
        seq = self._chain.last_seq + 1
        state, bodies, commands = codec.fold(self.state, event, seq)
        chain, lines = self._chain.extend(bodies)
        await self._commit(
            Commit(
                first_seq=seq,
                last_seq=chain.last_seq,
                prev_hash=self._chain.last_hash,
                last_hash=chain.last_hash,
                lines=lines,
            )
        )
        self.state, self._chain = state, chain
        self._audit.append(trading_day(event.time), lines)
        if self._observe is not None:
            self._observe(event, bodies)
        for command in commands:
            self._execute(command)
        self._since_snapshot += 1
        if self._since_snapshot >= self._snapshot_every:
            await self.save()

    async def _commit(self, commit: Commit) -> None:
        """Append; while the store is away the same commit is offered again, which cannot double it."""
        loop = asyncio.get_running_loop()
        gives_up_at = loop.time() + self._patience_s
        while True:
            try:
                await self._journal.append(commit)
            except StoreUnavailable as error:
                if loop.time() >= gives_up_at:
                    raise
                _log.warning("journal unavailable, nothing is sent meanwhile", error=error.message)
                await asyncio.sleep(1.0)
            else:
                return

    async def save(self) -> None:
        """Save the state, bring the audit file to disk, and cut the journal behind both."""
        self._since_snapshot = 0
        self._audit.sync()
        await self._journal.save_snapshot(
            Snapshot(
                seq=self._chain.last_seq,
                last_hash=self._chain.last_hash,
                state=encode_state(self.state),
                state_hash=state_hash(self.state),
                rules_hash=rules_hash(self.state.rules),
                code_version=VERSION,
                schema=SCHEMA,
            )
        )
        await self._journal.trim(self._chain.last_seq)


def trading_day(at: datetime) -> date:
    """Return the New York day whose audit file a record belongs to."""
    return at.astimezone(NEW_YORK).date()
