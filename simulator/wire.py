"""Framing and field encoding of the TWS protocol, the same in both directions.

A frame is a 4-byte big-endian length and a payload of UTF-8 fields, each ended by NUL.
"""

import struct
import sys
from decimal import Decimal

Field = str | int | float | Decimal | bool | None

UNSET_DOUBLE = sys.float_info.max
UNSET_DOUBLE_TEXT = "1.7976931348623157E308"
UNSET_INTEGER = 2**31 - 1
UNSET_LONG = 2**63 - 1
# How clients spell an infinite double; the first is Java's, which the gateway uses too.
INFINITIES = ("Infinity", "Infinite", "inf")

# No request of the protocol comes near this; a longer one is garbage, not patience for 4 GB of it.
FRAME_BYTES_MAX = 1 << 20

_LENGTH = struct.Struct(">I")


class FrameError(ValueError):
    """The bytes of a client are not frames; its connection cannot be read any further."""


def text(value: Field) -> str:
    """Write one field: bool as 1/0, None as nothing, an unset double as Java prints it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        # Ten digits drop the noise of binary arithmetic and keep every price and greek.
        return UNSET_DOUBLE_TEXT if value == UNSET_DOUBLE else repr(round(value, 10))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def frame(payload: str) -> bytes:
    """Put the length in front of a payload whose fields are already joined and NUL-ended."""
    data = payload.encode()
    return _LENGTH.pack(len(data)) + data


def encode(*fields: Field) -> bytes:
    """Encode one message: the frame of its fields."""
    return frame("\0".join(map(text, fields)) + "\0")


class FrameDecoder:
    r"""Cuts a byte stream, split or merged in any way, into the field lists of its frames.

    Args:
        prefix: bytes that must come once before the first frame (the client's ``API\0``).
    """

    def __init__(self, prefix: bytes = b"") -> None:
        self._prefix = prefix
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrived."""
        self._buffer += data

    def next_frame(self) -> list[str] | None:
        """Return the fields of the next whole frame, or None until more bytes are there.

        Raises:
            FrameError: the prefix, the length or the text is not of this protocol.
        """
        if not self._strip_prefix() or len(self._buffer) < _LENGTH.size:
            return None
        (size,) = _LENGTH.unpack_from(self._buffer)
        if not 0 < size <= FRAME_BYTES_MAX:
            raise FrameError(
                f"frame length {size} is outside 1..{FRAME_BYTES_MAX}; this is not the TWS protocol"
            )
        end = _LENGTH.size + size
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        try:
            decoded = payload.decode()
        except UnicodeDecodeError as error:
            raise FrameError(f"frame is not UTF-8: {error}") from error
        return decoded.removesuffix("\0").split("\0")

    def _strip_prefix(self) -> bool:
        if not self._prefix:
            return True
        head = bytes(self._buffer[: len(self._prefix)])
        if not self._prefix.startswith(head):
            raise FrameError(
                f"connection starts with {head!r} instead of {self._prefix!r}; is this a TWS API client?"
            )
        if len(head) < len(self._prefix):
            return False
        del self._buffer[: len(head)]
        self._prefix = b""
        return True
