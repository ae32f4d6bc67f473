"""Connections in memory: bytes arrive in order, after a while, and may be stalled, cut or torn."""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, cast

from soak.dice import Dice
from soak.process import process_of
from soak.virtual_loop import VirtualLoop

_DELAY_MIN_S, _DELAY_MAX_S = 0.0002, 0.003

Tap = Callable[["Line", bytes], bytes | None]
"""Sees what is written on the client's side; returns what goes out, None for all of it."""


class _NoSocket:
    """Stands where a transport shows its socket."""

    def setsockopt(self, *_: object) -> None:
        """There is no kernel to tell."""


class Line(asyncio.Transport):
    """One end of a connection.

    Attributes:
        context: what the protocol's callbacks run in.
        is_client: this end was opened from here.
        owner: the process that opened it.
    """

    def __init__(self, net: "MemoryNetwork", context: Context, *, is_client: bool) -> None:
        super().__init__()
        self.context = context
        self.is_client = is_client
        self.owner = process_of(context)
        self.peer: Line | None = None
        self._net = net
        self._protocol: asyncio.Protocol | None = None
        self._closing = False
        self._ended = False
        self._arrives_at_s = 0.0
        self._inbound: list[tuple[float, bytes | None]] = []

    def begin(self, protocol: asyncio.Protocol) -> None:
        """Hand the connection to its protocol."""
        self._protocol = protocol
        self.context.run(protocol.connection_made, self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send; nothing goes out once closed."""
        if self._closing or self._ended:
            return
        out: bytes | None = bytes(data)
        if self.is_client and self._net.tap is not None:
            changed = self._net.tap(self, bytes(data))
            out = out if changed is None else changed
        if self.peer is not None and out:
            self.peer.arrive(out)

    def write_eof(self) -> None:
        """Close, as the gateway does when its client says so."""
        self.close()

    def can_write_eof(self) -> bool:
        """Yes."""
        return True

    def is_closing(self) -> bool:
        """Whether it was closed from here or is over."""
        return self._closing or self._ended

    def get_write_buffer_size(self) -> int:
        """Everything is taken at once."""
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Everything is taken at once, so there is no limit to set."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as the base
        """Return a socket that takes options and has none."""
        return _NoSocket() if name == "socket" else default

    def close(self) -> None:
        """End in order: what was written arrives, then the peer learns of the end."""
        if self._closing or self._ended:
            return
        self._closing = True
        if self.peer is not None:
            self.peer.arrive(None)
        self._net.loop.call_soon(self.over, None, context=self.context)

    def abort(self) -> None:
        """End at once."""
        self.close()

    def reset(self) -> None:
        """The connection breaks: what is under way is lost, both ends are told."""
        for end in (self, self.peer):
            if end is not None:
                end.break_off()

    def break_off(self) -> None:
        """Drop what is under way to this end, and tell it that the connection broke."""
        self._inbound.clear()
        self._closing = True
        self._net.loop.call_soon(self.over, ConnectionResetError("reset by peer"), context=self.context)

    def vanish(self) -> None:
        """The process of this end is gone; the kernel tells the peer after what was written."""
        self._ended = True
        self._inbound.clear()
        if not self._closing and self.peer is not None:
            self.peer.arrive(None)
        self._closing = True

    def over(self, error: Exception | None) -> None:
        """Tell the protocol once that it has ended."""
        if self._ended:
            return
        self._ended = True
        self._closing = True
        self._net.forget(self)
        if self._protocol is not None:
            self._protocol.connection_lost(error)

    def arrive(self, data: bytes | None) -> None:
        """Take what the peer has sent; None is its end."""
        loop = self._net.loop
        self._arrives_at_s = max(self._arrives_at_s, loop.time() + self._net.delay_s())
        self._inbound.append((self._arrives_at_s, data))
        loop.call_at(self._arrives_at_s, self.deliver, context=self.context)

    def deliver(self) -> None:
        """Hand over what is due; while the way is stalled it waits."""
        loop = self._net.loop
        stalled_until_s = self._net.stalled_until_s(to_client=self.is_client)
        if stalled_until_s > loop.time():
            loop.call_at(stalled_until_s, self.deliver, context=self.context)
            return
        while self._inbound and self._inbound[0][0] <= loop.time() and not self._ended:
            if self._closing:
                self._inbound.clear()
                return
            _, data = self._inbound.pop(0)
            if data is None:
                self.over(None)
            elif self._protocol is not None:
                self._protocol.data_received(data)


class MemoryNetwork:
    """Listeners by address, and the connections between.

    Attributes:
        tap: sees, and may cut short, what clients write.
        refusing: nobody listens.
        lines: the client ends of what is connected.
    """

    def __init__(self, loop: VirtualLoop, dice: Dice, server_context: Context) -> None:
        self.loop = loop
        self.tap: Tap | None = None
        self.refusing = False
        self.lines: list[Line] = []
        self._dice = dice
        self._server_context = server_context
        self._listeners: dict[str, Callable[[], asyncio.Protocol]] = {}
        self._stalls = {True: 0.0, False: 0.0}

    def listen(self, address: str, factory: Callable[[], asyncio.Protocol]) -> None:
        """Answer connections to an address."""
        self._listeners[address] = factory

    async def connect(
        self, factory: Callable[[], asyncio.BaseProtocol], address: str
    ) -> tuple[Line, asyncio.BaseProtocol]:
        """Connect; see `asyncio.loop.create_connection`."""
        await asyncio.sleep(self.delay_s())
        serve = self._listeners.get(address)
        if serve is None or self.refusing:
            raise ConnectionRefusedError(111, "Connection refused")
        client = Line(self, copy_context(), is_client=True)
        server = Line(self, self._server_context.copy(), is_client=False)
        client.peer, server.peer = server, client
        self.lines.append(client)
        protocol = cast("asyncio.Protocol", factory())
        client.begin(protocol)
        server.begin(serve())
        return client, protocol

    def delay_s(self) -> float:
        """Return how long the next bytes are under way."""
        return self._dice.between(_DELAY_MIN_S, _DELAY_MAX_S)

    def stall(self, until_s: float, *, to_client: bool, to_server: bool) -> None:
        """Let nothing through until then; both ends stay open."""
        for to, wanted in ((True, to_client), (False, to_server)):
            if wanted:
                self._stalls[to] = max(self._stalls[to], until_s)

    def stalled_until_s(self, *, to_client: bool) -> float:
        """Return until when a way is stalled."""
        return self._stalls[to_client]

    def forget(self, line: Line) -> None:
        """Drop a connection that is over."""
        for end in (line, line.peer):
            if end in self.lines:
                self.lines.remove(end)

    def heal(self) -> None:
        """Let everything through again."""
        self.refusing = False
        self._stalls = {True: 0.0, False: 0.0}
