"""Struct definitions in words: what stands in a member of an audit record, in which unit."""

import types
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import EnumMeta
from typing import Any, Literal, NewType, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    datetime: "time, UTC",
    date: "day",
    Decimal: "decimal number as text",
    type(None): "`null`",
}
_SUFFIX_UNITS = {"_usd": "USD", "_s": "seconds", "_days": "days", "_points": "points"}
_NAME_UNITS = {
    "strikes": "index points",
    "strike": "index points",
    "puts": "strikes, index points",
    "calls": "strikes, index points",
    "close": "index points",
    "rsi": "RSI points",
    "vix": "VIX points",
    "m1": "VIX points",
    "m2": "VIX points",
    "slope": "VIX points",
    "bid": "points",
    "ask": "points",
    "last": "points",
    "mark": "points",
    "price": "points",
    "limit": "points",
    "increment": "points",
    "low_edge": "points",
    "bid_size": "contracts",
    "ask_size": "contracts",
    "contracts": "contracts",
    "quantity": "contracts",
    "filled": "contracts",
    "remaining": "contracts",
    "orders_today": "orders",
    "condors_open": "condors",
    "layers_open": "layers",
}
_NUMBERS = (int, float, Decimal)


def table(kind: type[msgspec.Struct]) -> list[str]:
    """Return the members of a struct as the rows of a Markdown table, header included."""
    config = kind.__struct_config__
    rows = ["| member | what | unit | left out when |", "|---|---|---|---|"]
    if config.tag is not None:
        rows.append(f"| `{config.tag_field}` | `{config.tag}` |  |  |")
    rows += [_row(field, may_miss=config.omit_defaults) for field in fields(kind)]
    return rows


def parts(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """Yield the structs that a struct's members hold, in their order."""
    for field in fields(kind):
        yield from _structs(field.type)


def _row(field: FieldInfo, *, may_miss: bool) -> str:
    missing = f"`{_default(field)}`" if may_miss and not field.required else ""
    return f"| `{field.encode_name}` | {words(field.type)} | {_unit(field)} | {missing} |"


def _default(field: FieldInfo) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return msgspec.json.encode(value).decode()


def _unit(field: FieldInfo) -> str:
    """Read the unit off the name; only numbers have one."""
    if not any(number in _NUMBERS for number in _leaves(field.type)):
        return ""
    by_suffix = [unit for suffix, unit in _SUFFIX_UNITS.items() if field.name.endswith(suffix)]
    return (by_suffix or [_NAME_UNITS.get(field.name, "")])[0]


def words(kind: Any) -> str:  # noqa: ANN401 - annotations are of many types
    """Return in words what JSON value an annotation allows."""
    if isinstance(kind, NewType):
        return "instrument key" if kind.__name__ == "InstrumentKey" else words(kind.__supertype__)
    if isinstance(kind, EnumMeta):
        return " or ".join(f"`{member.value}`" for member in kind)  # type: ignore[var-annotated]
    if get_origin(kind) is not None:
        return _compound(get_origin(kind), get_args(kind))
    return _link(kind) if _is_struct(kind) else _PLAIN[kind]


def _compound(origin: Any, inner: tuple[Any, ...]) -> str:  # noqa: ANN401 - as above
    """Return in words what a type made of others allows."""
    if origin in {Union, types.UnionType}:
        if all(_is_struct(one) for one in inner):
            return f"one of {', '.join(_link(one) for one in inner)}"
        return " or ".join(words(one) for one in inner)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin is tuple and inner[-1] is not Ellipsis:
        return f"list of {len(inner)}: {', '.join(dict.fromkeys(words(one) for one in inner))}"
    return f"object of {words(inner[1])}" if origin in {dict, Mapping} else f"list of {words(inner[0])}"


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _link(kind: type[msgspec.Struct]) -> str:
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _leaves(kind: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """Yield the innermost types of an annotation."""
    inner = get_args(kind) if get_origin(kind) is not Literal else ()
    if not inner:
        yield kind
    for one in inner:
        yield from _leaves(one)


def _structs(kind: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401 - as above
    yield from (leaf for leaf in _leaves(kind) if _is_struct(leaf))
