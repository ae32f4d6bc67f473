"""The ground that the fault days stand on: virtual time, memory connections, processes that can be killed."""

import asyncio

import pytest

from soak.dice import Dice
from soak.network import MemoryNetwork
from soak.points import Moment, Points
from soak.process import Process, ProcessLoop
from soak.virtual_loop import Deadlock, Killed, Livelock, installed


def test_time_moves_only_when_there_is_nothing_left_to_do() -> None:
    """A day of sleeping takes no time, and the order is that of the times asked for."""
    loop, seen = ProcessLoop(), []

    async def sleeper(name: str, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        seen.append((name, loop.time()))

    async def all_of_them() -> None:
        await asyncio.gather(sleeper("late", 86_400.0), sleeper("early", 1.0))

    with installed(loop):
        loop.run_until_complete(all_of_them())
    assert [name for name, _ in seen] == ["early", "late"]
    assert [at_s for _, at_s in seen] == pytest.approx([1.0, 86_400.0], abs=1e-5)


def test_a_timer_runs_after_its_time_and_never_at_it() -> None:
    """Code that asks whether more than its wait has passed, and waits again if not, gets on."""
    loop, tries = ProcessLoop(), []
    loop.steps_max = 1000
    loop.begin_at(191_797_241.609)
    began_s = loop.time()

    def look() -> None:
        tries.append(loop.time())
        if loop.time() - began_s > 1.0:
            loop.stop()
        else:
            loop.call_at(began_s + 1.0, look)

    with installed(loop):
        loop.call_soon(look)
        loop.run_forever()
    assert len(tries) == 2


def test_a_wait_that_nothing_can_end_is_a_found_deadlock() -> None:
    """Nothing ready, nothing scheduled: raised, not waited for."""
    loop = ProcessLoop()
    with installed(loop), pytest.raises(Deadlock):
        loop.run_until_complete(loop.create_future())


def test_going_round_in_circles_is_a_found_livelock() -> None:
    """A task that never lets time pass is stopped after so many steps."""
    loop = ProcessLoop()
    loop.steps_max = 1000

    async def busy() -> None:
        while loop.is_running():  # noqa: ASYNC110 - it shall never let time pass
            await asyncio.sleep(0)

    with installed(loop), pytest.raises(Livelock):
        loop.run_until_complete(busy())


class _Ears(asyncio.Protocol):
    def __init__(self) -> None:
        self.heard = b""
        self.ended = False

    def data_received(self, data: bytes) -> None:
        self.heard += data

    def connection_lost(self, _exc: Exception | None) -> None:
        self.ended = True


def test_what_a_killed_process_had_written_arrives_and_nothing_after() -> None:
    """The kernel sends what it has and closes; the dead say no more, whatever their code still does."""
    loop = ProcessLoop()
    with installed(loop):
        network, ears = MemoryNetwork(loop, Dice("kill"), Process(loop, 0).context), _Ears()
        loop.network = network
        network.listen("there:1", lambda: ears)
        process = Process(loop, 1)

        async def talk() -> None:
            transport, _ = await loop.create_connection(asyncio.Protocol, "there", 1)
            transport.write(b"one")
            await asyncio.sleep(5.0)
            transport.write(b"two")

        task = process.start(talk())
        loop.call_later(1.0, lambda: (process.die(), [line.vanish() for line in network.lines]))
        loop.call_later(10.0, loop.stop)
        loop.run_forever()
        process.unwind()
    assert ears.heard == b"one"
    assert ears.ended
    assert task.done()


@pytest.mark.parametrize(
    ("moment", "effect"), [(Moment.BEFORE, []), (Moment.TORN, ["half"]), (Moment.AFTER, ["whole"])]
)
def test_a_boundary_kills_before_in_the_middle_of_and_after_its_effect(
    moment: Moment, effect: list[str]
) -> None:
    """Rule: the effect is had or not as the moment says, and the process is dead at once."""
    loop, points, seen = ProcessLoop(), Points(), []
    points.kill_at = (1, moment)
    with installed(loop):
        process = Process(loop, 1)

        def passing() -> None:
            points.pass_by("first", lambda: None, lambda: None)
            with pytest.raises(Killed):
                points.pass_by("second", lambda: seen.append("whole"), lambda: seen.append("half"))
            with pytest.raises(Killed):
                points.pass_by("third", lambda: seen.append("never"), lambda: None)

        process.context.run(passing)
    assert seen == effect
    assert not process.alive
