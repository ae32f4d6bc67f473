"""The relay between a client and a gateway: it changes nothing that it was not told to change."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from bench import frames
from bench.frames import Cutter
from bench.relay import Relay, Tap


class _Keeps(Tap):
    """Keeps orders back and notes what passes."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.replies: list[bytes] = []

    def request(self, relay: Relay, frame: bytes, at_s: float) -> bool:
        """Note; keep orders."""
        del relay, at_s
        self.requests.append(frame)
        return frames.message_id(frame) != frames.PLACE_ORDER

    def reply(self, frame: bytes, at_s: float) -> None:
        """Note."""
        del at_s
        self.replies.append(frame)


@pytest.fixture
def gateway() -> Iterator[tuple[int, list[bytes]]]:
    """A port that answers each read with one frame in two pieces; what it read; ends with its client."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listener.accept()
        with peer:
            while data := peer.recv(4096):
                heard.append(data)
                answer = frames.pack("49", "1", "1000")
                peer.sendall(answer[:5])
                peer.sendall(answer[5:])

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1], heard
    thread.join(10)
    listener.close()
    assert not thread.is_alive()


def _read(end: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += end.recv(size - len(data))
    return data


def test_what_is_kept_back_does_not_reach_the_gateway(gateway: tuple[int, list[bytes]]) -> None:
    """Rule: an order of a benchmark is never forwarded; everything else arrives unchanged."""
    port, heard = gateway
    tap = _Keeps()
    hello = b"API\0" + struct.pack(">I", 9) + b"v157..176"
    answer = frames.pack("49", "1", "1000")
    with Relay(port, tap) as relay, socket.create_connection(("127.0.0.1", relay.port)) as client:
        client.settimeout(10)
        client.sendall(hello)
        assert _read(client, len(answer)) == answer
        client.sendall(frames.pack("3", "7") + frames.pack("49", "1"))
        assert _read(client, len(answer)) == answer
        injected = frames.pack("1", "6", "4")
        relay.inject(injected)
        assert _read(client, len(injected)) == injected
    assert b"".join(heard) == hello + frames.pack("49", "1")
    assert tap.requests[1:] == [frames.pack("3", "7"), frames.pack("49", "1")]
    assert tap.replies == [answer, answer]


def test_a_tap_that_fails_fails_the_figure(gateway: tuple[int, list[bytes]]) -> None:
    """Rule: a relay that broke is an error, never a figure."""

    class Broken(Tap):
        def request(self, relay: Relay, frame: bytes, at_s: float) -> bool:
            del relay, at_s
            raise ValueError(f"cannot read {frame!r}")

    port, _ = gateway

    def talk() -> None:
        with (
            Relay(port, Broken()) as relay,
            socket.create_connection(("127.0.0.1", relay.port)) as client,
        ):
            client.settimeout(10)
            client.sendall(b"API\0" + frames.pack(49, 1))
            assert client.recv(1) == b""

    with pytest.raises(ValueError, match="cannot read"):
        talk()


@pytest.mark.parametrize("cut", range(1, 12))
def test_frames_are_found_however_the_stream_is_cut(cut: int) -> None:
    """Rule: TCP's segments say nothing about frames."""
    stream = b"API\0" + frames.pack("49", "1") + frames.pack("71", "2", "1")
    cutter = Cutter(greeted=True)
    found = []
    for start in range(0, len(stream), cut):
        found += cutter.feed(stream[start : start + cut])[1]
    assert [frames.message_id(frame) for frame in found] == [b"49", b"71"]
    assert frames.fields(found[1]) == [b"71", b"2", b"1"]
