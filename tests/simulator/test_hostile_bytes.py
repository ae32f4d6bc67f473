"""Bytes in any pieces, and bytes that mean nothing: the conversation is the same, and nobody else suffers."""

import asyncio
import contextlib
import logging
import os
import random
import struct
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.handlers import ROUTES
from simulator.wire import FrameDecoder, FrameError, encode

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Serve = Callable[..., Awaitable[Any]]

FRAMES = int(os.environ.get("HEDGED_FUZZ_FRAMES", "200000"))
_FIELDS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6), min_size=1, max_size=6
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(messages=st.lists(_FIELDS, min_size=1, max_size=5), cuts=st.lists(st.integers(0, 200), max_size=20))
def test_frames_are_the_same_however_they_are_cut(messages: list[list[str]], cuts: list[int]) -> None:
    """A stream cut anywhere gives back the messages that were put in."""
    stream = b"".join(encode(*fields) for fields in messages)
    decoder = FrameDecoder()
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    seen = []
    for start, end in pairwise(places):
        decoder.feed(stream[start:end])
        seen += list(iter(decoder.next_frame, None))
    assert seen == messages


def _framed(*fields: object) -> bytes:
    payload = "".join(f"{field}\0" for field in fields).encode()
    return struct.pack(">I", len(payload)) + payload


async def _talk(paper: Paper, chunks: list[bytes]) -> bytes:
    """Send chunks and return everything that was answered up to the end of the completed orders."""
    client = await paper.raw()
    for chunk in chunks:
        client.writer.write(chunk)
        await client.writer.drain()
    client.writer.write(_framed(99, 0))
    await client.read()
    await client.until("102")
    received: bytes = client.received
    return received


async def test_a_conversation_does_not_depend_on_how_it_is_split(serve: Serve) -> None:
    """The same bytes in one piece, one by one, or at random cuts: the answers are byte for byte the same."""
    script = b"API\0" + struct.pack(">I", 9) + b"v157..176" + _framed(71, 2, 7, "") + _framed(61, 1)
    script += _framed(1, 11, 5, 416904, *[""] * 3, 0.0, *[""] * 7, 0, "106", 0, 0, "")
    script += b"".join(_framed(49, 1) for _ in range(6))
    script += _framed(7, 3, 9, 0, "", "", "", "", "", "") + _framed(4711, 1) + _framed(2, 2, "x")
    generator = random.Random(5)
    cuts = sorted(generator.sample(range(1, len(script)), 40))
    pieces = [script[a:b] for a, b in zip([0, *cuts], [*cuts, len(script)], strict=True)]
    whole = await _talk(await serve(), [script])
    assert len(whole) > 800
    assert await _talk(await serve(), [bytes([byte]) for byte in script]) == whole
    assert await _talk(await serve(), pieces) == whole


_SAMPLES = [
    ["1", "11", "5", "416904", *[""] * 3, "0.0", *[""] * 7, "0", "106", "0", "0", ""],
    [
        *("3", "1", "0", "VIX", "OPT", "20260120", "15.0", "C", "100", "SMART", "", "USD", "", "VIX", "", ""),
        *("BUY", "1", "LMT", "0.05", "", "DAY", *[""] * 93),
    ],
    [
        "9",
        "8",
        "5",
        "0",
        "SPX",
        "OPT",
        "20260130",
        "3900",
        "C",
        "",
        "SMART",
        "",
        "USD",
        "",
        "",
        "0",
        "",
        "",
        "",
    ],
    ["20", "6", "416904", *[""] * 11, "0", "", "1 day", "5 D", "1", "TRADES", "1", "0", ""],
    ["54", "3", "7", "0", "VIX", "OPT", "20260120", "15.0", "C", *[""] * 6, "1.5", "16", "0", ""],
    ["87", "8", "416904", *[""] * 11, "0", "1", "TRADES", "1"],
    ["7", "3", "9", "0", "", "20260105 09:30:00", "VIX", "OPT", "", "BUY"],
    ["94", "9", "DU1234567", "", "416904"],
]
_ODD = (
    "",
    "-1",
    "x",
    "1e400",
    "nan",
    "2147483648",
    "9" * 40,
    "0.5",
    "é",
    "\t",
    "DU1",
    "1_0",
    "-",
    "20260230 99:00:00",
)


def _mangled(generator: random.Random) -> bytes:
    """Return one frame that is wrong in some way, or right for once."""
    fields = list(generator.choice(_SAMPLES))
    for _ in range(generator.randrange(4)):
        fields[generator.randrange(1, len(fields))] = generator.choice(_ODD)
    if generator.random() < 0.3:
        fields[0] = str(generator.choice([*ROUTES, generator.randrange(300)]))
    if generator.random() < 0.3:
        fields = fields[: generator.randrange(1, len(fields) + 1)]
    if generator.random() < 0.1:
        fields += [generator.choice(_ODD)] * generator.randrange(5)
    data = _framed(*fields)
    kind = generator.random()
    if kind < 0.02:
        return struct.pack(">I", generator.randrange(2**32)) + data[4:]
    if kind < 0.04:
        return data[:4] + bytes(generator.randrange(256) for _ in data[4:])
    return data[: generator.randrange(4, len(data))] if kind < 0.05 else data


async def _swallow(client: Any) -> None:  # noqa: ANN401 - the raw client of conftest
    while await client._reader.read(1 << 16):
        pass


async def test_fuzzed_frames_crash_nothing_and_leave_others_served(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Wrong lengths, types, ids and truncations end at most their own connection; another client lives on."""
    caplog.set_level(logging.ERROR)
    paper = await serve()
    crashes: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: crashes.append(context))
    good = await paper.raw()
    await good.start(1)
    generator = random.Random(11)
    sent, client_id = 0, 2
    while sent < FRAMES and not crashes:
        bad = await paper.raw()
        await bad.start(client_id)
        client_id += 1
        drain = asyncio.get_running_loop().create_task(_swallow(bad))
        while sent < FRAMES and not drain.done() and not crashes:
            bad.writer.write(b"".join(_mangled(generator) for _ in range(50)))
            sent += 50
            # The gateway may have ended this connection by now, as the next look at `drain` tells.
            with contextlib.suppress(ConnectionResetError):
                await bad.writer.drain()
            good.send(17, 1)
            await good.until("15")
        bad.writer.close()
        await asyncio.gather(drain, return_exceptions=True)
    assert crashes == []
    # The serving clock still runs, and a new client is let in.
    assert await good.step()
    late = await paper.raw()
    await late.start(0)


def test_a_frame_that_cannot_be_one_is_an_error_of_its_own() -> None:
    """Lengths of nothing or of gigabytes are refused before anything is waited for."""
    for size in (0, 1 << 31):
        decoder = FrameDecoder()
        decoder.feed(struct.pack(">I", size))
        try:
            decoder.next_frame()
        except FrameError as error:
            assert str(size) in str(error)  # noqa: PT017 - both lengths are checked in one loop
        else:
            raise AssertionError(f"a frame of {size} bytes was accepted")
