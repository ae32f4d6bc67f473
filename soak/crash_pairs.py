"""`python -m soak.crash_pairs`: killed on the order path, and once more while it recovers or later.

The pairs are drawn from a seed: the first point from those of `soak.crash_points`, the second among the
boundaries that follow it, at least half of them within the recovery. All must be recovered from.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context

from daemon.tuning import steady_collector
from soak.crash_points import Kill, boundaries, order_path, suffer
from soak.dice import Dice
from soak.points import Moment
from soak.start_states import starts

_RECOVERY = 40
"""Boundaries from a start to the first morning heartbeats: lease, journal, audit files, the comparison."""
_RECKONING = 60
"""The last boundaries of a day are left alone: there the daemon is stopped and held against its journal."""
_CLOSE = 5  # so many boundaries are looked at even behind a kill that comes late in the day
_PAIRS_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two kills of one day.

    Attributes:
        first: the one on the order path.
        distance: how many boundaries later the second one comes.
        moment: before, in the middle of, or after that one's effect.
    """

    first: Kill
    distance: int
    moment: Moment

    def __str__(self) -> str:
        first = self.first
        return (
            f"{first.start}: {first.name} {first.moment} at {first.number}, {self.moment} "
            f"{self.distance} boundaries later"
        )


@dataclass(frozen=True, kw_only=True)
class Suffered:
    """What came of a pair.

    Attributes:
        second: name of the boundary of the second kill.
        broken: what did not hold.
    """

    pair: Pair
    second: str
    broken: tuple[str, ...]


@cache
def _known() -> tuple[dict[str, list[str]], dict[str, tuple[Kill, ...]]]:
    """Return the boundaries and the first kills of every start's day, by its name; learnt once a process."""
    passed = {start.name: boundaries(start.name) for start in starts()}
    return passed, {name: tuple(order_path(name, known)) for name, known in passed.items()}


def pairs(count: int, seed: int) -> tuple[Pair, ...]:
    """Draw so many pairs; the same for the same seed."""
    dice = Dice(seed, "crash pairs")
    passed, kills = _known()
    drawn = []
    for _ in range(count):
        first = dice.pick(kills[dice.pick(tuple(kills))])
        left = max(_CLOSE, len(passed[first.start]) - first.number - _RECKONING)
        far = left if dice.chance(0.5) else min(left, _RECOVERY)
        drawn.append(Pair(first=first, distance=dice.whole(1, far), moment=dice.pick(tuple(Moment))))
    return tuple(drawn)


def suffer_pair(pair: Pair) -> Suffered:
    """Run the day with both kills."""
    outcome = suffer(pair.first, second=(pair.distance, pair.moment))
    usual = 1 if pair.first.start.endswith("-first") else 2  # an evening's daemon, a morning's
    broken = list(outcome.broken)
    if not broken and outcome.starts != usual + 2:
        broken.append(f"{outcome.starts - usual} of 2 kills struck")
    place = pair.first.number + pair.distance
    second = outcome.boundaries[place] if place < len(outcome.boundaries) else "none"
    return Suffered(pair=pair, second=second, broken=tuple(broken))


def suffered(drawn: Sequence[Pair], jobs: int) -> Iterator[Suffered]:
    """Yield what came of each pair, in order; `jobs` processes share the work."""
    if jobs == 1:
        yield from map(suffer_pair, drawn)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=steady_collector) as pool:
        yield from pool.map(suffer_pair, drawn, chunksize=_PAIRS_AT_ONCE)


def told(done: Sequence[Suffered]) -> str:
    """Return the sum of them in words: how many pairs, where the kills were, how many were recovered from."""
    recovered = sum(not one.broken for one in done)
    firsts = Counter(f"{one.pair.first.name} {one.pair.first.moment}" for one in done)
    seconds = Counter(f"{one.second} {one.pair.moment}" for one in done)
    return (
        f"{len(done)} pairs of kills, {recovered} recovered\n"
        f"first: {_counted(firsts)}\n"
        f"second: {_counted(seconds)}"
    )


def _counted(points: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(points.items()))


def main() -> int:
    """Run the command; return the exit code: 0 where every pair was recovered from, else 1."""
    parser = argparse.ArgumentParser(prog="python -m soak.crash_pairs", description="Two kills a day.")
    parser.add_argument("--pairs", type=int, default=200, help="how many, default 200")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn, default 0")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    asked = parser.parse_args()
    if asked.pairs < 1 or asked.jobs < 1:
        parser.error(f"--pairs {asked.pairs}, --jobs {asked.jobs}: 1 at least")
    began_s = time.monotonic()
    done = []
    for one in suffered(pairs(asked.pairs, asked.seed), asked.jobs):
        done.append(one)
        if one.broken:
            sys.stdout.write(f"pair {len(done)} of seed {asked.seed} ({one.pair}): {'; '.join(one.broken)}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{told(done)}\n{time.monotonic() - began_s:.0f} s\n")
    return 1 if any(one.broken for one in done) else 0


if __name__ == "__main__":
    sys.exit(main())
