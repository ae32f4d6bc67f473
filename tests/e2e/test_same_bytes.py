"""The same play gives the same files, whatever the process, its hash seed, its time zone or its folder."""

from pathlib import Path
from typing import Any

Demo = Any  # the fixture's class lives in conftest


def test_a_play_is_the_same_byte_for_byte(shock: Demo, play_demo: Any) -> None:  # noqa: ANN401 - see Demo
    """Two processes, two hash seeds, two time zones: equal audit files and an equal gateway ledger."""
    options = ("--regime", "shock", "--sessions", "3", "--seed", "1", "--json")
    again = play_demo(*options, PYTHONHASHSEED="2", TZ="Asia/Tokyo")
    files = _files(shock.folder)
    assert len([name for name in files if name.startswith("audit-")]) == 3
    assert _files(again.folder) == files


def test_another_seed_is_another_play(shock: Demo, play_demo: Any) -> None:  # noqa: ANN401 - see Demo
    """The seed decides: the comparison above compares something."""
    other = play_demo("--regime", "shock", "--sessions", "1", "--seed", "2", "--json")
    (name,) = [file for file in _files(other.folder) if file.startswith("audit-")]
    assert _files(other.folder)[name] != _files(shock.folder)[name]


def _files(folder: Path) -> dict[str, bytes]:
    found = [*sorted((folder / "audit").iterdir()), folder / "gateway-ledger.jsonl"]
    return {file.name: file.read_bytes() for file in found}
