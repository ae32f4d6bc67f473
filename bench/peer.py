"""The peer's environment: NautilusTrader of one version, installed once beside this checkout's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.processes import ROOT, BenchError

FOLDER = ROOT / ".venv-peer"
# The newest release needs Python 3.12; the last one for 3.11 stands in where there is no newer Python.
RELEASES = {"3.13": "1.231.0", "3.12": "1.231.0", "3.11": "1.221.0"}
_INSTALL_WITHIN_S = 900
_LAST_WORDS = 400


def python() -> Path:
    """Return the Python of the peer's environment; it is made when it is not there, or is of another release.

    Raises:
        BenchError: no interpreter fits, or the packages do not install.
    """
    version, interpreter = _interpreter()
    wanted = f"nautilus_trader=={RELEASES[version]} on Python {version}"
    stamp, found = FOLDER / "stamp", FOLDER / "bin" / "python"
    if stamp.is_file() and stamp.read_text() == wanted:
        return found
    shutil.rmtree(FOLDER, ignore_errors=True)
    _run([interpreter, "-m", "venv", str(FOLDER)])
    install = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*install, f"nautilus_trader=={RELEASES[version]}"])
    stamp.write_text(wanted)
    return found


def _interpreter() -> tuple[str, str]:
    """Return the newest Python that a release fits, as version and path; pyenv's own are looked at, too."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in RELEASES:
        kept = sorted(map(str, root.glob(f"{version}.*/bin/python")))
        running = [sys.executable] if version == f"{sys.version_info[0]}.{sys.version_info[1]}" else []
        for path in (*running, shutil.which(f"python{version}"), *kept):
            if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:  # noqa: S603 - an interpreter
                return version, path
    raise BenchError(f"NautilusTrader needs one of Python {', '.join(RELEASES)}: put one on the PATH")


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - an interpreter that was just found
            command, capture_output=True, text=True, timeout=_INSTALL_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{' '.join(command)}: not done in {_INSTALL_WITHIN_S} s") from error
    if done.returncode:
        raise BenchError(f"{' '.join(command)}: {done.stderr[-_LAST_WORDS:]}")
