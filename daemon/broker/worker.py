"""One request at a time, in the order in which they were asked for."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from daemon.errors import InvariantBroken

Job = Callable[[], Awaitable[None]]

JOBS_MAX = 10_000


class Worker:
    """A serial first-in first-out queue of requests.

    A job reports its own outcome, failures included; an exception that leaves a job is a bug and ends `run`.
    """

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def submit(self, job: Job) -> None:
        """Queue a job.

        Raises:
            InvariantBroken: the queue only grows.
        """
        if len(self._jobs) >= JOBS_MAX:
            raise InvariantBroken(f"broker: {JOBS_MAX} requests are queued and none gets done")
        self._jobs.append(job)
        self._idle.clear()
        self._arrived.set()

    async def idle(self) -> None:
        """Return when no job is queued or under way."""
        await self._idle.wait()

    async def run(self) -> None:
        """Do the jobs as they come, until cancelled."""
        while True:
            await self._arrived.wait()
            while self._jobs:
                await self._jobs.popleft()()
            self._arrived.clear()
            self._idle.set()

    def abandon(self) -> None:
        """Drop what is queued and let the waiters go: the session is over."""
        self._jobs.clear()
        self._idle.set()
