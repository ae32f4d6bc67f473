"""`hedged simulate` becomes the simulator: same process, its options, its exit code."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

# Found before the installed one because `python -m` looks in the current folder first.
ECHO = """
import json, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(42))
print(json.dumps({"pid": os.getpid(), "argv": sys.argv[1:]}), flush=True)
if "--seed=7" in sys.argv:
    sys.exit(17)
signal.pause()
"""


@pytest.fixture(autouse=True)
def _program(tmp_path: Path) -> None:
    """Puts a program in the simulator's place that tells what it was started with."""
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "__init__.py").touch()
    (tmp_path / "simulator" / "__main__.py").write_text(ECHO)


GIVEN = [
    "--port=0",
    "--history=/d",
    "--from=2018-01-22",
    "--to=2018-02-16",
    "--regime=-x",
    "--sessions=3",
    "--seed=7",
    "--clock=scaled:60",
    "--start=2018-01-22T09:00",
    "--host=::1",
    "--account=DU1",
    "--cash=5.5",
    "--step-client=4",
    "--step-s=30.0",
    "--ledger=l.jsonl",
    "--fault=hold_ack@1",
    "--fault=drop_order",
]


def test_options_and_exit_code_pass_through(hedged: Run) -> None:
    """What was given is handed on under the same names, nothing else; the simulator's code is ours."""
    done = hedged("simulate", *GIVEN)
    assert done.returncode == 17
    assert json.loads(done.stdout)["argv"] == GIVEN


def test_signal_reaches_the_simulator(tmp_path: Path, environ: dict[str, str]) -> None:
    """There is no process between: SIGTERM ends the simulator itself, cleanly."""
    command = [sys.executable, "-m", "daemon", "simulate", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert f'"pid": {process.pid}' in process.stdout.readline()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=60) == 42
