"""A TCP relay between a client and a gateway, which looks at the frames and adds some of its own.

Threads and blocking sockets: one thread for each direction, and whoever injects writes by itself, so that a
frame's time is taken next to the system call that moves it.
"""

import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from bench.frames import Cutter

_HOST = "127.0.0.1"
_READ_BYTES = 1 << 16


class Tap:
    """What is done with the frames that pass; this one lets everything through."""

    def request(self, relay: "Relay", frame: bytes, at_s: float) -> bool:
        """Look at a client's frame, received at `at_s` (perf_counter); return whether it is passed on."""
        del relay, frame, at_s
        return True

    def reply(self, frame: bytes, at_s: float) -> None:
        """Look at a gateway's frame, received at `at_s` (perf_counter), before it is passed on."""


class Relay:
    """Listens on a free port and serves one client, from `with` to its end.

    Args:
        gateway_port: where the gateway listens on this machine.
        tap: sees every frame.
    """

    def __init__(self, gateway_port: int, tap: Tap) -> None:
        self._gateway_port = gateway_port
        self._tap = tap
        self._listener = socket.create_server((_HOST, 0))
        self._client: socket.socket | None = None
        self._gateway: socket.socket | None = None
        self._client_lock = threading.Lock()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self.failure: Exception | None = None
        """What ended a direction too early; a figure of a broken relay is worth nothing."""

    @property
    def port(self) -> int:
        """Where the client connects to."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._listener, self._client, self._gateway):
            if end is not None:
                _close(end)
        for thread in self._threads:
            thread.join()
        if self.failure is not None:
            raise self.failure from error

    def inject(self, data: bytes) -> None:
        """Write whole frames to the client, between those of the gateway.

        Raises:
            OSError: the client has gone.
        """
        assert self._client is not None, "nobody is connected"
        with self._client_lock:
            self._client.sendall(data)

    def _serve(self) -> None:
        try:
            self._client, _ = self._listener.accept()
        except OSError:
            return  # closed before anybody came
        self._gateway = socket.create_connection((_HOST, self._gateway_port))
        for end in (self._client, self._gateway):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self._guarded, args=[self._replies], daemon=True)
        self._threads.append(back)
        back.start()
        self._guarded(self._requests)

    def _guarded(self, direction: Callable[[], None]) -> None:
        try:
            direction()
        except OSError:
            pass  # an end hung up: so does the other
        except Exception as error:  # noqa: BLE001 - kept whole for the one who waits for the figure
            self.failure = error
        finally:
            for end in (self._client, self._gateway):
                if end is not None:
                    _close(end)

    def _requests(self) -> None:
        assert self._client is not None
        assert self._gateway is not None
        cutter = Cutter(greeted=True)
        while data := self._client.recv(_READ_BYTES):
            at_s = time.perf_counter()
            greeting, frames = cutter.feed(data)
            passed = [frame for frame in frames if self._tap.request(self, frame, at_s)]
            self._gateway.sendall(greeting + b"".join(passed))

    def _replies(self) -> None:
        assert self._gateway is not None
        cutter = Cutter(greeted=False)
        while data := self._gateway.recv(_READ_BYTES):
            at_s = time.perf_counter()
            _, frames = cutter.feed(data)
            for frame in frames:
                self._tap.reply(frame, at_s)
            if frames:
                self.inject(b"".join(frames))


def _close(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # was not connected, or is not any more
    finally:
        end.close()
