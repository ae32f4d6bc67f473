"""Renders settings.toml from the models, so that the file's values and comments cannot part from them.

`python -m daemon.settings.template` writes the text to stdout.
"""

import sys
import textwrap

from msgspec import Struct

from daemon.settings import keys
from daemon.settings.environment import variable
from daemon.settings.keys import Field
from daemon.settings.model import Settings
from daemon.settings.secret import Secret

WIDTH = 100
HEADER = """\
# Settings of hedged. Every key is here with its default and what it takes; delete any to keep the default.
# The environment wins over this file: HEDGED_SECTION__KEY (HEDGED_IB__PORT=4002), HEDGED_STATE_DIR.
# No secrets in this file. This text is what `python -m daemon.settings.template` prints.
"""


def render() -> str:
    """Returns the whole commented file with the models' defaults."""
    blocks = [HEADER]
    tables: list[str] = []
    for key, field in keys.fields(Settings).items():
        inner = keys.section(field)
        if inner is None:
            blocks.append(_entry((key,), field))
        else:
            tables.append(_table(key, inner))
    return "\n".join([*blocks, *tables])


def _table(name: str, model: type[Struct]) -> str:
    summary = (model.__doc__ or "").strip().splitlines()[0]
    entries = "\n".join(_entry((name, key), field) for key, field in keys.fields(model).items())
    return f"# {summary}\n[{name}]\n{entries}"


def _entry(path: tuple[str, ...], field: Field) -> str:
    text = f"{field.description} Takes {keys.allowed(field.type)}."
    comment = textwrap.fill(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    return f"{comment}\n{path[-1]} = {_value(path[-1], field.default)}\n"


def _value(key: str, value: object) -> str:
    """One default in TOML; whole seconds without a fraction, other decimals with one."""
    match value:
        case bool():
            return str(value).lower()
        case float() if key.endswith("_s"):
            return f"{value:g}"
        case int() | float():
            return repr(value)
        case str():
            return f'"{value}"'
        case Secret():
            return '""'
        case tuple():
            return f"[{', '.join(_value(key, item) for item in value)}]"
    raise TypeError(f"{variable((key,))}: no TOML form for a default of type {type(value).__name__}")


if __name__ == "__main__":
    sys.stdout.write(render())
