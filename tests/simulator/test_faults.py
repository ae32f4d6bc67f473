"""Each fault of the catalogue does what it says, to the order or request it names and to no other."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ib_insync import Contract, LimitOrder, Ticker

from simulator.faults import CATALOGUE, FaultError, Faults

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
Serve = Callable[..., Awaitable[Any]]
FindCall = Callable[[Any, float], Awaitable[Contract]]
Trading = tuple[Any, Contract, Ticker]  # the client is ib_insync's IB, which has no annotations


async def _at_the_open(paper: Paper, steps: Steps, vix_call: FindCall) -> Trading:
    ib = await paper.connect()
    call = await vix_call(ib, 15.0)
    ticker = ib.reqMktData(call)
    await steps(ib, 4)
    return ib, call, ticker


async def test_hold_ack_works_the_order_but_tells_its_client_only_after_a_reconnect(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """The client sees nothing, in no list; a new connection finds the order completed and its execution."""
    paper = await serve(faults=("hold_ack@2",))
    ib, call, ticker = await _at_the_open(paper, steps, vix_call)
    first = ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY", orderRef="first"))
    held = ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY", orderRef="held"))
    await steps(ib, 2)
    assert first.orderStatus.status == "Filled"
    assert held.orderStatus.status == "PendingSubmit"
    assert [f.execution.orderRef for f in await ib.reqExecutionsAsync()] == ["first"]
    ib.disconnect()
    again = await paper.connect()
    assert [f.execution.orderRef for f in again.fills()] == ["first", "held"]


async def test_drop_order_never_answers_and_gives_the_id_out_again(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """The order is in the gateway's record and nowhere else; after a reconnect its id is free."""
    paper = await serve(faults=("drop_order",))
    ib, call, ticker = await _at_the_open(paper, steps, vix_call)
    lost = ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY", orderRef="lost"))
    await steps(ib, 3)
    assert lost.orderStatus.status == "PendingSubmit"
    ib.disconnect()
    again = await paper.connect()
    assert (again.openTrades(), again.fills(), again.positions()) == ([], [], [])
    assert paper.gateway.desk.next_order_id(7) == 1
    places = [
        line for line in map(json.loads, paper.ledger.read_text().splitlines()) if line["kind"] == "place"
    ]
    assert [line["order_ref"] for line in places] == ["lost"]


async def test_half_fill_leaves_the_rest_until_the_client_is_back(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """Half, rounded up, fills; the rest stands whatever the price, and fills an instant after a reconnect."""
    paper = await serve(faults=("half_fill",))
    ib, call, ticker = await _at_the_open(paper, steps, vix_call)
    trade = ib.placeOrder(call, LimitOrder("BUY", 5, round(ticker.ask + 1, 2), tif="DAY"))
    await steps(ib, 50)
    assert (trade.orderStatus.status, trade.filled(), trade.remaining()) == ("Submitted", 3, 2)
    ib.disconnect()
    again = await paper.connect()
    (open_trade,) = again.openTrades()
    await steps(again, 1)
    assert open_trade.orderStatus.status == "Filled"


async def test_half_fill_ends_with_the_day(serve: Serve, steps: Steps, vix_call: FindCall) -> None:
    """A GTC order fills its rest in the next session."""
    paper = await serve(faults=("half_fill",))
    ib, call, _ticker = await _at_the_open(paper, steps, vix_call)
    trade = ib.placeOrder(call, LimitOrder("BUY", 4, 9.0, tif="GTC"))
    await steps(ib, 408)
    assert trade.filled() == 2
    await steps(ib, 5)
    assert trade.orderStatus.status == "Filled"


async def test_no_fill_leaves_an_order_in_the_book_until_it_is_cancelled(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """Nothing fills whatever the price; a cancel ends it as it ends any other, and the next order fills."""
    paper = await serve(faults=("no_fill",))
    ib, call, ticker = await _at_the_open(paper, steps, vix_call)
    price = round(ticker.ask + 1, 2)
    trade = ib.placeOrder(call, LimitOrder("BUY", 5, price, tif="DAY"))
    await steps(ib, 20)
    assert (trade.orderStatus.status, trade.filled()) == ("Submitted", 0)
    ib.cancelOrder(trade.order)
    after = ib.placeOrder(call, LimitOrder("BUY", 5, price, tif="DAY"))
    await steps(ib, 1)
    assert (trade.orderStatus.status, after.orderStatus.status) == ("Cancelled", "Filled")


async def test_no_end_executions_leaves_the_request_open(serve: Serve) -> None:
    """The first request for executions is never ended; the next one is."""
    paper = await serve(faults=("no_end_executions",))
    client = await paper.raw()
    await client.start()
    for request_id in (1, 2):
        client.send(7, 3, request_id, 0, "", "", "", "", "", "")
    assert await client.read() == ["55", "1", "2"]


async def test_a_request_for_positions_is_left_unanswered_and_nothing_else(serve: Serve) -> None:
    """The first is met with silence, the time is told as ever, and the second request brings the end."""
    paper = await serve(faults=("silent_positions",))
    client = await paper.raw()
    await client.start()
    client.send(61, 1)
    client.send(49, 1)
    assert (await client.read())[0] == "49"
    client.send(61, 1)
    assert await client.read() == ["62", "1"]


@pytest.mark.parametrize("wanted", ["unheard_of", "hold_ack@0", "hold_ack@x"])
def test_an_unknown_fault_is_refused_with_the_catalogue(wanted: str) -> None:
    """A misspelt fault must not play a faultless game."""
    with pytest.raises(FaultError, match="--fault"):
        Faults([wanted])


def test_every_fault_names_its_source() -> None:
    """Each fault says what it does and who met it."""
    assert all(fault.what and fault.source for fault in CATALOGUE.values())
