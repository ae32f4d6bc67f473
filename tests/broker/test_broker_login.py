"""Getting in, or not."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from daemon.errors import BrokerUnavailable, ClientIdInUse, InvariantBroken, LiveAccount
from strategies.core.commands import FetchSnapshot
from strategies.core.events import Connection, Link, SnapshotMissing

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]


async def test_a_refused_port_is_unavailable_and_says_where(session: StartSession) -> None:
    """Nothing listens: one clear reason, reported once, and retried until the time is up."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        world = session(unused.getsockname()[1])
        with pytest.raises(BrokerUnavailable, match=r"127\.0\.0\.1:\d+ refused the connection"):
            await world.broker.connected(1.0)
    assert [type(event) for event in world.drain()] == [Connection]
    assert world.events[0].link is Link.DOWN


async def test_a_client_id_in_use_fails_at_once(gateway: Start, session: StartSession) -> None:
    """The library would only time out; the refusal itself must be seen, and the id is kept."""
    paper = await gateway()
    first = session(paper.port)
    await first.broker.connected(10)
    second = session(paper.port, connect_timeout_s=3600.0)
    down = await second.until(lambda event: isinstance(event, Connection))
    assert "ib.client_id: 7 is in use" in down.reason
    with pytest.raises(ClientIdInUse):
        await second.broker.connected(0.1)
    await first.broker.stop()
    await second.broker.connected(10)


async def test_a_live_account_ends_the_session_before_any_request(
    hand_made: Start, session: StartSession
) -> None:
    """There is no override: `run` raises and nothing beyond the login was sent."""
    live = await hand_made("U7654321", lambda _request: [])
    world = session(live.port)
    with pytest.raises(LiveAccount, match="U7654321"):
        await world.running
    with pytest.raises(LiveAccount):
        await world.broker.connected(1)
    assert live.requests == ["71"]


async def test_a_silent_gateway_is_unavailable(stack: AsyncExitStack, session: StartSession) -> None:
    """A listener that never speaks must not hold the daemon."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    stack.callback(server.close)
    world = session(server.sockets[0].getsockname()[1], connect_timeout_s=0.2)
    with pytest.raises(BrokerUnavailable, match=r"did not let us in within 0\.2 s"):
        await world.broker.connected(0.6)


async def test_a_request_without_a_connection_is_missing_at_once(session: StartSession) -> None:
    """An unanswered question is an event with its reason, never an empty answer."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        world = session(unused.getsockname()[1])
        events = await world.ask(FetchSnapshot())
    missing = [event for event in events if isinstance(event, SnapshotMissing)]
    assert [event.reason for event in missing] == ["not connected"]


async def test_a_failing_handler_ends_the_run(gateway: Start, session: StartSession) -> None:
    """The library swallows what a handler raises; the adapter must not."""
    paper = await gateway()
    world = session(paper.port)
    await world.broker.connected(10)

    def fail() -> None:
        raise RuntimeError("boom")

    link = world.broker._link
    link.on(link.ib.updateEvent, fail)
    world.broker.execute(FetchSnapshot())
    with pytest.raises(InvariantBroken, match="boom"):
        await world.running
    with pytest.raises(InvariantBroken):
        await world.broker.idle()
