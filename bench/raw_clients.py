"""Clients of the gateway that only read bytes and note when: many of them in one thread."""

import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterable

from bench import frames
from bench.frames import Cutter
from bench.processes import BenchError

_HOST = "127.0.0.1"
_READ_BYTES = 1 << 18
_DEADLINE_S = 30.0
# After the answer to the stepping client, so long without a byte for anybody ends an instant. One client
# alone waits as long, though it has all there is: a market does not move again at once, and a gateway that
# has been idle for a moment, its caches gone cold, takes twice as long as one that has not.
_QUIET_S = 0.01


class RawClient:
    """A started client; its greeting is read."""

    def __init__(self, port: int, client_id: int) -> None:
        self.socket = socket.create_connection((_HOST, port), _DEADLINE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cutter = Cutter(greeted=False)
        self.last_byte_s = 0.0
        hello = b"v157..176"
        self.socket.sendall(b"API\0" + struct.pack(">I", len(hello)) + hello)
        self.send(71, 2, client_id, "")
        self.ask_time(None)

    def send(self, *parts: str | float) -> None:
        """Send one request."""
        self.socket.sendall(frames.pack(*parts))

    def ask_time(self, counted: Callable[[bytes], None] | None) -> None:
        """Ask for the time and read up to the answer, showing each frame."""
        self.send(49, 1)
        while True:
            for frame in self.cutter.feed(self._receive())[1]:
                if counted is not None:
                    counted(frame)
                if frames.message_id(frame) == frames.CURRENT_TIME:
                    return

    def watch(self, con_ids: Iterable[int]) -> None:
        """Subscribe contracts; the request ids differ from client to client, as in life."""
        first = 1000 * (self.socket.fileno() + 1)
        for number, con_id in enumerate(con_ids):
            self.send(1, 11, first + number, con_id, *[""] * 3, 0.0, *[""] * 7, 0, "", 0, 0, "")
        self.ask_time(None)

    def _receive(self) -> bytes:
        data = self.socket.recv(_READ_BYTES)
        if not data:
            raise BenchError("the gateway has closed a connection")
        return data


class Crowd:
    """Clients of which the first steps the gateway's clock; all are read as bytes come."""

    def __init__(self, clients: list[RawClient]) -> None:
        self.clients = clients
        self._selector = selectors.DefaultSelector()
        for client in clients:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def step(self) -> list[float]:
        """Move the market; return for each client when its last byte came, seconds after the request."""
        for client in self.clients:
            client.last_byte_s = 0.0
        begun_s = time.perf_counter()
        self.clients[0].send(49, 1)
        answered = False
        while True:
            ready = self._selector.select(_QUIET_S if answered else _DEADLINE_S)
            if not ready:
                if answered:
                    return [client.last_byte_s - begun_s for client in self.clients]
                raise BenchError("the gateway did not answer the time")
            for key, _ in ready:
                answered |= self._read(key.data)

    def _read(self, client: RawClient) -> bool:
        """Read what is there; return whether it is the answer to the stepping client."""
        data = client.socket.recv(_READ_BYTES)
        client.last_byte_s = time.perf_counter()
        if not data:
            raise BenchError("the gateway has closed a connection")
        if client is not self.clients[0]:
            return False
        return any(frames.message_id(f) == frames.CURRENT_TIME for f in client.cutter.feed(data)[1])
