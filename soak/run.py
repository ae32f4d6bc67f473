"""Running days: one, twice for I10, or many over several processes."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from daemon.tuning import steady_collector
from soak.bugs import BUGS
from soak.day import run_day
from soak.outcome import Asked, Outcome
from soak.start_states import starts

_AT_ONCE = 8


def day_of(seed: int, *, twice: bool = False, bug: str | None = None, **asked: object) -> Outcome:
    """Run a seed's day; where it is run twice, I10 is that both wrote the same bytes."""
    outcome = run_day(seed, _asked(bug, asked))
    if twice and not outcome.broken:
        again = run_day(seed, _asked(bug, asked))
        if again.digest != outcome.digest:
            outcome.broken.append(f"I10: the journal has digest {outcome.digest}, then {again.digest}")
    return outcome


def _asked(bug: str | None, asked: dict[str, object]) -> Asked:
    made = Asked(**asked)  # type: ignore[arg-type]
    if bug is not None:
        made.bug = BUGS[bug].patched()
    return made


def _some(seeds: Sequence[int], options: dict[str, object], every: int) -> list[Outcome]:
    done = []
    for seed in seeds:
        twice = bool(every) and seed % every == 0
        began_s = time.process_time()
        outcome = day_of(seed, twice=twice, **options)  # type: ignore[arg-type]
        outcome.cpu_s = (time.process_time() - began_s) / (1 + twice)
        done.append(outcome)
    return done


def outcomes(
    seeds: Sequence[int], *, jobs: int, every: int = 10, options: dict[str, object] | None = None
) -> Iterator[Outcome]:
    """Yield the outcome of each seed, in order.

    Args:
        seeds: of the days.
        jobs: processes that share the work; 1 works in this one.
        every: each seed divisible by it is run twice, for I10; 0 for none.
        options: of `day_of`.
    """
    options = options or {}
    starts()  # once, before the others look for it
    parts = [seeds[at : at + _AT_ONCE] for at in range(0, len(seeds), _AT_ONCE)]
    if jobs == 1:
        for part in parts:
            yield from _some(part, options, every)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=steady_collector) as pool:
        for done in pool.map(_some, parts, [options] * len(parts), [every] * len(parts)):
            yield from done
