"""The settings in force, a line a key."""

import json
from collections.abc import Mapping

from daemon.settings.model import Json, Settings


def listing(settings: Settings, origins: Mapping[str, str] | None = None) -> list[str]:
    """Return `key = value` lines in the file's order; a secret that is set is `***`.

    Args:
        settings: what to list.
        origins: dotted key to where its value comes from, shown behind it; None shows none.
    """
    found = settings.describe().items()
    if origins is None:
        return [f"{key} = {toml_like(value)}" for key, value in found]
    return [f"{key} = {toml_like(value)}  # {origins[key]}" for key, value in found]


def toml_like(value: Json) -> str:
    """Return a value as TOML would have it; what is not set in a table is left out."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(toml_like(item) for item in value)}]"
        case dict():
            entries = (f"{key} = {toml_like(item)}" for key, item in value.items() if item is not None)
            return f"{{ {', '.join(entries)} }}"
    return json.dumps(value, ensure_ascii=False)
