"""Connecting: handshake, start of the API, client ids, and clients that misbehave."""

import struct
from typing import Any

import pytest
from ib_insync import IB

Paper = Any  # the gateway of conftest, whose classes cannot be imported


async def test_ib_insync_connects_and_reads_its_whole_start_sequence(paper: Paper) -> None:
    """The unmodified client finishes connectAsync: account, positions, orders and executions all end."""
    ib = await paper.connect(7)
    assert ib.client.serverVersion() == 176
    assert ib.managedAccounts() == ["DU1234567"]
    values = {value.tag: value.value for value in ib.accountValues()}
    assert float(values["NetLiquidation"]) == float(values["TotalCashValue"]) == 1_000_000
    assert ib.positions() == []


async def test_a_client_id_in_use_is_refused_with_326_and_closed(paper: Paper) -> None:
    """The second holder of a client id gets 326 and is closed; the first is not disturbed."""
    first = await paper.connect(7)
    second = await paper.raw()
    await second.hello()
    second.send(71, 2, 7, "")
    assert (await second.until("4", "326"))[-1][2:4] == ["-1", "326"]
    assert await second.at_end()
    assert await first.reqCurrentTimeAsync()


@pytest.mark.parametrize("versions", [b"v100..157", b"v177..200", b"hello"])
async def test_a_client_that_cannot_speak_176_is_told_and_closed(paper: Paper, versions: bytes) -> None:
    """No version is guessed: the client hears which one is spoken here, then the connection ends."""
    client = await paper.raw()
    answer = await client.hello(versions)
    assert answer[0] == "4"
    assert await client.at_end()


async def test_requests_before_the_start_of_the_api_are_refused(paper: Paper) -> None:
    """Only startApi may come first."""
    client = await paper.raw()
    await client.hello()
    client.send(49, 1)
    assert "startApi" in (await client.read())[4]
    assert await client.at_end()


@pytest.mark.parametrize(
    ("message", "request_id"),
    [((100, 12, "x"), "12"), ((10, 5, 31), "31"), ((4711, "a"), "-1"), (("abc",), "-1")],
)
async def test_an_unknown_request_is_answered_with_an_error(
    paper: Paper, message: tuple[object, ...], request_id: str
) -> None:
    """What is not served is said so under the request's own id, and the client stays."""
    client = await paper.raw()
    await client.start()
    client.send(*message)
    answer = await client.read()
    assert answer[0] == "4"
    assert answer[2] == request_id
    assert await client.step()


async def test_a_malformed_field_is_named(paper: Paper) -> None:
    """The error of a bad field gives its name and value."""
    client = await paper.raw()
    await client.start()
    client.send(2, 2, "seven")
    assert "'reqId' is 'seven'" in (await client.read())[4]


async def test_garbage_closes_only_the_client_that_sent_it(paper: Paper) -> None:
    """A broken frame ends its own connection with a reason; the others are served on."""
    good: IB = await paper.connect(1)
    bad = await paper.raw()
    await bad.start(2)
    bad.writer.write(struct.pack(">I", 0xFFFFFFFF) + b"garbage")
    assert "frame length" in (await bad.read())[4]
    assert await bad.at_end()
    assert await good.reqCurrentTimeAsync()


async def test_the_conversation_does_not_depend_on_how_requests_are_split(paper: Paper) -> None:
    """A request that arrives byte by byte is served like any other."""
    client = await paper.raw()
    await client.start()
    payload = b"17\x001\x00"
    for byte in struct.pack(">I", len(payload)) + payload:
        client.writer.write(bytes([byte]))
        await client.writer.drain()
    assert await client.read() == ["15", "1", "DU1234567"]


async def test_an_account_summary_is_answered_with_its_end(paper: Paper) -> None:
    """The summary has the tags asked for; ib_insync asks for all that it knows."""
    ib = await paper.connect(7)
    summary = {row.tag: row.value for row in await ib.accountSummaryAsync()}
    assert {"NetLiquidation", "AvailableFunds", "BuyingPower"} <= summary.keys()
