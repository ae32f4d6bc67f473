"""Moments from which fault days begin: the evening of a day whose next morning has orders.

One fault-free play a market gives them all. Everyone in this process shares what was played once.
"""

import fcntl
import pickle
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from daemon.tuning import steady_collector
from simulator.hours import NEW_YORK
from soak.host import Frozen, make_gateway
from soak.probes import probed
from soak.process import ProcessLoop
from soak.store_data import Data
from soak.virtual_loop import installed
from soak.world import EPOCH, World, settings_for

STEP_S = 300
_JOBS = 2
BEGINS, PAUSES = time(15, 40), time(16, 50)
WAKES = time(9, 10)
ROOT = Path(__file__).parents[1]
_KEPT = ROOT / ".soak"
_AFTERWARDS = frozenset(
    f"{name}.py"
    for name in (
        "__main__",
        "bare",
        "bugs",
        "crash_pairs",
        "crash_points",
        "day",
        "endurance",
        "endurance_table",
        "evening",
        "fault_kinds",
        "kept_seeds",
        "long_life",
        "outcome",
        "points",
        "probes",
        "reckoning",
    )
) | {"run.py", "schedule.py", "tally.py", "truth.py", "watch.py"}
"""Of this room: what comes into play only once a fault day has begun."""
_STOPS_WITHIN_S = 300.0
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory where there is one


@dataclass(frozen=True, kw_only=True)
class Play:
    """A generated market and the evenings of it that are of use.

    Attributes:
        evenings: numbers of the sessions (from 0) whose next morning trades; -1 is the morning of the first.
    """

    regime: str
    first: date
    seed: int
    evenings: tuple[int, ...]


_FIRST = date(2026, 1, 5)
PLAYS = (
    Play(regime="melt-up", first=_FIRST, seed=3, evenings=(26, 28)),
    Play(regime="crash", first=_FIRST, seed=8, evenings=(21,)),
    Play(regime="shock", first=_FIRST, seed=1, evenings=(-1, 0, 3, 8, 16, 18, 19)),
    Play(regime="whipsaw", first=_FIRST, seed=1, evenings=(1,)),
    Play(regime="vol-crush", first=_FIRST, seed=1, evenings=(7,)),
)
"""Found by playing: the mornings after have orders of every purpose, and some that do not fill in time."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """Everything a fault day begins with.

    Attributes:
        gateway: as it stands.
        data: of the store.
        audit: the last audit files, by name.
        macro: the files of macro figures, by name.
        begins: the true time.
    """

    name: str
    gateway: Frozen
    data: Data
    audit: dict[str, bytes]
    macro: dict[str, bytes]
    begins: datetime


def on_day(day: date, at: time) -> datetime:
    """Return a New York time of a day."""
    return datetime.combine(day, at, NEW_YORK)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a day's files, in memory where possible."""
    folder = Path(tempfile.mkdtemp(prefix="hedged-soak-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@cache
def starts() -> tuple[Start, ...]:
    """Play every market of `PLAYS` without faults and return its moments.

    What was played once is kept beside the code, under a name that follows from the code: whoever comes
    second waits for the first and reads.

    Raises:
        AssertionError: a fault-free play broke an invariant.
    """
    _KEPT.mkdir(exist_ok=True)
    kept = _KEPT / f"starts-{_code_digest()}.pickle"
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            known: tuple[Start, ...] = pickle.loads(kept.read_bytes())  # noqa: S301 - our own, beside our code
            return known
        with ProcessPoolExecutor(
            _JOBS, mp_context=get_context("spawn"), initializer=steady_collector
        ) as pool:
            made = tuple(start for of_play in pool.map(_all_of, PLAYS) for start in of_play)
        for old in _KEPT.glob("starts-*"):
            old.unlink()
        part = kept.with_suffix(".part")
        part.write_bytes(pickle.dumps(made, protocol=5))
        part.replace(kept)
    return made


def _code_digest() -> str:
    """Digest everything that the moments follow from: the code, and which Python runs it."""
    digest = sha256(sys.version.encode())
    for room in ("daemon", "simulator", "soak", "strategies"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in {".py", ".lua", ".json"} and path.name not in _AFTERWARDS:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _all_of(play: Play) -> tuple[Start, ...]:
    return tuple(_played(play))


def _played(play: Play) -> Iterator[Start]:
    name = f"{play.regime}-{play.seed}"
    loop = ProcessLoop()
    with installed(loop), scratch() as folder:
        gateway = make_gateway(
            regime=play.regime,
            first=play.first,
            sessions=max(play.evenings) + 3,
            seed=play.seed,
            step_s=STEP_S,
            macro=folder / "macro",
        )
        loop.begin_at((gateway.now - EPOCH).total_seconds())
        world = World(loop, gateway, Data(), settings_for(folder), name)
        with probed(world.points, world.now, world.client):
            if -1 in play.evenings:
                yield _start(world, f"{name}-first", folder)
            for number, session in enumerate(gateway.market.sessions[: max(play.evenings) + 1]):
                run_to(world, on_day(session.day, WAKES))
                world.boot()
                if number in play.evenings:
                    run_to(world, on_day(session.day, BEGINS))
                    stop_in_order(world)
                    yield _start(world, f"{name}-{number}", folder)
                    world.boot()
                run_to(world, on_day(session.day, PAUSES))
                stop_in_order(world)


def run_to(world: World, when: datetime) -> None:
    """Let time pass up to a moment.

    Raises:
        AssertionError: an invariant broke on the way.
    """
    world.at(when, world.loop.stop)
    world.loop.run_forever()
    assert not world.broken, world.broken


def stop_in_order(world: World) -> None:
    """Stop the daemon and wait until it is gone, and its connection with it."""
    world.stop()
    deadline = world.true_now() + timedelta(seconds=_STOPS_WITHIN_S)
    while world.process is not None:
        assert world.true_now() < deadline, "the daemon does not stop"
        run_to(world, world.true_now() + timedelta(seconds=1))


def _start(world: World, name: str, folder: Path) -> Start:
    audit = folder / "audit"
    # Every day would carry weeks of quotes along, of which the daemon asks for none.
    world.host.gateway.recorder.forget(world.true_now() - timedelta(days=1))
    names = sorted(path.name for path in audit.glob("audit-*"))[-1:]
    return Start(
        name=name,
        gateway=world.host.frozen(),
        data=world.store.data.copy(),
        audit={name: (audit / name).read_bytes() for name in names},
        macro={path.name: path.read_bytes() for path in sorted((folder / "macro").iterdir())},
        begins=world.true_now(),
    )


def laid_out(start: Start, folder: Path) -> None:
    """Put a start's files where the daemon looks for them."""
    audit = folder / "audit"
    audit.mkdir(mode=0o700)
    for name, content in start.audit.items():
        (audit / name).write_bytes(content)
    (folder / "macro").mkdir()
    for name, content in start.macro.items():
        (folder / "macro" / name).write_bytes(content)
