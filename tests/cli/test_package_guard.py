"""Another project's `daemon` must not run in the place of ours."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from daemon.errors import ExitCode

Run = Callable[..., subprocess.CompletedProcess[str]]

OURS = Path(__file__).parents[2] / "daemon"


def test_package_written_over_by_python_daemon_is_refused(hedged: Run, tmp_path: Path) -> None:
    """python-daemon leaves our files and replaces `__init__.py` by its own, which offers DaemonContext."""
    copy = tmp_path / "daemon"
    shutil.copytree(OURS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "__init__.py").write_text("class DaemonContext: ...\n")
    done = hedged("version")
    assert done.returncode == ExitCode.CONFIG
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"hedged: error: the package daemon at {copy / '__init__.py'} is not hedged's")
    assert "uninstall python-daemon" in line


def test_package_without_its_own_init_is_refused(python: Run, tmp_path: Path) -> None:
    """Half-removed files still import as a namespace; they are not an installation.

    The checkout itself is taken off the path: an editable installation would be found first.
    """
    copy = tmp_path / "daemon"
    shutil.copytree(OURS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "__init__.py").unlink()
    elsewhere = f"[p for p in sys.path if p and p != {str(OURS.parent)!r}]"
    start = f"import sys; sys.path = [{str(tmp_path)!r}, *{elsewhere}]; sys.argv = ['hedged', 'version']"
    done = python("-c", f"{start}; from daemon.cli import main; sys.exit(main())")
    assert done.returncode == ExitCode.CONFIG
    assert "no file" in done.stderr


def test_command_line_loads_nothing_heavy(python: Run) -> None:
    """A verb that needs no broker, calendar or store does not pay for them."""
    heavy = [
        "ib_insync",
        "exchange_calendars",
        "pandas",
        "numpy",
        "redis",
        "pydantic",
        "structlog",
        "asyncio",
    ]
    done = python("-c", f"import sys, daemon.cli; print([name for name in {heavy} if name in sys.modules])")
    assert done.stdout.strip() == "[]"
