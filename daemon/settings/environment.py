"""Settings from the environment: `HEDGED_SECTION__KEY`, and `HEDGED_KEY` for the keys outside any section."""

import tomllib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from daemon.settings import keys

PREFIX = "HEDGED_"
SEPARATOR = "__"
NOT_SETTINGS = frozenset({"HEDGED_DATA", "HEDGED_SETTINGS"})
"""Variables of the same prefix that name the data folder and the settings file."""


def variable(path: tuple[str, ...]) -> str:
    """Returns the variable that sets the key at this path."""
    return PREFIX + SEPARATOR.join(path).upper()


def unknown(model: type[Struct], environ: Mapping[str, str]) -> list[str]:
    """Returns the variables that carry the prefix and set nothing, in alphabetical order."""
    known = {variable(path) for path, _ in keys.leaves(model)} | NOT_SETTINGS
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def overrides(model: type[Struct], environ: Mapping[str, str]) -> dict[str, Any]:
    """Returns what the environment sets, nested as the file would be.

    The value of a key that holds text is taken as it is; any other is read as a TOML value (`60`, `true`,
    `["DU"]`). What is no TOML value stays text, which the key's type then refuses with its own fault.
    """
    tree: dict[str, Any] = {}
    for path, field in keys.leaves(model):
        text = environ.get(variable(path))
        if text is None:
            continue
        table = tree
        for part in path[:-1]:
            table = table.setdefault(part, {})
        table[path[-1]] = text if keys.is_text(field) else _toml_value(text)
    return tree


def _toml_value(text: str) -> Any:  # noqa: ANN401 - whatever TOML holds; the key's type decides
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if parsed.keys() == {"value"} else text
