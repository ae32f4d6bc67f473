"""Settings are read in an environment without any of our variables, from a file that the test writes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.errors import ConfigError
from daemon.settings import load

Write = Callable[[str], Path]
Faults = Callable[[str], list[str]]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HEDGED_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a settings file and returns its path."""

    def _write(text: str) -> Path:
        path = tmp_path / "settings.toml"
        path.write_text(text)
        return path

    return _write


@pytest.fixture
def faults(write: Write) -> Faults:
    """Loads a text that must be refused; returns the message's lines without the file's name."""

    def _faults(text: str) -> list[str]:
        path = write(text)
        with pytest.raises(ConfigError) as caught:
            load(path)
        return [line.removeprefix(f"{path}: ") for line in caught.value.message.splitlines()]

    return _faults
