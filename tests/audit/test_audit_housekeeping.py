"""The running daemon keeps its audit folder as the settings say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Demo = Callable[..., Any]


def test_the_daemon_removes_and_compresses_as_it_goes(play: Demo, tmp_path: Path) -> None:
    """One day is kept beside the newest; what is left verifies, says what it cannot, and the log has it."""
    done = play(tmp_path, HEDGED_AUDIT__KEEP_DAYS="1", HEDGED_REDIS__SNAPSHOT_EVERY_COMMITS="100")
    names = sorted(path.name for path in (tmp_path / "kept" / "audit").iterdir())
    assert [name.split("-")[0] for name in names] == ["audit", "audit", "checkpoint", "state"]
    verified = done.hedged("audit", "verify", str(tmp_path / "kept" / "audit"))
    assert (verified.returncode, verified.stderr) == (0, "")
    assert f"every decision agrees from {names[2]} on; the records up to seq" in verified.stdout
    assert "cannot be made again" in verified.stdout
    assert '"event":"audit files removed"' in (tmp_path / "kept" / "operational.log").read_text()
