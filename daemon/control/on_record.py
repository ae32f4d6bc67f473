"""Carrying an operator's event into the loop and waiting until it is on record."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from daemon.control.protocol import COMMIT_WITHIN_S
from daemon.errors import HedgedError
from daemon.loop import Loop, Observer
from strategies.core.events import AnyEvent, Operator, ProposalAnswered


class Recorded(NamedTuple):
    """A committed event: the last sequence number of its commit, and the bodies of its records."""

    seq: int
    bodies: tuple[bytes, ...]


class OnRecord:
    """Puts events into the loop and tells when, and with what decision, each was committed.

    Args:
        loop: returns the loop; made after this.
        observe: is shown each commit too.
    """

    def __init__(self, loop: Callable[[], Loop], observe: Observer | None = None) -> None:
        self._loop = loop
        self._observe = observe
        self._waiting: dict[int, tuple[AnyEvent, asyncio.Future[Recorded]]] = {}

    def observe(self, event: AnyEvent, bodies: Sequence[bytes]) -> None:
        """Take a commit: the event and its records' bodies."""
        known = self._waiting.pop(id(event), None)
        if known is not None and not known[1].done():
            known[1].set_result(Recorded(self._loop().state.seq, tuple(bodies)))
        if self._observe is not None:
            self._observe(event, bodies)

    async def put(self, event: Operator | ProposalAnswered, what: str) -> Recorded:
        """Put an event into the loop; return once it is on record.

        Raises:
            HedgedError: the journal has not taken it in time; it still will. `what` begins the sentence.
        """
        committed: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._waiting[id(event)] = event, committed
        try:
            async with asyncio.timeout(COMMIT_WITHIN_S):
                await self._loop().put(event)
                return await committed
        except TimeoutError as error:
            raise HedgedError(
                f"{what}, but the journal has not taken it within {COMMIT_WITHIN_S:g} s "
                f"({self._loop().store_fault or 'the loop is busy'}); it will, unless the daemon ends first: "
                "see `hedged status`"
            ) from error
