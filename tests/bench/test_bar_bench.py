"""Our side of the bar bench: the bars are made up alike each time, and every session is decided on."""

import json
import subprocess
import sys
from pathlib import Path

from bench.bars import load, make_bars, save


def test_bars_are_the_same_for_a_seed_and_visit_both_sides_of_the_curve() -> None:
    """Rule: both programs replay the same bars, in which there is something to decide."""
    bars = make_bars(1000, 1)
    assert bars == make_bars(1000, 1)
    assert bars != make_bars(1000, 2)
    slopes = [bar.m2 - bar.m1 for bar in bars]
    assert min(slopes) < -0.05
    assert max(slopes) > 0.05


def test_every_session_is_decided_on_with_its_explanation(tmp_path: Path) -> None:
    """Rule: what is timed decides once a session, rules and all, and the state does not grow."""
    file = tmp_path / "bars.json"
    save(make_bars(520, 1), file)
    assert len(load(file)) == 520
    command = [sys.executable, "-m", "bench.step_bars", str(file)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["decisions"] >= found["sessions"] == 509
    assert found["verdicts"] > found["decisions"]
    first, second = found["state_bytes"]
    assert second <= 1.1 * first
