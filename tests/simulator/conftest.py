"""Gateways on real sockets, and the real ib_insync and a bare socket as their clients."""

import asyncio
import itertools
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ib_insync import IB, Contract, Option

from simulator.clients import Client
from simulator.clock import parse_mode
from simulator.faults import Faults
from simulator.gateway import Gateway, Settings
from simulator.handlers import serve as dispatch
from simulator.ledger import Ledger
from simulator.market.sources import generate
from simulator.server import Server
from simulator.switches import Switches
from simulator.wire import FrameDecoder

START = date(2026, 1, 5)


class Paper:
    """A served gateway and a way to connect to it."""

    def __init__(self, gateway: Gateway, port: int, ledger: Path, stack: AsyncExitStack) -> None:
        self.gateway = gateway
        self.port = port
        self.ledger = ledger
        self._stack = stack

    async def connect(self, client_id: int = 7) -> Any:  # noqa: ANN401 - ib_insync's IB has no annotations
        """Connect the real ib_insync with its full start sequence, unthrottled."""
        ib: Any = IB()  # type: ignore[no-untyped-call]
        ib.client.MaxRequests = 0
        await ib.connectAsync("127.0.0.1", self.port, clientId=client_id, timeout=10)
        self._stack.callback(ib.disconnect)
        return ib

    async def raw(self) -> "RawClient":
        """Open a bare TCP connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        client = RawClient(reader, writer)
        self._stack.push_async_callback(client.close)
        return client


class RawClient:
    """A client that reads and writes frames itself and records every byte it is sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.received = b""

    def send(self, *fields: object) -> None:
        """Send one message."""
        payload = "".join(f"{field}\0" for field in fields).encode()
        self.writer.write(struct.pack(">I", len(payload)) + payload)

    async def hello(self, versions: bytes = b"v157..176") -> list[str]:
        """Shake hands and return the answer."""
        self.writer.write(b"API\0" + struct.pack(">I", len(versions)) + versions)
        return await self.read()

    async def start(self, client_id: int = 7) -> None:
        """Shake hands, start the API and read up to the last greeting."""
        await self.hello()
        self.send(71, 2, client_id, "")
        await self.until("4", "2158")

    async def read(self) -> list[str]:
        """Return the fields of the next frame."""
        head = await self._reader.readexactly(4)
        body = await self._reader.readexactly(struct.unpack(">I", head)[0])
        self.received += head + body
        return body.decode().removesuffix("\0").split("\0")

    async def until(self, message_id: str, *contains: str) -> list[list[str]]:
        """Return the frames up to the first of a kind that has all these fields."""
        frames = []
        while True:
            frames.append(await self.read())
            if frames[-1][0] == message_id and all(part in frames[-1] for part in contains):
                return frames

    async def step(self) -> list[list[str]]:
        """Ask the time and return everything up to the answer."""
        self.send(49, 1)
        return await self.until("49")

    async def at_end(self) -> bool:
        """Whether the gateway has closed the connection."""
        return await self._reader.read(1) == b""

    async def close(self) -> None:
        """Close the connection."""
        self.writer.close()


Start = Callable[..., Awaitable[Paper]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Start]:
    """A coroutine that starts a gateway with chosen sessions, seed, faults and cash."""
    numbers = itertools.count()
    async with AsyncExitStack() as stack:

        async def start(
            *,
            sessions: int = 2,
            seed: int = 1,
            faults: tuple[str, ...] = (),
            cash: int = 1_000_000,
            switches: Switches | None = None,
        ) -> Paper:
            ledger = tmp_path / f"ledger-{next(numbers)}.jsonl"
            settings = Settings(
                account="DU1234567",
                cash=Decimal(cash),
                seed=seed,
                clock=parse_mode("stepped"),
                switches=switches or Switches(),
            )
            gateway = Gateway(
                settings,
                generate("shock", START, sessions, seed),
                stack.enter_context(Ledger(ledger)),
                Faults(faults),
            )
            server = await stack.enter_async_context(Server(gateway))
            return Paper(gateway, server.port, ledger, stack)

        yield start


@pytest.fixture
async def paper(serve: Start) -> Paper:
    """A stepped gateway with two generated sessions, standing at 08:45 of the first."""
    return await serve()


class Inside:
    """A client of a gateway in the same process: requests go in as fields, answers come out as fields."""

    def __init__(self, gateway: Gateway, client_id: int) -> None:
        self.gateway = gateway
        self._decoder = FrameDecoder()
        self._client = Client(client_id=client_id, write=self._decoder.feed, hang_up=self._gone)
        gateway.attach(self._client)
        self.read()

    def ask(self, *fields: object) -> list[list[str]]:
        """Send one request and return what it was answered."""
        dispatch(self.gateway, self._client, [str(field) for field in fields])
        return self.read()

    def read(self) -> list[list[str]]:
        """Return all frames sent since the last reading."""
        self._client.flush()
        return list(iter(self._decoder.next_frame, None))

    def _gone(self) -> None:
        raise AssertionError("the gateway has hung up")


@pytest.fixture
def inside() -> Iterator[Callable[..., Inside]]:
    """Make a gateway with a client of it, without sockets: for properties over many examples."""
    stack = ExitStack()

    def make(*, seed: int = 1, sessions: int = 2, client_id: int = 7, ledger: Path | None = None) -> Inside:
        settings = Settings(
            account="DU1234567", cash=Decimal(1_000_000), seed=seed, clock=parse_mode("stepped")
        )
        market = generate("shock", START, sessions, seed)
        record = stack.enter_context(Ledger(ledger))
        return Inside(Gateway(settings, market, record, Faults()), client_id)

    with stack:
        yield make


@pytest.fixture(scope="session")
def foreign_python(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Make an environment of its own for a client library and return its Python; skip where that fails."""
    made: dict[str, Path] = {}

    def make(package: str) -> Path:
        if package not in made:
            home = tmp_path_factory.mktemp("environment") / package.partition("=")[0]
            python = home / "bin" / "python"
            install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
            try:
                subprocess.run([sys.executable, "-m", "venv", home], check=True, timeout=120)
                subprocess.run(install, check=True, timeout=180, capture_output=True)
            except (subprocess.SubprocessError, OSError) as error:
                pytest.skip(f"{package} cannot be installed in an environment of its own: {error}")
            made[package] = python
        return made[package]

    return make


@pytest.fixture
def steps() -> Callable[[IB, int], Awaitable[None]]:
    """Step a gateway's clock a number of times through ib_insync."""

    async def step(ib: IB, count: int) -> None:
        for _ in range(count):
            await ib.reqCurrentTimeAsync()

    return step


@pytest.fixture
def vix_call() -> Callable[[IB, float], Awaitable[Contract]]:
    """Qualify the VIX call of the second listed expiry at a strike."""

    async def find(ib: IB, strike: float) -> Contract:
        chain = (await ib.reqSecDefOptParamsAsync("VIX", "", "IND", 13455763))[0]
        (found,) = await ib.qualifyContractsAsync(
            Option("VIX", chain.expirations[1], strike, "C", "SMART", tradingClass="VIX")
        )
        return found

    return find
