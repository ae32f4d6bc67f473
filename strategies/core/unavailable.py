"""A value that is not there, with its reason."""

from msgspec import Struct


class Unavailable(Struct, frozen=True):
    """A signal without a value: never 0, never the last value, always a reason."""

    reason: str
