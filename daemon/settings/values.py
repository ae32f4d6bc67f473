"""How a value of the file or of the environment becomes what a key's type describes."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, get_args, get_origin

import msgspec

from daemon.settings import faults, keys
from daemon.settings.faults import Fault, Refused
from daemon.settings.secret import Secret


def convert(value: Any, kind: Any) -> Any:  # noqa: ANN401 - a parsed value, and a type as the models write it
    """Returns the value as the type has it: as it is, but for lists, quoted times and whole floats.

    Raises:
        Refused: with all the faults in it, their paths from here on.
    """
    inner = keys.bare(kind)
    if keys.is_table(inner) and isinstance(value, inner | dict):
        return inner.of(value) if isinstance(value, dict) else value
    if get_origin(inner) is tuple and isinstance(value, list | tuple):
        value = _items(value, get_args(inner)[0])
        if value or not keys.said(kind, "min_length"):
            return value
    try:
        meant = _read(value, {inner, *get_args(inner)}) if isinstance(value, str) else value
        return msgspec.convert(meant, kind, strict=True)
    except ValueError:
        # `from None`: it is said in the words of the file instead.
        raise Refused([faults.not_allowed(value, kind)]) from None


def _items(given: Sequence[object], kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    values, found = list[Any](), list[Fault]()
    for number, item in enumerate(given):
        try:
            values.append(convert(item, kind))
        except Refused as error:
            found += [fault.under(f"{number}") for fault in error.faults]
    if found:
        raise Refused(found)
    return tuple(values)


def _read(text: str, wanted: set[Any]) -> object:
    """Returns what a text stands for where no text is wanted.

    TOML has its own form for days and times, with seconds; variables and hand-written files say "13:00".

    Raises:
        ValueError: it stands for nothing, or it is no text: the environment may hold any bytes.
    """
    text.encode()
    if Secret in wanted:
        return Secret(text)
    if date in wanted:
        return date.fromisoformat(text)
    return time.fromisoformat(text) if time in wanted else text
