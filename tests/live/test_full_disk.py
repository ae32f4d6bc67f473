"""The disk of the state folder is full in the middle of a play."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

World = Any  # the helpers' classes: modules found at run time have no static type

PLAY = ("--regime=shock", "--sessions=1", "--seed=1")
DISK_BYTES = 48 << 20
LEFT_BYTES = 600 << 10


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system to fill")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_ends_the_daemon_and_room_lets_it_go_on(
    plays: Any,  # noqa: ANN401 - see World
    play_world: World,
    small_disk: Path,
) -> None:
    """Exit 1 with what to do; after room is made the same command goes on and nothing is lost or doubled."""
    play_world.audit_folder = small_disk / "audit"
    variables = {"HEDGED_STATE_DIR": str(small_disk)}
    play_world.gateway(*PLAY)
    filler = small_disk / "filler"
    filler.write_bytes(b"\0" * (DISK_BYTES - LEFT_BYTES))
    daemon = play_world.daemon(**variables)
    assert daemon.ended() == 1
    said = daemon.err.read_text().splitlines()[-1]
    assert "free the disk" in said or "the embedded server ended" in said
    filler.unlink()
    again = play_world.daemon(**variables)
    assert again.ended() == 0, again.said()
    plays.check_books(play_world, sessions=1)
    started = [record for record in play_world.audit("lifecycle") if record["phase"] == "started"]
    assert len(started) == 2
