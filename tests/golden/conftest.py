"""Real months, played through the wire and told: the committed stories, and how they are made."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent
STEP_S = 180
# A play takes about a second of one core a session.
PLAYED_WITHIN_S, TOLD_WITHIN_S = 3000, 300


class Telling(NamedTuple):
    """A story's days; the play begins about five weeks early, so that there is a book to tell of."""

    play_from: str
    told_from: str
    to: str


STORIES = {
    "2008-09": Telling("2008-07-28", "2008-09-02", "2008-11-28"),
    "2010-05": Telling("2010-03-29", "2010-05-03", "2010-05-28"),
    "2011-07": Telling("2011-05-31", "2011-07-01", "2011-10-31"),
    "2015-08": Telling("2015-06-29", "2015-08-03", "2015-08-31"),
    "2016-11": Telling("2016-09-26", "2016-11-01", "2016-11-30"),
    "2017-01": Telling("2016-11-28", "2017-01-03", "2017-04-28"),
    "2017-05": Telling("2017-03-27", "2017-05-01", "2017-08-31"),
    "2017-09": Telling("2017-07-31", "2017-09-01", "2017-12-29"),
    "2018-02": Telling("2017-12-26", "2018-02-01", "2018-02-28"),
    "2018-10": Telling("2018-08-27", "2018-10-01", "2018-12-31"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known where pytest is given this folder, as `make golden` does."""
    parser.addoption("--write-golden", action="store_true", help="rewrite the stories instead of comparing")


@pytest.fixture
def golden(
    request: pytest.FixtureRequest, data_folder: Path, tmp_path: Path
) -> Callable[[str], tuple[str, str]]:
    """Plays a story; returns what is told now, and what is committed (made equal by `make golden`)."""

    def play(name: str) -> tuple[str, str]:
        told = _tell(STORIES[name], data_folder, tmp_path)
        file = HERE / f"{name}.txt"
        if request.config.getoption("--write-golden", default=False):
            file.write_text(told)
        return told, file.read_text()

    return play


def _tell(telling: Telling, history: Path, folder: Path) -> str:
    """Play the days through the wire, and return their story."""
    kept = folder / "kept"
    days = ("--from", telling.play_from, "--to", telling.to, "--step-s", str(STEP_S))
    settings = ("--settings", str(HERE / "settings.toml"))
    _hedged(folder, PLAYED_WITHIN_S, "demo", "--history", str(history), *days, *settings, "--keep", str(kept))
    story = ("explain", "--story", "--from", telling.told_from, "--audit", str(kept / "audit"))
    return _hedged(folder, TOLD_WITHIN_S, *story)


def _hedged(folder: Path, within_s: float, *options: str) -> str:
    """Run a verb with no setting from the environment; return its output."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HEDGED_")}
    done = subprocess.run(
        [sys.executable, "-m", "daemon", *options],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
