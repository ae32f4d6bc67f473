"""The TCP server around a gateway, and the timer of running clocks."""

import asyncio
from types import TracebackType
from typing import Self

from simulator.clock import RunningClock
from simulator.gateway import Gateway
from simulator.session import Session

_BEAT_S = 1.0


class Server:
    """Serves a gateway on a port while the `async with` block runs.

    Args:
        gateway: what is served.
        host: address to listen on.
        port: 0 takes any free port.
    """

    def __init__(self, gateway: Gateway, host: str = "127.0.0.1", port: int = 0) -> None:
        self._gateway = gateway
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._timer: asyncio.Task[None] | None = None
        self._sessions: list[Session] = []

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, self._host, self._port)
        speed = self._gateway.settings.clock.speed
        if speed is not None:
            self._timer = loop.create_task(self._beat(RunningClock(self._gateway.now, speed)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)
        self._server.close()
        for session in self._sessions:
            session.close()
        await self._server.wait_closed()

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until told to stop; raises what a running clock's play raised."""
        waiting: list[asyncio.Task[object]] = [asyncio.get_running_loop().create_task(stop.wait())]
        if self._timer is not None:
            waiting.append(self._timer)
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        waiting[0].cancel()
        for task in done:
            task.result()

    def _accept(self) -> Session:
        session = Session(self._gateway)
        self._sessions = [s for s in self._sessions if not s.is_over]
        self._sessions.append(session)
        return session

    async def _beat(self, clock: RunningClock) -> None:
        while True:
            await asyncio.sleep(_BEAT_S)
            self._gateway.run_to(clock.now())
            self._gateway.keep()
            self._gateway.clients.flush()
