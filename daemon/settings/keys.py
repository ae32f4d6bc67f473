"""Which keys there are, read off the models: what the environment, the faults and settings.toml agree on."""

import json
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr, TypeAdapter
from pydantic.fields import FieldInfo


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Returns the keys of one table as the file spells them, with what the model says about each."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def section(field: FieldInfo) -> type[BaseModel] | None:
    """Returns the model of a key that is a table, else None."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def find(model: type[BaseModel], path: tuple[str, ...]) -> FieldInfo | None:
    """Returns what the models say about the key at this path, or None where there is no such key."""
    field = None
    for depth, part in enumerate(path):
        field = fields(model).get(part)
        if field is None:
            return None
        inner = section(field)
        if inner is None:
            return field if depth == len(path) - 1 else None
        model = inner
    return field


def leaves(model: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Yields the path and the field of every key that holds a value, in the file's order."""
    for key, field in fields(model).items():
        inner = section(field)
        if inner is None:
            yield (key,), field
        else:
            yield from (((key, *path), leaf) for path, leaf in leaves(inner))


def is_text(field: FieldInfo) -> bool:
    """Whether the value is text, so that the environment's text is the value itself."""
    kind = field.annotation
    choices = get_args(kind) if get_origin(kind) is not tuple else ()
    return kind in {str, SecretStr} or (bool(choices) and all(isinstance(choice, str) for choice in choices))


def is_secret(field: FieldInfo) -> bool:
    """Whether the value must never be shown."""
    return field.annotation is SecretStr


def allowed(field: FieldInfo) -> str:
    """Returns in words what the key takes, such as `a whole number from 1 to 65535`."""
    return _words(TypeAdapter(field.rebuild_annotation()).json_schema())


def _words(schema: dict[str, Any]) -> str:
    if "enum" in schema or "const" in schema:
        choices = [json.dumps(choice) for choice in schema.get("enum", [schema.get("const")])]
        return " or ".join([", ".join(choices[:-1]), choices[-1]] if choices[1:] else choices)
    if schema.get("type") == "array":
        items = schema.get("items", {})
        words = "tables" if "$ref" in items else _words(items)
        return f"a list of {words}{', not empty' if schema.get('minItems') else ''}"
    kind = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}
    pattern = f" matching {schema['pattern']}" if "pattern" in schema else ""
    empty = ", not empty" if schema.get("minLength") else ""
    return kind.get(str(schema.get("type")), "text") + _bounds(schema) + pattern + empty


def _bounds(schema: dict[str, Any]) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f" from {_plain(schema['minimum'])} to {_plain(schema['maximum'])}"
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    limits = [f"{word} {_plain(schema[key])}" for key, word in words.items() if key in schema]
    return ", " + " and ".join(limits) if limits else ""


def _plain(bound: float) -> str:
    """A bound without an idle fraction; never in powers of ten."""
    return str(int(bound) if bound == int(bound) else bound)
