"""Words for what is wrong with settings: a line for each fault: key, value given, what is allowed."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import NODEFAULT, Struct

from daemon.settings import credentials, environment, keys
from daemon.settings.secret import Secret

VALUE_LENGTH_MAX = 60


class Fault(NamedTuple):
    """What is wrong with what stands at a path."""

    path: tuple[str, ...]
    text: str
    """Goes on behind the key's name."""

    def under(self, key: str) -> "Fault":
        """Returns it as seen from the table or the list around."""
        return self._replace(path=(key, *self.path))


class Refused(ValueError):  # noqa: N818 - an intermediate result; `load` words it as a ConfigError
    """Values that the settings do not allow, with every fault there is."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{'.'.join(fault.path)}{fault.text}" for fault in faults))
        self.faults = faults


def not_allowed(value: object, kind: Any) -> Fault:  # noqa: ANN401 - a type, as the models write it
    """Returns the fault of a value that its key's type refuses; a secret is not shown."""
    if value is NODEFAULT:
        return Fault((), f": is missing and must be {keys.allowed(kind)}")
    shown = "(not shown)" if keys.bare(kind) is Secret else _show(value)
    return Fault((), f" = {shown}: must be {keys.allowed(kind)}")


def no_table(key: str) -> Fault:
    """Returns the fault of a value in the place of a table; it may be an address with a password."""
    return Fault((key,), f": a table [{key}] is needed, not a single value (not shown)")


def contradiction(key: str, value: str, must: str) -> Fault:
    """Returns the fault of a value that is allowed, but not beside the others."""
    return Fault((key,), f" = {value}: {must}")


def unknown(key: str, known: Iterable[str]) -> Fault:
    """Returns the fault of a key that nothing reads; its value may be a secret under a misspelt key."""
    return Fault((key,), f": unknown key{_guess(key, known)}; remove or correct it")


def lines(model: type[Struct], found: list[Fault], environ: Mapping[str, str]) -> list[str]:
    """Returns one line for each fault, with what set the value."""
    return [f"{_name(model, fault.path, environ)}{fault.text}" for fault in found]


def unknown_variables(model: type[Struct], environ: Mapping[str, str]) -> list[str]:
    """Returns one line for each variable with our prefix that sets nothing; values are not shown."""
    names = [environment.variable(path) for path, _ in keys.leaves(model)]
    return [
        f"{name}: unknown variable{_guess(name.upper(), names)}; unset it or correct its name"
        for name in environment.unknown(model, environ)
    ]


def _name(model: type[Struct], path: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """The dotted path, behind the variable or the credential where that is what set it."""
    variable, dotted, field = environment.variable(path), ".".join(path), keys.find(model, path)
    if field is not None and variable in environ:
        return f"{variable} ({dotted})"
    if field is not None and keys.is_secret(field) and credentials.file_of(path, environ) is not None:
        return f"{credentials.WORD} {'_'.join(path)} ({dotted})"
    return dotted


def _show(value: object) -> str:
    """The value as the file would have it, cut where it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= VALUE_LENGTH_MAX else text[:VALUE_LENGTH_MAX] + "..."


def _guess(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""
