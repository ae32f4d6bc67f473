"""Framing: any split of the stream gives the same messages, and garbage is told from patience."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.wire import FRAME_BYTES_MAX, UNSET_DOUBLE, Field, FrameDecoder, FrameError, encode, text

FIELDS = st.lists(
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8), min_size=1, max_size=6
)


def _drain(decoder: FrameDecoder) -> list[list[str]]:
    frames = []
    while (found := decoder.next_frame()) is not None:
        frames.append(found)
    return frames


@settings(derandomize=True, deadline=None)
@given(st.lists(FIELDS, max_size=5), st.lists(st.integers(1, 9), max_size=60))
def test_messages_survive_any_split_of_the_stream(messages: list[list[str]], cuts: list[int]) -> None:
    """TCP may split or merge frames at any byte; the messages read must not depend on it."""
    stream = b"API\0" + b"".join(encode(*fields) for fields in messages)
    decoder, read = FrameDecoder(prefix=b"API\0"), []
    for cut in cuts:
        decoder.feed(stream[:cut])
        stream = stream[cut:]
        read += _drain(decoder)
    decoder.feed(stream)
    assert read + _drain(decoder) == messages


@pytest.mark.parametrize("size", [0, FRAME_BYTES_MAX + 1, 0xFFFFFFFF])
def test_an_impossible_length_is_refused_at_once(size: int) -> None:
    """A length that no request has is an error, not a reason to wait for gigabytes."""
    decoder = FrameDecoder()
    decoder.feed(struct.pack(">I", size))
    with pytest.raises(FrameError, match="frame length"):
        decoder.next_frame()


def test_another_protocol_is_recognised_by_its_first_bytes() -> None:
    """An HTTP request at the port is refused with what was seen, before any frame is awaited."""
    decoder = FrameDecoder(prefix=b"API\0")
    decoder.feed(b"GET / HTTP/1.1\r\n")
    with pytest.raises(FrameError, match="GET"):
        decoder.next_frame()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "1"),
        (None, ""),
        (0.1 + 0.2, "0.3"),
        (UNSET_DOUBLE, "1.7976931348623157E308"),
        (5, "5"),
        (2.0, "2.0"),
    ],
)
def test_fields_are_written_as_the_gateway_writes_them(value: Field, written: str) -> None:
    """Bools are digits, None is empty, unset doubles have Java's spelling, floats carry no binary noise."""
    assert text(value) == written
