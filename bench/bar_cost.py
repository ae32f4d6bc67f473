"""Microseconds a bar: `step` with every rule against NautilusTrader, and how large the state grows."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import peer
from bench.bars import make_bars, save
from bench.figures import Figure, ratio_of
from bench.processes import ROOT, BenchError

SESSIONS = 13 * 252 + 11
ROUNDS = 5
COST_LIMIT, STATE_LIMIT = 1.0, 1.10
_WITHIN_S = 300
_LAST_WORDS = 400
_EARLY_YEAR = 1  # counted from 0: sizes at the end of the second year and later


def measure(folder: Path, seed: int) -> list[Figure]:
    """Take the figures.

    Args:
        folder: for the bars.
        seed: of the bars.

    Raises:
        BenchError: a side failed, or the peer's environment cannot be made.
    """
    bars = folder / "bars.json"
    save(make_bars(SESSIONS, seed), bars)
    theirs_python = peer.python()
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    idle: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        ours.append(_side([sys.executable, "-m", "bench.step_bars", str(bars)]))
        command = [str(theirs_python), "-W", "ignore", str(ROOT / "bench" / "peer_bars.py"), str(bars)]
        theirs.append(_side(command))
        idle.append(_side([*command, "--without-orders"]))
    value, spread = ratio_of(
        [one["us_a_bar"] / two["us_a_bar"] for one, two in zip(ours, theirs, strict=True)]
    )
    cost = Figure(
        name="bar_cost_ratio",
        title="step over four bar series, over NautilusTrader",
        value=value,
        limit=COST_LIMIT,
        spread=spread,
        facts={
            "sessions": ours[0]["sessions"],
            "rounds": ROUNDS,
            "step us a bar": _median(ours),
            "decisions": ours[0]["decisions"],
            "verdicts": ours[0]["verdicts"],
            "NautilusTrader us a bar": _median(theirs),
            "its orders": theirs[0]["orders"],
            "its us a bar when its strategy sends no orders": _median(idle),
            "its release": theirs[0]["version"],
        },
        faults=() if ours[0]["decisions"] >= ours[0]["sessions"] else ("a session without a decision",),
    )
    return [cost, _state(ours[0]["state_bytes"])]


def _median(sides: list[dict[str, Any]]) -> float:
    return ratio_of([side["us_a_bar"] for side in sides])[0]


def _state(sizes: list[int]) -> Figure:
    early, late = sizes[_EARLY_YEAR], max(sizes[_EARLY_YEAR + 1 :])
    return Figure(
        name="state_growth_ratio",
        title="state over 13 years, largest year's end over the second",
        value=late / early,
        limit=STATE_LIMIT,
        facts={"bytes by year": " ".join(map(str, sizes))},
    )


def _side(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own scripts
        command, cwd=ROOT, capture_output=True, text=True, timeout=_WITHIN_S, check=False
    )
    if done.returncode:
        raise BenchError(f"{' '.join(command)}: ended with {done.returncode}: {done.stderr[-_LAST_WORDS:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
