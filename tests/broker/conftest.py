"""Real gateways (processes), hand-made ones (sockets), and brokers that run against them."""

import asyncio
import json
import signal
import struct
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from daemon.broker.ib.adapter import IbBroker
from daemon.broker.port import BrokerSettings
from strategies.core.commands import AnyCommand, Intent
from strategies.core.events import AnyEvent

HOST = "127.0.0.1"


class GatewayProcess:
    """The paper gateway in a process of its own."""

    def __init__(self) -> None:
        self.port = 0
        self.now = datetime.min.replace(tzinfo=UTC)
        self._options: tuple[str, ...] = ()
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *options: str) -> None:
        """Start, on the port of last time if there was one, and wait until it listens."""
        self._options = options or self._options
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "simulator", "--regime", "shock", "--sessions", "3"),
            *("--clock", "stepped", "--port", str(self.port), *self._options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout
        line = json.loads(await self._process.stdout.readline())
        self.port = int(line["listening"].rpartition(":")[2])
        self.now = datetime.fromisoformat(line["now"])

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process, if it still runs, and wait for its end."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(how)
        if self._process:
            await self._process.communicate()


class Session:
    """A running broker, with the time of its world and everything that it has drained."""

    def __init__(self, broker: IbBroker, running: asyncio.Task[None], now: datetime) -> None:
        self.broker = broker
        self.running = running
        self.now = now
        self.events: list[AnyEvent] = []

    def drain(self) -> list[AnyEvent]:
        """Drain everything, and keep it."""
        drained = self.broker.drain(self.now, quotes=True)
        self.events += drained
        return drained

    async def ask(self, *commands: AnyCommand) -> list[AnyEvent]:
        """Execute, wait until nothing is under way, drain."""
        for command in commands:
            self.broker.execute(command)
        await self.broker.idle()
        return self.drain()

    async def step_to(self, hour: int, minute: int) -> list[AnyEvent]:
        """Step the gateway up to a time of day (UTC) and return what was drained on the way."""
        drained: list[AnyEvent] = []
        while (self.now.hour, self.now.minute) < (hour, minute):
            self.now = await self.broker.step_time()
            drained += self.drain()
        return drained

    async def until(self, wanted: Callable[[AnyEvent], bool]) -> AnyEvent:
        """Return the first event, drained already or still to come, that is wanted."""
        seen = 0
        while True:
            for event in self.events[seen:]:
                if wanted(event):
                    return event
            seen = len(self.events)
            await asyncio.wait_for(self.broker.pending.wait(), 20)
            self.drain()


Answer = Callable[[list[str]], Sequence[Sequence[object]]]


class HandMadeGateway:
    """A few lines of the wire protocol, enough for a fault that the paper gateway does not have.

    Args:
        accounts: what it says it manages.
        answer: the messages with which a request (its fields) is answered, beyond the login.

    Attributes:
        clients: connections that are open.
        clients_most: how many have been open at once.
    """

    def __init__(self, accounts: str, answer: Answer) -> None:
        self.port = 0
        self.requests: list[str] = []
        self.tells_time = True
        self.clients = self.clients_most = 0
        self._accounts = accounts
        self._answer = answer

    async def serve(self) -> asyncio.Server:
        """Listen on a free port."""
        server = await asyncio.start_server(self._client, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients += 1
        self.clients_most = max(self.clients, self.clients_most)
        try:
            await reader.readexactly(4)
            await _read_frame(reader)
            _write(writer, 176, "20260105 09:30:00 UTC")
            while True:
                fields = (await _read_frame(reader)).split("\0")
                self.requests.append(fields[0])
                for message in self._login(fields[0]) + list(self._answer(fields)):
                    _write(writer, *message)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.clients -= 1
            writer.close()

    def _login(self, request: str) -> list[Sequence[object]]:
        if request == "71":
            return [(15, 1, self._accounts), (9, 1, 1)]
        if request == "49" and self.tells_time:
            return [(49, 1, int(time.time()))]
        return [(53, 1)] if request == "5" else []


async def _read_frame(reader: asyncio.StreamReader) -> str:
    (length,) = struct.unpack(">I", await reader.readexactly(4))
    return (await reader.readexactly(length)).decode()


def _write(writer: asyncio.StreamWriter, *fields: object) -> None:
    payload = "".join(f"{field}\0" for field in fields).encode()
    writer.write(struct.pack(">I", len(payload)) + payload)


Gateways = Callable[..., Awaitable[GatewayProcess]]
HandMade = Callable[[str, Answer], Awaitable[HandMadeGateway]]
Brokers = Callable[..., Session]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Ends what the test started, last first."""
    async with AsyncExitStack() as started:
        yield started


@pytest.fixture
def gateway(stack: AsyncExitStack) -> Gateways:
    """Start a paper gateway with further options."""

    async def start(*options: str) -> GatewayProcess:
        process = GatewayProcess()
        stack.push_async_callback(process.end)
        await process.start(*options)
        return process

    return start


@pytest.fixture
def hand_made(stack: AsyncExitStack) -> HandMade:
    """Start a hand-made gateway."""

    async def start(accounts: str, answer: Answer) -> HandMadeGateway:
        made = HandMadeGateway(accounts, answer)
        server = await made.serve()
        stack.callback(server.close)
        return made

    return start


@pytest.fixture
def session(stack: AsyncExitStack) -> Brokers:
    """Start a broker against a port; keywords change its settings."""

    def start(
        port: int,
        now: datetime | None = None,
        *,
        veto: Callable[[Intent], str] = lambda _: "",
        order_id_floor: int = 0,
        **changes: object,
    ) -> Session:
        fields: dict[str, object] = {
            "host": HOST,
            "port": port,
            "client_id": 7,
            "order_ref_prefix": "test-",
            "connect_timeout_s": 10.0,
            "request_timeout_s": 10.0,
            "reconnect_delay_min_s": 0.02,
            "reconnect_delay_max_s": 0.1,
            "play": True,
        }
        settings = BrokerSettings(**(fields | changes))  # type: ignore[arg-type]
        world: list[Session] = []
        broker = IbBroker(settings, lambda: world[0].now, veto, lambda: order_id_floor)
        running = asyncio.ensure_future(broker.run())
        world.append(Session(broker, running, now or datetime(2026, 1, 5, 13, 45, tzinfo=UTC)))

        async def end() -> None:
            await broker.stop()
            await asyncio.gather(running, return_exceptions=True)

        stack.push_async_callback(end)
        return world[0]

    return start
