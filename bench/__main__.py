"""`python -m bench`: take the figures, show them, exit 1 if one misses its limit."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import bar_cost, fan_out, gateway_cost, long_play, order_latency, real_clock, restart, tick_cost
from bench.figures import Figure, as_json, as_page, as_text
from bench.processes import ROOT, BenchError
from bench.stage import prepared

RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
_PARTS = ("ticks", "orders", "play", "bars", "gateway", "clock", "restart")

# Of the wall clock, for a look and for the page.
_MINUTES = {False: 2, True: 10}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Figures as ratios in one run.")
    parser.add_argument("--only", choices=_PARTS, action="append", help="take these only; again for more")
    parser.add_argument("--seed", type=int, default=1, help="of the played markets, default 1")
    parser.add_argument(
        "--minutes", type=int, help="how long `clock` runs on the wall clock; default 2, with --write-docs 10"
    )
    parser.add_argument("--no-fail", action="store_true", help="exit 0 although a limit is missed")
    parser.add_argument("--write-docs", action="store_true", help=f"write {PAGE.relative_to(ROOT)} too")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep state, audit files and logs here")
    return parser


def take(parts: Sequence[str], folder: Path, seed: int, minutes: int) -> list[Figure]:
    """Take the figures of some parts.

    Args:
        parts: which, of `ticks`, `orders`, `play`, `bars`, `gateway`, `clock` and `restart`.
        folder: for all files of the run; empty.
        seed: of the played markets.
        minutes: of `clock`, on the wall's.

    Raises:
        BenchError: a figure could not be taken.
    """
    figures: list[Figure] = []
    if "ticks" in parts or "orders" in parts:
        stage_folder = folder / "stage"
        stage_folder.mkdir(parents=True)
        with prepared(stage_folder, seed) as stage:
            if "ticks" in parts:
                figures += tick_cost.measure(stage)
            if "orders" in parts:
                figures += order_latency.measure(stage)
    if "play" in parts:
        figures += long_play.measure(folder, seed)
    if "bars" in parts:
        figures += bar_cost.measure(folder, seed)
    if "gateway" in parts:
        figures += gateway_cost.measure(folder, seed)
        figures += fan_out.measure(folder, seed)
    if "clock" in parts:
        figures += real_clock.measure(folder, seed, minutes)
    if "restart" in parts:
        figures += restart.measure(folder, seed)
    return figures


def main() -> int:
    """Run the command; return the exit code: 0 all limits kept, 1 one missed or a figure not taken."""
    asked = _parser().parse_args()
    parts = asked.only or _PARTS
    minutes = asked.minutes if asked.minutes is not None else _MINUTES[asked.write_docs]
    if not 1 <= minutes <= 20:
        sys.stderr.write(f"python -m bench: --minutes {minutes}: use 1 to 20\n")
        return 2
    if asked.write_docs and set(parts) != set(_PARTS):
        sys.stderr.write("python -m bench: --write-docs: takes all figures; leave --only out\n")
        return 2
    try:
        if asked.keep is None:
            with tempfile.TemporaryDirectory(prefix="hedged-bench-") as folder:
                figures = take(parts, Path(folder), asked.seed, minutes)
        else:
            asked.keep.mkdir(parents=True)
            figures = take(parts, asked.keep.resolve(), asked.seed, minutes)
    except (BenchError, FileExistsError) as error:
        sys.stderr.write(f"python -m bench: {error}\n")
        return 1
    sys.stdout.write(as_text(figures))
    RESULTS.write_text(json.dumps(as_json(figures), indent=2) + "\n")
    if asked.write_docs:
        PAGE.write_text(as_page(figures, "make bench ARGS=--write-docs"))
    return 0 if asked.no_fail or all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
