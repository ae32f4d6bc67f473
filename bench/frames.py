"""Cutting the TWS byte stream into frames without decoding what is only passed on."""

import struct

_LENGTH = struct.Struct(">I")
_GREETING = b"API\0"

TICK_PRICE, REQ_MKT_DATA = b"1", b"1"
CANCEL_MKT_DATA = b"2"
PLACE_ORDER = b"3"
CURRENT_TIME = b"49"
START_API = b"71"


class Cutter:
    """Whole frames out of a stream that TCP has cut anywhere.

    Args:
        greeted: whether the stream begins with the client's greeting, which is no frame.
    """

    def __init__(self, *, greeted: bool) -> None:
        self._buffer = bytearray()
        self._greeted = greeted

    def feed(self, data: bytes) -> tuple[bytes, list[bytes]]:
        """Take bytes as they arrived.

        Returns:
            The greeting if these bytes completed it, and the frames that are whole now, length included.
        """
        self._buffer += data
        greeting = b""
        if self._greeted and len(self._buffer) >= len(_GREETING):
            greeting = bytes(self._buffer[: len(_GREETING)])
            del self._buffer[: len(_GREETING)]
            self._greeted = False
        return greeting, ([] if self._greeted else self._whole())

    def _whole(self) -> list[bytes]:
        frames, start = [], 0
        while len(self._buffer) - start >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._buffer, start)
            end = start + _LENGTH.size + size
            if len(self._buffer) < end:
                break
            frames.append(bytes(self._buffer[start:end]))
            start = end
        del self._buffer[:start]
        return frames


def fields(frame: bytes) -> list[bytes]:
    """Return the fields of a frame, the message id first."""
    return frame[_LENGTH.size : -1].split(b"\0")


def message_id(frame: bytes) -> bytes:
    """Return a frame's message id; of the login's version range, which has none, the text."""
    end = frame.find(b"\0", _LENGTH.size)
    return frame[_LENGTH.size : None if end < 0 else end]


def pack(*parts: str | float) -> bytes:
    """Return the frame of some fields, the message id first."""
    payload = "".join(f"{part}\0" for part in parts).encode()
    return _LENGTH.pack(len(payload)) + payload
