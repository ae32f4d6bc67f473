"""Parts that are ended get to their end, also where two failures end them at once."""

import asyncio

import pytest

from daemon.endings import end_all

TURNS = 5


async def _cleans_up(done: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        done.append("cleaned up")


async def test_a_second_cancellation_waits_until_the_parts_have_ended() -> None:
    """The loop and the lease find out in the same moment that another daemon has taken over."""
    done: list[str] = []
    part = asyncio.ensure_future(_cleans_up(done))
    await asyncio.sleep(0)
    ending = asyncio.ensure_future(end_all([part]))
    for _ in range(2):
        await asyncio.sleep(0)
        ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert done == ["cleaned up"]
    assert part.cancelled()


async def test_a_part_that_fails_at_its_end_does_not_keep_the_others() -> None:
    """What ended the daemon is told already; a goodbye that fails adds nothing to it."""
    done: list[str] = []

    async def fails() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("no goodbye")

    parts = [asyncio.ensure_future(fails()), asyncio.ensure_future(_cleans_up(done))]
    await asyncio.sleep(0)
    await end_all(parts)
    assert isinstance(parts[0].exception(), OSError)
    assert done == ["cleaned up"]
