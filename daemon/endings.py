"""Ending tasks so that each gets to finish what it does at its end."""

import asyncio
from collections.abc import Collection
from typing import Any


async def end_all(tasks: Collection["asyncio.Future[Any]"]) -> None:
    """Cancel tasks and return once each of them has ended, whatever it ended with.

    A cancellation that comes meanwhile is passed on afterwards. `asyncio.gather` would hand it to the tasks,
    which are ending by then: when two parts failed at once, nobody logged out of the gateway.

    Raises:
        asyncio.CancelledError: it was cancelled meanwhile.
    """
    for task in tasks:
        task.cancel()
    cancelled: asyncio.CancelledError | None = None
    while not all(task.done() for task in tasks):
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError as error:
            cancelled = error
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at, or asyncio complains: who ends them has the failure that counts
    if cancelled is not None:
        raise cancelled
