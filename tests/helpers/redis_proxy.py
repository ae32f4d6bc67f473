"""A proxy in front of a real Redis that applies a write and then withholds the reply.

Loaded by conftest files of the rooms that need it, for example `tests/store/conftest.py`.
"""

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

Request = list[bytes]


class RedisProxy:
    """Listens on a Unix socket and speaks for the server behind it, one request after the other.

    Args:
        listen: where to listen.
        upstream: the real server's Unix socket.
    """

    def __init__(self, *, listen: Path, upstream: Path) -> None:
        self._listen = listen
        self._upstream = upstream
        self._withheld_append: int | None = None
        self._withheld_parts: tuple[bytes, ...] = ()
        self._applied = True
        self._then: Literal["hang_up", "silence"] = "hang_up"
        self._tasks: set[asyncio.Task[None]] = set()
        self.appends = 0
        """How many appends the server has executed."""
        self.withheld = asyncio.Event()
        """Set when a reply was withheld: the append is applied by then."""

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"unix://{self._listen}"

    def withhold_reply(self, nth: int, then: Literal["hang_up", "silence"] = "hang_up") -> None:
        """Apply the nth append from now on (1 is the next one) but keep its reply.

        Args:
            nth: which append.
            then: close the connection, or leave it open and say nothing more on it.
        """
        self._withheld_append = self.appends + nth
        self._withheld_parts, self._applied = (), True
        self._then = then
        self.withheld.clear()

    def withhold_reply_to(
        self, *parts: bytes, then: Literal["hang_up", "silence"] = "hang_up", applied: bool = True
    ) -> None:
        """Apply the next append with a record line that holds all of `parts`, but keep its reply.

        Args:
            *parts: what the line holds, such as `b'"kind":"fill"'`.
            then: as for `withhold_reply`.
            applied: False keeps the append itself from the server, too.
        """
        self._applied = applied
        self._withheld_append = None
        self._withheld_parts = parts
        self._then = then
        self.withheld.clear()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._accept, self._listen)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._upstream)
        try:
            while True:
                request, raw = await _read_request(reader)
                kept = not self._applied and _has_line(request, self._withheld_parts)
                reply = b""
                if not kept:
                    server_writer.write(raw)
                    reply = await _read_reply(server_reader)
                if kept or self._is_withheld(request, reply):
                    self._withheld_parts, self._applied = (), True
                    self.withheld.set()
                    if self._then == "silence":
                        await asyncio.Event().wait()
                    return
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # one of the two has gone; so do we
        finally:
            server_writer.close()
            writer.close()
            with contextlib.suppress(ConnectionError):
                await asyncio.gather(server_writer.wait_closed(), writer.wait_closed())

    def _is_withheld(self, request: Request, reply: bytes) -> bool:
        """Count appends: a script on the journal and its fence, which the server knew."""
        is_append = (
            request[0] in (b"EVALSHA", b"EVAL") and request[2] == b"2" and request[3].endswith(b"journal")
        )
        if not is_append or reply.startswith(b"-NOSCRIPT"):
            return False
        self.appends += 1
        if _has_line(request, self._withheld_parts):
            self._withheld_append, self._withheld_parts = self.appends, ()
        return self.appends == self._withheld_append


def _has_line(request: Request, parts: tuple[bytes, ...]) -> bool:
    """Whether one line of an append's words holds every part; no parts are no line."""
    lines = (line for word in request for line in word.split(b"\n"))
    return bool(parts) and any(all(part in line for part in parts) for line in lines)


async def _read_request(reader: asyncio.StreamReader) -> tuple[Request, bytes]:
    """Read one array of bulk strings, and its bytes."""
    raw = await reader.readuntil(b"\r\n")
    words = []
    for _ in range(int(raw[1:])):
        header = await reader.readuntil(b"\r\n")
        body = await reader.readexactly(int(header[1:]) + 2)
        raw += header + body
        words.append(body[:-2])
    return words, raw


async def _read_reply(reader: asyncio.StreamReader) -> bytes:
    """Read one RESP2 reply as bytes."""
    header = await reader.readuntil(b"\r\n")
    size = int(header[1:]) if header[:1] in b"$*" else -1
    if header[:1] == b"$" and size >= 0:
        return header + await reader.readexactly(size + 2)
    if header[:1] == b"*":
        return header + b"".join([await _read_reply(reader) for _ in range(max(size, 0))])
    return header
