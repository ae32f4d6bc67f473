"""Words for what is wrong with settings: a line for each fault: key, value given, what is allowed."""

import difflib
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from daemon.settings import credentials, environment, keys
from daemon.settings.base import CROSS_FIELD

VALUE_LENGTH_MAX = 60


def lines(model: type[BaseModel], error: ValidationError, environ: Mapping[str, str]) -> list[str]:
    """Returns one line for each fault that validation found, in the models' order."""
    return [line for detail in error.errors(include_url=False) for line in _words(model, detail, environ)]


def unknown_variables(model: type[BaseModel], environ: Mapping[str, str]) -> list[str]:
    """Returns one line for each variable with our prefix that sets nothing; values are not shown."""
    names = [environment.variable(path) for path, _ in keys.leaves(model)]
    return [
        f"{name}: unknown variable{_guess(name.upper(), names)}; unset it or correct its name"
        for name in environment.unknown(model, environ)
    ]


def _words(model: type[BaseModel], detail: ErrorDetails, environ: Mapping[str, str]) -> list[str]:
    path = tuple(str(part) for part in detail["loc"])
    if detail["type"] == CROSS_FIELD:
        return [
            f"{_name(model, (*path, key), environ)} = {value}: {must}"
            for key, value, must in detail["ctx"]["faults"]
        ]
    if detail["type"] == "extra_forbidden":
        # The value is not shown: it may be a secret under a misspelt key.
        return [
            f"{'.'.join(path)}: unknown key{_guess(path[-1], _siblings(model, path))}; remove or correct it"
        ]
    field = keys.find(model, path)
    if field is None:  # inside a list: the item's own words are the best there are
        return [f"{_name(model, path, environ)} = {_show(detail['input'])}: {detail['msg'].lower()}"]
    if keys.section(field) is not None:
        return [f"{'.'.join(path)}: a table [{'.'.join(path)}] is needed, not a single value (not shown)"]
    value = "(not shown)" if keys.is_secret(field) else _show(detail["input"])
    return [f"{_name(model, path, environ)} = {value}: must be {keys.allowed(field)}"]


def _name(model: type[BaseModel], path: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """The dotted path, behind the variable or the credential where that is what set it."""
    variable, dotted = environment.variable(path), ".".join(path)
    if variable in environ:
        return f"{variable} ({dotted})"
    field = keys.find(model, path)
    if field is not None and keys.is_secret(field) and credentials.file_of(path, environ) is not None:
        return f"{credentials.WORD} {'_'.join(path)} ({dotted})"
    return dotted


def _show(value: object) -> str:
    """The value as the file would have it, cut where it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= VALUE_LENGTH_MAX else text[:VALUE_LENGTH_MAX] + "..."


def _siblings(model: type[BaseModel], path: tuple[str, ...]) -> list[str]:
    if len(path) == 1:
        return list(keys.fields(model))
    table = keys.find(model, path[:-1])
    inner = keys.section(table) if table else None
    return list(keys.fields(inner)) if inner else []


def _guess(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""
