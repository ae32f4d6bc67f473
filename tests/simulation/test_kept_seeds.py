"""Seeds that broke once are never lost, and a line that says nothing is refused."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from soak.kept_seeds import KeptSeedsError, keep, read_kept
from soak.outcome import Outcome
from soak.schedule import Planned

DAY = date(2026, 11, 22)


def _broken(seed: int, what: str) -> Outcome:
    plan = (
        Planned(at=datetime(2026, 1, 5, 15, 0, 1, tzinfo=UTC), kind="daemon_killed"),
        Planned(at=datetime(2026, 1, 5, 15, 0, 2, tzinfo=UTC), kind="drop_order", occurrence=2),
    )
    return Outcome(seed=seed, start="shock-1-0", plan=plan, broken=[what])


def test_a_broken_seed_is_kept_once_with_the_day_that_it_was(tmp_path: Path) -> None:
    """The line names seed, date, start, faults and what broke; a second time adds nothing."""
    path = tmp_path / "seeds.txt"
    path.write_text("# a note\n\n5 | 2026-01-01 | shock-1-0; none | I1: sent twice\n", encoding="utf-8")
    for _ in range(2):
        keep([_broken(5, "I1: again"), _broken(17, "I9: a | b")], DAY, path)
    assert read_kept(path) == (5, 17)
    assert path.read_text(encoding="utf-8").splitlines()[3:] == [
        "17 | 2026-11-22 | shock-1-0; daemon_killed@15:00:01, drop_order@2 | I9: a / b"
    ]


@pytest.mark.parametrize("line", ["seventeen | 2026-11-22 | a; b | c", "17", "17 | 2026-11-22 | a"])
def test_a_line_that_is_none_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    """A seed that cannot be read must not pass for one that was run."""
    path = tmp_path / "seeds.txt"
    path.write_text(f"# a note\n{line}\n", encoding="utf-8")
    with pytest.raises(KeptSeedsError, match=r"seeds\.txt line 2"):
        read_kept(path)


def test_the_kept_seeds_can_be_read() -> None:
    """`make soak` runs them first."""
    assert read_kept()
