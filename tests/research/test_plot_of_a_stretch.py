"""The plot shows what the replay recorded, the same bytes each time."""

from pathlib import Path
from typing import Any

import pytest

from research.plot import Seen, draw, main

Watched = Any


@pytest.fixture
def seen(shock: Watched) -> Seen:
    """What is drawn of the generated shock."""
    found = Seen()
    for event in shock.events[:1]:
        found.observe(event, [])
    for record in shock.records:
        found.observe(record, [record])  # a record has a time of its own
    return found


def test_contracts_held_stay_until_they_change(seen: Seen) -> None:
    """Rule: a layer's line goes from nothing to its size and ends with what is left of it."""
    assert len(seen.days) == 24
    held = next(seen.held(name) for name in sorted(seen.layers) if any(seen.held(name)))
    assert held[0] == 0
    assert max(held) > held[-1] >= 0


@pytest.mark.parametrize("name", ["plot.svg", "plot.png"])
def test_the_same_days_give_the_same_bytes(seen: Seen, tmp_path: Path, name: str) -> None:
    """Rule: a committed plot changes only when what it shows does."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        draw(seen, tmp_path / folder / name)
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_missing_folder_is_one_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: exit 1 and one line."""
    assert main(["--history", str(tmp_path / "none"), "--out", str(tmp_path / "x.svg")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x.svg").exists()
