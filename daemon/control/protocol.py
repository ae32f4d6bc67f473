"""What goes over the control socket: one JSON line each way, then the connection ends."""

from msgspec import Raw, Struct

REQUEST_BYTES_MAX = 4096
DEADLINE_S = 5.0
"""For a whole exchange, on either side."""
COMMIT_WITHIN_S = 4.0
"""For a command to be on record; within the exchange."""


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for or told, by name; a command has arguments."""

    ask: str
    arguments: dict[str, str] = {}


class Response(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer's JSON, or in one sentence why there is none."""

    answer: Raw = Raw(b"null")
    error: str = ""
