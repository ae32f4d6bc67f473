"""An event loop whose time moves only when there is nothing left to do at the present instant.

No selector, no sockets, no threads: what happens depends only on what was scheduled, so one seed gives one
history. Nothing ready and nothing scheduled is raised as a found deadlock.
"""

import asyncio
import heapq
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from contextvars import Context
from typing import Any, Protocol, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_CANCELLED_MAX = 500
_LATE_S = 1e-6
"""A timer runs a little late, as on any machine: code that waits again until now would go round for ever."""


class Deadlock(Exception):  # noqa: N818 - named for what was found
    """Nothing is ready and nothing is scheduled, yet somebody waits."""


class Killed(KeyboardInterrupt):
    """Raised at the very byte at which a process is killed; no handler of errors may catch it."""


class Livelock(Exception):  # noqa: N818 - named for what was found
    """So many steps without an end that something goes round in circles."""


class Network(Protocol):
    """Where connections lead."""

    def connect(self, factory: Callable[[], asyncio.BaseProtocol], address: str) -> Awaitable[Any]:
        """Return transport and protocol of a new connection."""


class _NoSelector:
    """There is nothing to select from."""

    def select(self, _timeout: float | None = None) -> list[object]:
        return []

    def close(self) -> None:
        """Nothing is open."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs callbacks in order; `time` starts at 0 and jumps to the next timer.

    Attributes:
        steps: handles run since the start; the finest instant at which a process can be abandoned.
        steps_max: more of them raise `Livelock`.
        network: where `create_connection` leads.
        after_step: called after every handle; what it raises ends the run.
    """

    def __init__(self) -> None:
        super().__init__()
        self._selector = _NoSelector()
        self._now_s = 0.0
        self.steps = 0
        self.steps_max = sys.maxsize
        self.network: Network | None = None
        self.after_step: Callable[[], None] | None = None
        self._held: Callable[[Context], bool] | None = None
        self._kept_back: list[Any] = []  # handles, whose context typeshed keeps to itself

    def time(self) -> float:
        """Return the virtual time, seconds."""
        return self._now_s

    def begin_at(self, now_s: float) -> None:
        """Set the time, before anything is scheduled."""
        self._now_s = now_s

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """There is one thread."""
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        """Do it at once: a thread would bring the machine's own timing in."""
        assert executor is None
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - handed on whole to whoever awaits it
            done.set_exception(error)
        return done

    async def create_connection(  # type: ignore[override]
        self, factory: Callable[[], asyncio.BaseProtocol], host: str, port: int, **_: object
    ) -> tuple[Any, Any]:
        """Connect in memory."""
        assert self.network is not None
        found: tuple[Any, Any] = await self.network.connect(factory, f"{host}:{port}")
        return found

    def _process_events(self, _events: object) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps in a selector."""

    def _run_once(self) -> None:
        self._let_time_pass()
        ready: Any = self._ready  # type: ignore[attr-defined]
        for _ in range(len(ready)):
            if not ready:
                return  # those of a killed process were taken out
            handle = ready.popleft()
            if handle.cancelled():
                continue
            if self._held is not None and self._held(handle._context):
                self._kept_back.append(handle)
                continue
            self.steps += 1
            if self.steps > self.steps_max:
                ready.appendleft(handle)
                raise Livelock(f"{self.steps} steps, at {self._now_s:.3f} s: {handle!r}")
            with suppress(Killed):  # its task ends here; `after_step` sees to the rest
                handle._run()
            if self.after_step is not None:
                self.after_step()

    def _let_time_pass(self) -> None:
        """Move to the next timer if nothing is ready, and make ready what is due."""
        if self._timer_cancelled_count > _CANCELLED_MAX:
            self._keep_timers(lambda timer: not timer.cancelled())
        scheduled: list[asyncio.TimerHandle] = self._scheduled
        while scheduled and scheduled[0].cancelled():
            heapq.heappop(scheduled)._scheduled = False  # type: ignore[attr-defined]
        if not self._ready and not self._stopping:  # type: ignore[attr-defined]
            if not scheduled:
                raise Deadlock(f"nothing to do at {self._now_s:.3f} s")
            self._now_s = max(self._now_s, scheduled[0].when() + _LATE_S)
        while scheduled and scheduled[0].when() <= self._now_s:
            timer = heapq.heappop(scheduled)
            timer._scheduled = False  # type: ignore[attr-defined]
            self._ready.append(timer)  # type: ignore[attr-defined]

    def hold(self, whose: Callable[[Context], bool]) -> None:
        """Keep back what a context would run, until `let_go`."""
        self._held = whose

    def let_go(self) -> None:
        """Run what was kept back, in its order."""
        self._held = None
        kept_back, self._kept_back = self._kept_back, []
        self._ready.extend(kept_back)  # type: ignore[attr-defined]

    def _keep_timers(self, wanted: Callable[[asyncio.TimerHandle], bool]) -> None:
        kept = []
        for timer in self._scheduled:  # type: ignore[has-type]
            if wanted(timer):
                kept.append(timer)
            else:
                timer._scheduled = False
        heapq.heapify(kept)
        self._scheduled = kept
        self._timer_cancelled_count = sum(1 for timer in kept if timer.cancelled())

    def take_out(self, whose: Callable[[Context], bool]) -> list[asyncio.Handle]:
        """Remove the ready handles of a context, and its timers for good; return the former."""
        ready: Any = self._ready  # type: ignore[attr-defined]
        theirs = [handle for handle in ready if whose(handle._context)]
        others = [handle for handle in ready if not whose(handle._context)]
        ready.clear()
        ready.extend(others)
        theirs += [handle for handle in self._kept_back if whose(handle._context)]
        self._kept_back = [handle for handle in self._kept_back if not whose(handle._context)]
        self._keep_timers(lambda timer: not whose(timer._context))  # type: ignore[attr-defined]
        return theirs


@contextmanager
def installed(loop: VirtualLoop) -> Iterator[VirtualLoop]:
    """Make a loop the current one, where the client library looks for it; close it after."""
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        asyncio.set_event_loop(None)
        loop.after_step = None
        loop.take_out(lambda _context: True)
        loop.close()
