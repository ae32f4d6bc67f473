"""Real processes of this checkout, without any of our variables in their environment."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60

Done = subprocess.CompletedProcess[str]
Python = Callable[..., Done]


@pytest.fixture
def environ() -> dict[str, str]:
    """The environment of a child: this checkout is what it imports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEDGED_")}
    return kept | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


@pytest.fixture
def python(tmp_path: Path, environ: dict[str, str]) -> Python:
    """Runs Python with these arguments in an empty folder, and waits for its end."""

    def _python(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environ | dict(env or {}),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    return _python


@pytest.fixture
def hedged(python: Python) -> Python:
    """Runs the command line as `python -m daemon`."""

    def _hedged(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
        return python("-m", "daemon", *arguments, env=env)

    return _hedged
