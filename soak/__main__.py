"""`python -m soak`: run seeded fault days, print what broke and the one command that replays it."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from daemon.tuning import steady_collector
from soak.bare import bare_day_s
from soak.bugs import BUGS
from soak.fault_kinds import ALL_KINDS
from soak.kept_seeds import keep, read_kept
from soak.outcome import Outcome
from soak.run import outcomes
from soak.start_states import starts
from soak.tally import Tally

_DAYS_A_JOB = 8  # fewer are done sooner in one process than a second one is started


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m soak", description="Fault days in virtual time.")
    parser.add_argument("--seed", type=int, default=0, help="the first one, default 0")
    parser.add_argument("--days", type=int, default=100, help="how many seeds, default 100")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    parser.add_argument("--start", help="begin every day here instead of where its seed says")
    parser.add_argument("--without-faults", action="store_true", help="the same days, undisturbed")
    parser.add_argument("--bug", choices=sorted(BUGS), help="with a deliberate bug, to see it found")
    parser.add_argument("--twice", type=int, default=10, metavar="N", help="run every Nth seed twice (I10)")
    parser.add_argument("--verbose", action="store_true", help="a line for every day")
    return parser


def report(found: Iterable[Outcome], *, verbose: bool, options: str) -> tuple[Tally, list[Outcome]]:
    """Print what is worth it as it comes; return the sum of it all, and the days that broke."""
    tally, broken = Tally(), []
    for outcome in found:
        tally.add(outcome)
        if verbose or outcome.broken:
            _say(
                f"seed {outcome.seed} ({outcome.described()}): "
                + ("; ".join(outcome.broken) or f"{sum(outcome.purposes.values())} orders, all held")
            )
        if outcome.broken:
            broken.append(outcome)
            _say(f"  replay: make soak SEED={outcome.seed} N=1{options}")
    return tally, broken


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the command; return the exit code: 0 where every day held, else 1."""
    asked = _parser().parse_args()
    options: dict[str, object] = {"faults": not asked.without_faults, "start": asked.start, "bug": asked.bug}
    extra = "".join(
        f" --{name}={value}" for name, value in (("start", asked.start), ("bug", asked.bug)) if value
    )
    began_s = time.monotonic()
    seeds: Sequence[int] = range(asked.seed, asked.seed + asked.days)
    kept = not extra and not asked.without_faults and asked.days > 1  # one day is a replay
    if kept:
        seeds = list(dict.fromkeys((*read_kept(), *seeds)))
    jobs = min(asked.jobs, max(1, asked.days // _DAYS_A_JOB))
    steady_collector()
    found = outcomes(seeds, jobs=jobs, every=asked.twice, options=options)
    tally, broken = report(found, verbose=asked.verbose, options=f' ARGS="{extra.strip()}"' if extra else "")
    took_s = time.monotonic() - began_s
    if kept:
        keep(broken, datetime.now(UTC).date())
    _say(tally.told(ALL_KINDS, took_s, bare_day_s(starts())))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
