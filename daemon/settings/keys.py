"""Which keys there are, read off the models: what the environment, the faults and settings.toml agree on."""

import json
from collections.abc import Iterator
from datetime import date, time
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct

from daemon.settings.secret import Secret

_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a day such as 2027-01-02",
    time: "a time such as 13:00",
}


class Field(NamedTuple):
    """What a model says about one key: its attribute, its type with the limits, its default."""

    attribute: str
    type: Any
    default: object

    @property
    def kind(self) -> Any:  # noqa: ANN401 - a type or a typing form
        """The type without its limits."""
        return bare(self.type)

    @property
    def description(self) -> str:
        """What the key does."""
        return next(text for text in get_args(self.type) if isinstance(text, str))


@cache
def fields(model: type[Struct]) -> dict[str, Field]:
    """Returns the keys of one table as the file spells them, with what the model says about each."""
    names, types = model.__struct_fields__, model.__annotations__
    idle = (NODEFAULT,) * (len(names) - len(model.__struct_defaults__))
    every = zip(model.__struct_encode_fields__, names, (*idle, *model.__struct_defaults__), strict=True)
    return {key: Field(name, types[name], default) for key, name, default in every}


def bare(kind: Any) -> Any:  # noqa: ANN401 - a type or a typing form, in and out
    """Returns a type without its limits."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def section(field: Field) -> type[Struct] | None:
    """Returns the model of a key that is a table, else None."""
    return field.type if is_table(field.type) else None


def is_table(kind: object) -> bool:
    """Whether a type is the model of a table."""
    return isinstance(kind, type) and issubclass(kind, Struct)


def find(model: type[Struct], path: tuple[str, ...]) -> Field | None:
    """Returns what the models say about the key at this path, or None where there is no such key."""
    return dict(leaves(model)).get(path)


def leaves(model: type[Struct]) -> Iterator[tuple[tuple[str, ...], Field]]:
    """Yields the path and the field of every key that holds a value, in the file's order."""
    for key, field in fields(model).items():
        inner = section(field)
        if inner is None:
            yield (key,), field
        else:
            yield from (((key, *path), leaf) for path, leaf in leaves(inner))


def is_text(field: Field) -> bool:
    """Whether the value is text, so that the environment's text is the value itself."""
    kind = field.kind
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    return kind in {str, Secret} or (bool(choices) and all(isinstance(choice, str) for choice in choices))


def is_secret(field: Field) -> bool:
    """Whether the value must never be shown."""
    return field.kind is Secret


def allowed(kind: Any) -> str:  # noqa: ANN401 - as the models write types
    """Returns in words what a value of the type is, such as `a whole number from 1 to 65535`."""
    inner = bare(kind)
    if get_origin(inner) is Literal:
        choices = [json.dumps(choice) for choice in get_args(inner)]
        return " or ".join([", ".join(choices[:-1]), choices[-1]] if choices[1:] else choices)
    empty = ", not empty" if said(kind, "min_length") else ""
    if is_table(inner):
        return "a table"
    if get_origin(inner) is tuple:
        item = get_args(inner)[0]
        return f"a list of {'tables' if is_table(item) else allowed(item)}{empty}"
    inner = next((choice for choice in get_args(inner) if choice in _KINDS), inner)  # of `time | None`
    # A pattern ends with Python's \Z; what people write for it is $.
    pattern = (said(kind, "pattern") or "").replace(r"\Z", "$")
    return _KINDS.get(inner, "text") + _bounds(kind) + (f" matching {pattern}" if pattern else "") + empty


def _bounds(kind: Any) -> str:  # noqa: ANN401 - as above
    lowest, highest = said(kind, "ge"), said(kind, "le")
    if lowest is not None and highest is not None:
        return f" from {_plain(lowest)} to {_plain(highest)}"
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    bounds = ((word, said(kind, limit)) for limit, word in words.items())
    limits = [f"{word} {_plain(bound)}" for word, bound in bounds if bound is not None]
    return ", " + " and ".join(limits) if limits else ""


def said(kind: Any, what: str) -> Any:  # noqa: ANN401 - a limit is a number, a length or a text
    """Returns what the type's `Meta` says of a limit or another thing, None where nothing."""
    metas = [meta for meta in get_args(kind)[1:] if isinstance(meta, Meta)]
    return next((found for meta in metas if (found := getattr(meta, what)) is not None), None)


def _plain(bound: float) -> str:
    """A bound without an idle fraction; never in powers of ten."""
    return str(int(bound) if bound == int(bound) else bound)
