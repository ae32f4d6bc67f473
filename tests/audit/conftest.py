"""Record lines as the loop makes them, and the audit files of a real play."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from daemon.telemetry.records import GENESIS, Chain

MakeLines = Callable[..., tuple[bytes, ...]]

ROOT = Path(__file__).parents[2]
WITHIN_S = 240
SESSIONS = 3


class Done(NamedTuple):
    """A verb that has ended well, and how to run another one."""

    hedged: Callable[..., "subprocess.CompletedProcess[str]"]


Play = Callable[..., Done]


@pytest.fixture
def make_lines() -> MakeLines:
    """`count` lines that follow a chain."""

    def make(count: int, *, after: Chain = GENESIS, text: str = "x") -> tuple[bytes, ...]:
        bodies = [
            f'{{"kind":"test","time":"2026-11-20T14:31:00Z","n":{n},"text":"{text}"}}' for n in range(count)
        ]
        return after.extend([body.encode() for body in bodies])[1]

    return make


@pytest.fixture(scope="session")
def play() -> Play:
    """Plays three generated sessions in `folder/kept`, with these variables set."""

    def _play(folder: Path, **variables: str) -> Done:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEDGED_")}
        environ = kept | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}

        def hedged(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
            return subprocess.run(
                [sys.executable, "-m", "daemon", *arguments],
                env=environ | more,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=WITHIN_S,
                check=False,
            )

        (folder / "settings.toml").touch()
        options = ("--regime", "shock", "--sessions", str(SESSIONS), "--seed", "1", "--json")
        done = hedged("demo", *options, "--keep", str(folder / "kept"), **variables)
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return Done(hedged)

    return _play


@pytest.fixture(scope="session")
def _played_once(play: Play, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("played")
    play(folder)
    return folder / "kept" / "audit"


@pytest.fixture
def played(_played_once: Path, tmp_path: Path) -> Callable[[], Path]:
    """Copies the audit files of a play of three sessions; nothing was compressed or removed."""

    def copy() -> Path:
        return shutil.copytree(_played_once, tmp_path / "played")

    return copy
