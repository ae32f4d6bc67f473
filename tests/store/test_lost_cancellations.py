"""A task that works on the store for ever ends when it is cancelled, whenever that comes."""

import asyncio

from daemon.store.embedded import EmbeddedServer
from daemon.store.redis import RedisClient

STEPS_A_COMMAND = 12  # of the event loop, from one command to the next, and some more


async def test_a_cancellation_ends_a_task_at_every_step_of_a_command(server: EmbeddedServer) -> None:
    """None is lost between sending and reply, as Python 3.11's `asyncio.wait_for` may lose it."""
    client = RedisClient(url=server.url, timeout_s=10)

    async def work() -> None:
        while True:
            await client.run("ping", "PING")

    try:
        await client.run("ping", "PING")
        for steps in [n for n in range(STEPS_A_COMMAND) for _ in range(10)]:
            working = asyncio.ensure_future(work())
            for _ in range(steps):
                await asyncio.sleep(0)
            working.cancel()
            done, _ = await asyncio.wait({working}, timeout=5)
            assert done, f"it works on after a cancellation at step {steps}"
            assert working.cancelled()
    finally:
        await client.close()


async def test_a_task_that_is_ending_may_still_write(server: EmbeddedServer) -> None:
    """A lease is given back by a task that was cancelled: a cancellation counts once."""
    client = RedisClient(url=server.url, timeout_s=10)
    wrote: list[object] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            wrote.append(await client.run("write", "SET", "last", "word"))

    working = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    working.cancel()
    await asyncio.wait({working})
    assert wrote == [True]
    await client.close()
