"""settings.toml and the models are one thing said twice."""

import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from daemon.settings import Settings, keys, load, template

SETTINGS_TOML = Path(__file__).parents[2] / "settings.toml"


def test_file_has_every_key_and_no_other() -> None:
    """A knob that is not in the file is not known; one that is not in the models does nothing."""
    content = tomllib.loads(SETTINGS_TOML.read_text())
    given = [
        (key, inner) if isinstance(value, dict) else (key,)
        for key, value in content.items()
        for inner in (value if isinstance(value, dict) else [""])
    ]
    assert given == [path for path, _ in keys.leaves(Settings)]


def test_file_holds_the_defaults() -> None:
    """The file as it comes changes nothing."""
    assert load(SETTINGS_TOML) == Settings()
    assert load(SETTINGS_TOML).describe() == Settings().describe()


def test_every_key_has_a_comment() -> None:
    """The file explains itself: right above each key stands what it does and what it takes."""
    lines = SETTINGS_TOML.read_text().splitlines()
    bare = [line for before, line in pairwise(lines) if "=" in line and not _told(before, line)]
    assert bare == []


def _told(before: str, line: str) -> bool:
    return line.startswith("#") or before.startswith("#")


def test_file_is_what_the_models_render() -> None:
    """The comments' words and bounds are the models' own: `python -m daemon.settings.template`."""
    assert SETTINGS_TOML.read_text() == template.render()


@pytest.mark.parametrize("path", [path for path, _ in keys.leaves(Settings)], ids=".".join)
def test_every_default_lies_within_its_own_bounds(path: tuple[str, ...]) -> None:
    """A default that its own rule would refuse would be a trap for whoever writes it into the file."""
    field = keys.find(Settings, path)
    assert field is not None
    assert field.description
    assert keys.allowed(field.type)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "true", '""', "[]"])
def test_no_number_takes_what_is_none(value: str, faults: Callable[[str], list[str]]) -> None:
    """No number lets through what compares with nothing, has no end, or is none."""
    paths = [path for path, field in keys.leaves(Settings) if field.kind in {int, float}]
    tables = dict.fromkeys(path[0] for path in paths)
    text = "\n".join(
        f"[{table}]\n" + "\n".join(f"{path[1]} = {value}" for path in paths if path[0] == table)
        for table in tables
    )
    refused = [line.split(" = ")[0] for line in faults(text)]
    assert refused == [".".join(path) for path in paths]
