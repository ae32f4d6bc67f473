"""The same days without a daemon: the virtual loop and the gateway's market alone, as a measure."""

import time
from collections.abc import Sequence

from soak.day import MORNING_ENDS, sessions_of
from soak.process import ProcessLoop
from soak.start_states import Start, on_day, run_to, scratch
from soak.virtual_loop import installed
from soak.world import EPOCH, World, settings_for


def bare_day_s(starts: Sequence[Start]) -> float:
    """Return the processor time of a day on which nothing is started, seconds: the mean of these starts."""
    began_s = time.process_time()
    for start in starts:
        _live(start)
    return (time.process_time() - began_s) / len(starts)


def _live(start: Start) -> None:
    loop = ProcessLoop()
    loop.begin_at((start.begins - EPOCH).total_seconds())
    with installed(loop), scratch() as folder:
        gateway = start.gateway.thawed()
        world = World(loop, gateway, start.data.copy(), settings_for(folder), "bare")
        _, morning = sessions_of(start, gateway)
        run_to(world, on_day(morning, MORNING_ENDS))
        world.end()
