"""The same seed gives the same audit files, byte for byte, on every Python that is supported."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VERSIONS = ("3.11", "3.12", "3.13")
PLAY = ("--regime", "shock", "--sessions", "2", "--seed", "1", "--json")
INSTALL_WITHIN_S = 280
PLAY_WITHIN_S = 240

Python = Path
PythonOf = Callable[[str], Python]


def _interpreter(version: str) -> str | None:
    """Return a Python of this version: the running one, one on the PATH, or one that pyenv keeps."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(root.glob(f"{version}.*/bin/python"))
    for found in (shutil.which(f"python{version}"), *map(str, kept)):
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    return None


def _install(interpreter: str, folder: Path, root: Path, version: str) -> None:
    """Make an environment with what `make setup` locks, and this checkout; skip where it does not come."""
    subprocess.run([interpreter, "-m", "venv", str(folder)], check=True, capture_output=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for what in (["--require-hashes", "-r", str(root / "requirements.lock")], ["--no-deps", "-e", str(root)]):
        try:
            done = subprocess.run(
                [*pip, *what], capture_output=True, text=True, timeout=INSTALL_WITHIN_S, check=False
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"the dependencies did not come for Python {version} in {INSTALL_WITHIN_S} s")
        if done.returncode != 0:
            pytest.skip(f"the dependencies do not install on Python {version}: {done.stderr[-300:]}")


@pytest.fixture(scope="module")
def python_of(plays: Any, pytestconfig: pytest.Config) -> PythonOf:  # noqa: ANN401 - a module found at run time
    """Finds the Python of a version with the locked dependencies; made once, kept in pytest's cache."""
    root: Path = plays.ROOT
    content = (root / "requirements.lock").read_bytes() + (root / "pyproject.toml").read_bytes()
    cache = pytestconfig.cache
    assert cache is not None

    def make(version: str) -> Python:
        found = _interpreter(version)
        if found is None:
            pytest.skip(f"there is no Python {version} here: put one on the PATH to compare it")
        folder = Path(cache.mkdir(f"python-{version}-{hashlib.sha256(content).hexdigest()[:12]}"))
        if not (folder / "whole").exists():
            shutil.rmtree(folder)
            _install(found, folder, root, version)
            (folder / "whole").touch()
        return folder / "bin" / "python"

    return make


@pytest.fixture(scope="module")
def audit_of(plays: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Python], bytes]:  # noqa: ANN401
    """Plays the demo on a Python and returns its audit files."""

    def play(python: Python) -> bytes:
        folder = tmp_path_factory.mktemp("version")
        done = subprocess.run(
            [str(python), "-m", "daemon", "demo", "--keep", str(folder / "kept"), *PLAY],
            env=plays.environ({"PYTHONDONTWRITEBYTECODE": "1"}),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PLAY_WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        files = sorted((folder / "kept" / "audit").glob("audit-*.jsonl"))
        assert files
        return b"".join(file.read_bytes() for file in files)

    return play


@pytest.fixture(scope="module")
def reference(audit_of: Callable[[Python], bytes]) -> bytes:
    """The audit files of the Python that runs the tests."""
    return audit_of(Path(sys.executable))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", [v for v in VERSIONS if not sys.version.startswith(f"{v}.")])
def test_every_python_decides_the_same(
    version: str, python_of: PythonOf, audit_of: Callable[[Python], bytes], reference: bytes
) -> None:
    """No hash order, no float formatting and no library may make a difference."""
    other = audit_of(python_of(version)).splitlines()
    ours = reference.splitlines()
    differing = next((pair for pair in zip(ours, other, strict=False) if pair[0] != pair[1]), None)
    assert differing is None
    assert len(other) == len(ours)
