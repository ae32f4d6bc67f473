"""`hedged journal export` and `import`: a journal leaves a store and comes back whole, and halted."""

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import ExitCode

PLAY = ("--regime=calm", "--sessions=1", "--seed=1")


@pytest.fixture(scope="module")
def exported(processes: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - see conftest
    """A world with a finished play, and its journal in a file."""
    world = processes.World(tmp_path_factory.mktemp("exported"))
    try:
        world.gateway(*PLAY)
        daemon = world.daemon(HEDGED_REDIS__SNAPSHOT_EVERY_COMMITS="50")
        assert daemon.ended() == 0, daemon.said()
        done = world.hedged("journal", "export", "journal.jsonl", **world.variables())
        assert (done.returncode, done.stderr) == (ExitCode.OK, "")
        yield world
    finally:
        world.close()


def fresh(world: Any, tmp_path: Path) -> dict[str, str]:  # noqa: ANN401 - see conftest
    """Return variables of a new state folder that has the play's audit files."""
    shutil.copytree(world.audit_folder, tmp_path / "state" / "audit")
    found: dict[str, str] = world.variables(HEDGED_STATE_DIR=str(tmp_path / "state"))
    return found


def test_an_export_is_private_and_whole(exported: Any) -> None:  # noqa: ANN401 - see conftest
    """It holds the account's trades: for our eyes only; the last line sums up the rest."""
    path = exported.folder / "journal.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kinds = [json.loads(line)["kind"] for line in path.read_text().splitlines()]
    assert (kinds[0], kinds[1], kinds[-1]) == ("hedged_journal", "snapshot", "end")
    again = exported.hedged("journal", "export", "journal.jsonl", **exported.variables())
    assert again.returncode == ExitCode.ERROR
    assert "is there already" in again.stderr


def test_an_import_restores_everything_and_halts(
    exported: Any,  # noqa: ANN401 - see conftest
    processes: Any,  # noqa: ANN401 - see conftest
    tmp_path: Path,
) -> None:
    """The book folds to the same positions; what happened since is not in it, so a person must look."""
    variables = fresh(exported, tmp_path)
    done = exported.hedged("journal", "import", str(exported.folder / "journal.jsonl"), **variables)
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert "restored; halted by record " in done.stdout
    twice = exported.hedged("journal", "import", str(exported.folder / "journal.jsonl"), **variables)
    assert twice.returncode == ExitCode.ERROR
    assert "there is a journal at" in twice.stderr
    before = processes.folded(exported.audit_folder)
    daemon = exported.daemon(**variables)
    assert daemon.ended() == 0, daemon.said()
    after = processes.folded(tmp_path / "state" / "audit")
    assert (after.condors, after.booked) == (before.condors, before.booked)
    assert (after.trading.mode, after.trading.cause) == ("halted", "journal_gap")


@pytest.mark.parametrize(
    ("line", "old", "new", "said"),
    [
        (2, '"first_seq":', '"first_seq":1', "the sum of the commit|lines for seq|sum does not match"),
        (-1, '"commits":', '"commits":1', "its sum does not match"),
        (0, '"format":1', '"format":9', "format 9, this version reads 1"),
        (0, "hedged_journal", "end", "is out of place|required field"),
    ],
)
def test_a_file_that_was_changed_is_refused(
    exported: Any,  # noqa: ANN401 - see conftest
    tmp_path: Path,
    line: int,
    old: str,
    new: str,
    said: str,
) -> None:
    """Nothing is written into the store before the file has been held against its sums."""
    lines = (exported.folder / "journal.jsonl").read_text().splitlines()
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new, 1)
    changed = tmp_path / "changed.jsonl"
    changed.write_text("\n".join(lines) + "\n")
    done = exported.hedged(
        "journal", "import", str(changed), **exported.variables(HEDGED_STATE_DIR=str(tmp_path / "new"))
    )
    assert done.returncode == ExitCode.RECONCILE
    assert any(part in done.stderr for part in said.split("|"))


def test_a_file_that_was_cut_off_is_refused(exported: Any, tmp_path: Path) -> None:  # noqa: ANN401 - see conftest
    """A copy that was broken off lacks the last line."""
    cut = tmp_path / "cut.jsonl"
    cut.write_text("\n".join((exported.folder / "journal.jsonl").read_text().splitlines()[:-1]) + "\n")
    done = exported.hedged(
        "journal", "import", str(cut), **exported.variables(HEDGED_STATE_DIR=str(tmp_path / "new"))
    )
    assert done.returncode == ExitCode.RECONCILE
    assert "it was cut off" in done.stderr
