"""Where each value of the settings comes from: the default, a line of the file, or outside of it."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from daemon.settings import keys
from daemon.settings.credentials import WORD, file_of
from daemon.settings.environment import variable
from daemon.settings.model import Settings


def origins(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the origin of every key, by dotted key: a variable, a credential, `FILE:LINE` or `default`.

    Args:
        path: a settings file that `daemon.settings.load` accepts.
        environ: the environment.
    """
    places = lines_of(path.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for parts, field in keys.leaves(Settings):
        dotted = ".".join(parts)
        if variable(parts) in environ:
            found[dotted] = variable(parts)
        elif keys.is_secret(field) and file_of(parts, environ) is not None:
            found[dotted] = f"{WORD} {'_'.join(parts)}"
        elif dotted in places:
            found[dotted] = f"{path}:{places[dotted]}"
        else:
            found[dotted] = "default"
    return found


def lines_of(text: str) -> dict[str, int]:
    """Return the line (from 1) on which each dotted key of a valid TOML text is first set."""
    places: dict[str, int] = {}
    table, statement, began = "", "", 1
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        statement += line
        try:
            content = tomllib.loads(f"{table}\n{statement}")
        except tomllib.TOMLDecodeError:  # the value goes on in the next line
            continue
        if statement.lstrip().startswith("["):
            table = statement
        for key in _dotted(content):
            places.setdefault(key, began)
        statement, began = "", number + 1
    return places


def _dotted(content: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the keys of a table and of its tables; a list, of whatever, is one value."""
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
