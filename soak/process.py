"""A process inside the loop: everything it started is known, and can be abandoned at any step.

To be killed means: from that instant nothing of it reaches the world, neither bytes nor files. What it had
handed to the network or the store before goes its way. Its tasks are then unwound where nobody sees it.
"""

import asyncio
import weakref
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import suppress
from contextvars import Context, ContextVar
from typing import Any, TypeVar

from daemon.loop import Loop
from soak.virtual_loop import Killed, VirtualLoop

T = TypeVar("T")

_CURRENT: "ContextVar[Process | None]" = ContextVar("soak_process", default=None)
_UNWIND_ROUNDS_MAX = 200


def current_process() -> "Process | None":
    """Return whose code is running; None for the world's."""
    return _CURRENT.get()


def process_of(context: Context) -> "Process | None":
    """Return whose context it is."""
    return context.get(_CURRENT)


class ProcessLoop(VirtualLoop):
    """A virtual loop that knows which task belongs to which process."""

    def create_task(
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: object = None,
        context: Context | None = None,
    ) -> "asyncio.Task[T]":
        """Make a task and note whose it is."""
        task = super().create_task(coro, name=name, context=context)
        process = _CURRENT.get() if context is None else process_of(context)
        if process is not None:
            process.tasks.add(task)
        return task


class Process:
    """One life of the daemon, or of any other program.

    Attributes:
        tasks: what it has started.
        alive: whether what it does reaches the world.
        has_rival: another one lives beside it.
        loop: its single writer, once it has one.
        stop: the operator's word, once it listens.
        questions: what its control socket answers.
    """

    def __init__(self, loop: ProcessLoop, number: int) -> None:
        self.number = number
        self.tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self.alive = True
        self.has_rival = False
        self.loop: Loop | None = None
        self.stop: asyncio.Event | None = None
        self.questions: Mapping[str, Callable[[], Any]] = {}
        self._loop = loop
        self._at_death: list[Callable[[], None]] = []
        self.context = Context()
        self.context.run(_CURRENT.set, self)

    def start(self, main: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run its main coroutine."""
        return self._loop.create_task(main, context=self.context)

    def at_death(self, act: Callable[[], None]) -> None:
        """Have the world do something at its death: a kernel closes sockets."""
        self._at_death.append(act)

    def die(self) -> None:
        """Cut it off from the world, now."""
        if not self.alive:
            return
        self.alive = False
        for act in self._at_death:
            act()

    def unwind(self) -> None:
        """Let its tasks end where nobody sees it, so that a day leaves nothing behind.

        Call from the loop's `after_step`. Time does not move meanwhile.

        Raises:
            AssertionError: a task does not take its cancellation.
        """
        self.die()
        for _ in range(_UNWIND_ROUNDS_MAX):
            for task in [task for task in self.tasks if not task.done()]:
                task.cancel()
            handles = self._loop.take_out(lambda context: process_of(context) is self)
            if not handles:
                break
            for handle in handles:
                if not handle.cancelled():
                    with suppress(Killed):  # it met the gate on its way out
                        handle._run()  # noqa: SLF001 - what the loop itself does
        left = [task for task in self.tasks if not task.done()]
        assert not left, f"tasks of a killed process do not end: {left}"
        for task in self.tasks:
            if not task.cancelled():
                task.exception()  # looked at, so that asyncio does not complain
