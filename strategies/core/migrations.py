"""Reading states that earlier versions saved: each step takes the JSON of one schema to the next.

A field that is new and has a default needs no step; one that changed its name, form or meaning does.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from strategies.core.state import SCHEMA, State, decode_state, state_hash

Json = dict[str, Any]


class CannotMigrate(Exception):  # noqa: N818 - a reason on its way to an error of the shell
    """The text says why a saved state cannot be read."""


def _from_1(state: Json) -> Json:
    """Corrections, quarantine and modes came; what was booked before is kept without its figures."""
    return state


_STEPS: dict[int, Callable[[Json], Json]] = {1: _from_1}


def read_state(raw: bytes, schema: int, stated_hash: str) -> State:
    """Return a saved state as this version's.

    Args:
        raw: the state's JSON, as its version encoded it.
        schema: that version's schema.
        stated_hash: the sha256 (hex) that was saved with it.

    Raises:
        CannotMigrate: it is of a later schema, has another hash, or does not decode.
    """
    if not 1 <= schema <= SCHEMA:
        raise CannotMigrate(f"has schema {schema}, this version reads 1 to {SCHEMA}")
    try:
        if schema == SCHEMA:
            state = decode_state(raw)
            found_hash = state_hash(state)
        else:
            # Not of the decoded state: encoded anew an old one has the new fields too.
            found_hash = hashlib.sha256(raw).hexdigest()
            found: Json = msgspec.json.decode(raw)
            for step in range(schema, SCHEMA):
                found = _STEPS[step](found)
            state = msgspec.convert(found | {"schema": SCHEMA}, State)
    except (msgspec.DecodeError, KeyError) as error:
        raise CannotMigrate(f"does not decode: {error}") from error
    if found_hash != stated_hash:
        raise CannotMigrate("does not have the hash that it states")
    return state
