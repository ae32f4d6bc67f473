"""A client that stops reading: ticks for it become the latest ones, nothing else is lost, nobody waits."""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from simulator.hours import new_york_day
from simulator.instruments import Instrument
from simulator.requests import ContractQuery
from simulator.wire import FrameDecoder

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Serve = Callable[..., Awaitable[Any]]

_LINES = 60
_STEPPER, _STOPPED = 1, 2
_TICKS = {"1", "2", "21"}
# The number of the size that comes with a price: bid, ask.
_SIZE_OF = {"1": "0", "2": "3"}


class Stopped:
    """A client whose socket is read only when it is told to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        self.socket.setblocking(False)
        self._port = port
        self._decoder = FrameDecoder()

    async def start(self) -> None:
        """Connect, start the API and read the greeting."""
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, ("127.0.0.1", self._port))
        await loop.sock_sendall(self.socket, b"API\0" + struct.pack(">I", 9) + b"v157..176")
        await self.send(71, 2, _STOPPED, "")
        await self.until("4", "2158")

    async def send(self, *fields: object) -> None:
        """Send one message."""
        payload = "".join(f"{field}\0" for field in fields).encode()
        await asyncio.get_running_loop().sock_sendall(self.socket, struct.pack(">I", len(payload)) + payload)

    async def until(self, message_id: str, *contains: str) -> list[list[str]]:
        """Read up to the first frame of a kind that has all these fields."""
        found: list[list[str]] = []
        while True:
            for frame in iter(self._decoder.next_frame, None):
                found.append(frame)
                if frame[0] == message_id and all(part in frame for part in contains):
                    return found
            data = await asyncio.get_running_loop().sock_recv(self.socket, 1 << 16)
            assert data, "the gateway has hung up"
            self._decoder.feed(data)


@pytest.fixture
async def stopped(paper: Paper) -> AsyncIterator[Stopped]:
    """A started client that reads nothing unless told to."""
    client = Stopped(paper.port)
    await client.start()
    yield client
    client.socket.close()


def _options(paper: Paper) -> list[Instrument]:
    """Return the VIX calls and puts of the second expiry, the cheapest strikes first."""
    today = new_york_day(paper.gateway.now)
    expiry = paper.gateway.market.expiries("VIX", today)[1]
    found = paper.gateway.universe.find(ContractQuery(symbol="VIX", sec_type="OPT"), today)
    same = [item for item in found if item.expiry == expiry]
    return sorted(same, key=lambda item: (item.strike, item.right))[:_LINES]


def _watch(request_id: int, item: Instrument) -> list[object]:
    return [1, 11, request_id, item.con_id, *[""] * 3, 0.0, *[""] * 7, 0, "", 0, 0, ""]


def _order(order_id: int, item: Instrument) -> list[object]:
    """Return a placeOrder that rests far below the market."""
    contract = [item.con_id, "VIX", "OPT", "", 0.0, "", "", "SMART", "", "USD", "", "", "", ""]
    return [3, order_id, *contract, "BUY", 1, "LMT", 0.01, "", "GTC", "", "", "", 0, *[""] * 89]


def _latest(frames: list[list[str]]) -> dict[tuple[str, str], object]:
    """Return what a client knows of each line in the end: prices, sizes, the model's computation."""
    found: dict[tuple[str, str], object] = {}
    for frame in frames:
        if frame[0] == "1":
            found[frame[2], frame[3]] = frame[4]
            found[frame[2], _SIZE_OF.get(frame[3], frame[3])] = frame[5]
        elif frame[0] == "2":
            found[frame[2], frame[3]] = frame[4]
        elif frame[0] == "21" and frame[2] == "13":
            found[frame[1], frame[2]] = frame[4:]
    return found


async def _begin(paper: Paper, stopped: Stopped) -> tuple[Any, list[list[str]]]:
    """Subscribe the same lines for a client that reads and for one that does not; return the reader."""
    reader = await paper.raw()
    await reader.start(_STEPPER)
    seen: list[list[str]] = []
    for _ in range(4):
        seen += await reader.step()
    for number, item in enumerate(_options(paper)):
        reader.send(*_watch(number, item))
        await stopped.send(*_watch(number, item))
    return reader, seen


async def _block(paper: Paper, reader: Any) -> list[list[str]]:  # noqa: ANN401 - the raw client of conftest
    """Step until the other client's connection takes no more; return what the reader got."""
    seen: list[list[str]] = []
    while not paper.gateway.clients.get(_STOPPED).is_blocked:
        seen += await reader.step()
    return seen


async def test_ticks_become_the_latest_and_orders_are_all_told(paper: Paper, stopped: Stopped) -> None:
    """Latest tick per line and field, every order message in its order; and the reader saw all of it live."""
    reader, seen = await _begin(paper, stopped)
    seen += await _block(paper, reader)
    client = paper.gateway.clients.get(_STOPPED)
    waiting = client.waiting_bytes
    items = _options(paper)
    for number in range(20):
        await stopped.send(*_order(number + 1, items[0 if number < 10 else 2]))
        await stopped.send(4, 1, number + 1)
        seen += await reader.step()
    for _ in range(100):
        seen += await reader.step()
    assert client.is_blocked
    news = client.waiting_bytes - waiting
    assert 0 < news < 20 * 4096  # the orders, and not one tick
    await stopped.send(49, 1)
    got = await stopped.until("49")
    await stopped.send(49, 1)  # the first was asked before the latest ticks were sent
    got += await stopped.until("49")
    assert _latest(got) == _latest(seen)
    assert sum(frame[0] in _TICKS for frame in got) < sum(frame[0] in _TICKS for frame in seen)
    told = [(frame[1], frame[2]) for frame in got if frame[0] == "3"]
    assert told == [(str(n + 1), state) for n in range(20) for state in ("Submitted", "Cancelled")]
    assert not client.is_blocked


async def test_the_memory_it_costs_does_not_grow_with_the_market(paper: Paper, stopped: Stopped) -> None:
    """However long the market moves, nothing more waits for a client that only watches."""
    reader, _ = await _begin(paper, stopped)
    await _block(paper, reader)
    client = paper.gateway.clients.get(_STOPPED)
    waiting = client.waiting_bytes
    for _ in range(200):
        await reader.step()
    assert client.is_blocked
    assert client.waiting_bytes == waiting < 1 << 20


async def test_who_leaves_too_much_unread_that_may_not_be_lost_is_closed_loudly(
    paper: Paper, stopped: Stopped, caplog: pytest.LogCaptureFixture
) -> None:
    """Above the bound the connection ends with an error in the log, and its id is free again."""
    caplog.set_level(logging.ERROR)
    client = paper.gateway.clients.get(_STOPPED)
    client.waiting_bytes_max = 1 << 20
    other = await paper.raw()
    await other.start(_STEPPER)
    while paper.gateway.clients.get(_STOPPED) is client:
        await stopped.send(9, 8, 5, 0, "VIX", "OPT", *[""] * 9, 0, "", "", "")
        other.send(17, 1)
        await other.until("15")
    (record,) = [record for record in caplog.records if record.msg.startswith("client does not read: closed")]
    assert record.facts["waiting_bytes"] > record.facts["waiting_bytes_max"]  # type: ignore[attr-defined]
    again = await paper.raw()
    await again.start(_STOPPED)


async def test_a_stepping_client_that_does_not_read_does_not_step_on(paper: Paper) -> None:
    """What the stepping client is sent never depends on how fast it reads: its clock waits for it."""
    client = Stopped(paper.port)
    await client.start()
    for number, item in enumerate(_options(paper)):
        await client.send(*_watch(number, item))
    for _ in range(300):
        await client.send(49, 1)
    other = await paper.raw()
    await other.start(_STEPPER)
    other.send(49, 1)
    held = (await other.until("49"))[-1]
    times: list[str] = []
    while len(times) < 300:
        times += [frame[2] for frame in await client.until("49") if frame[0] == "49"]
    assert times[-1] > held[2]
    assert len(set(times)) == 300
    client.socket.close()
