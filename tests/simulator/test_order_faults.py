"""What goes wrong with orders, cancels, fills and connections, seen through the real ib_insync."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ib_insync import IB, Contract, LimitOrder, MarketOrder, Ticker

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
Serve = Callable[..., Awaitable[Any]]
FindCall = Callable[[Any, float], Awaitable[Contract]]
Open = Callable[..., Awaitable[tuple[Any, Any, Contract, Ticker]]]


@pytest.fixture
def trading(serve: Serve, steps: Steps, vix_call: FindCall) -> Open:
    """Start a gateway with faults and return it with a client at 09:30, a VIX call and its ticker."""

    async def start(*faults: str) -> tuple[Any, Any, Contract, Ticker]:
        paper = await serve(faults=faults)
        ib = await paper.connect()
        call = await vix_call(ib, 15.0)
        ticker = ib.reqMktData(call)
        await steps(ib, 4)
        return paper, ib, call, ticker

    return start


def _codes(ib: Any) -> list[tuple[int, int]]:  # noqa: ANN401 - ib_insync's IB has no annotations
    found: list[tuple[int, int]] = []
    ib.errorEvent += lambda request, code, *_: found.append((request, code))
    return found


def _frames(ib: Any) -> list[list[str]]:  # noqa: ANN401 - ib_insync's IB has no annotations
    frames: list[list[str]] = []
    decode = ib.client.decoder.interpret

    def record(fields: list[str]) -> None:
        frames.append(list(fields))
        decode(fields)

    ib.client.decoder.interpret = record
    return frames


async def _until_gone(ib: Any) -> None:  # noqa: ANN401 - ib_insync's IB has no annotations
    if ib.isConnected():
        await ib.disconnectedEvent


@pytest.mark.parametrize(
    ("fault", "is_worked"),
    [("close_before_order", False), ("close_before_ack", True), ("close_after_ack", True)],
)
async def test_a_connection_closes_around_an_order(trading: Open, fault: str, is_worked: bool) -> None:  # noqa: FBT001 - a case
    """Before it is taken, before it is acknowledged, after: only the reconnect shows what became of it."""
    paper, ib, call, ticker = await trading(fault)
    trade = ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY", orderRef="x"))
    await _until_gone(ib)
    # On a disconnect ib_insync forgets its trades; the one that is held shows the last it heard.
    assert (trade.orderStatus.status == "Filled") == (fault == "close_after_ack")
    again = await paper.connect()
    assert [fill.execution.orderRef for fill in again.fills()] == (["x"] if is_worked else [])


@pytest.mark.parametrize(("fault", "order"), [("reject_before", ["4", "3"]), ("reject_after", ["3", "4"])])
async def test_a_rejection_comes_before_or_after_its_status(
    trading: Open, steps: Steps, fault: str, order: list[str]
) -> None:
    """201 and Inactive in either order; the order is never worked."""
    paper, ib, call, ticker = await trading(fault)
    frames = _frames(ib)
    ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY"))
    await steps(ib, 1)
    assert [fields[0] for fields in frames if fields[0] in {"3", "4"}] == order
    assert paper.gateway.booking.executions == []


async def test_an_inactive_order_comes_back_to_life(trading: Open, steps: Steps) -> None:
    """Told as Inactive, at the next instant as Submitted: it was live all the time."""
    _paper, ib, call, _ticker = await trading("inactive_live")
    trade = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    frames = _frames(ib)
    await steps(ib, 1)
    assert [fields[2] for fields in frames if fields[0] == "3"] == ["Submitted", "Inactive", "Submitted"]
    assert trade.orderStatus.status == "Submitted"


@pytest.mark.parametrize(("fault", "code"), [("duplicate_id", 103), ("read_only", 321)])
async def test_an_order_is_refused_without_cause(trading: Open, steps: Steps, fault: str, code: int) -> None:
    """The Nth order gets 103 or 321 and is not worked; the one before it is."""
    paper, ib, call, _ticker = await trading(f"{fault}@2")
    codes = _codes(ib)
    good = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    bad = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    await steps(ib, 1)
    assert codes == [(bad.order.orderId, code)]
    assert [order.ticket.order_id for order in paper.gateway.exchange.working()] == [good.order.orderId]


async def test_pacing_errors_end_the_connection(trading: Open) -> None:
    """Three times 100, then the end, and the order is lost."""
    paper, ib, call, _ticker = await trading("pacing")
    codes = _codes(ib)
    ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    await _until_gone(ib)
    assert [code for _, code in codes][:3] == [100] * 3
    assert paper.gateway.exchange.orders == {}


async def test_another_client_cancels(trading: Open, steps: Steps) -> None:
    """The orderStatus carries the other client's id; the order is gone."""
    paper, ib, call, _ticker = await trading("foreign_cancel")
    ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    frames = _frames(ib)
    await steps(ib, 1)
    assert [fields[9] for fields in frames if fields[0] == "3"][-1] == "999"
    assert paper.gateway.exchange.working() == []


async def test_cancels_are_lost_unknown_or_too_late(trading: Open, steps: Steps) -> None:
    """The first is never answered, the second not found, the third meets a fill."""
    paper, ib, call, _ticker = await trading("drop_cancel@1", "unknown_cancel@2", "fill_on_cancel@1")
    codes = _codes(ib)
    order = LimitOrder("BUY", 1, 0.01, tif="DAY")
    ib.placeOrder(call, order)
    for _ in range(3):
        ib.client.cancelOrder(order.orderId)
        await steps(ib, 1)
    assert [code for _, code in codes] == [10147, 10148]
    (executed,) = paper.gateway.booking.executions
    assert executed.price == 0.01


async def test_executions_are_repeated_corrected_and_late(trading: Open, steps: Steps) -> None:
    """Each fill its own fault; the account is right whatever was told."""
    paper, ib, call, _ticker = await trading(
        "duplicate_exec@1", "correction@2", "commission_before_exec@3", "no_commission@4", "unpushed_fill@5"
    )
    frames = _frames(ib)
    told = []
    for _ in range(5):
        frames.clear()
        ib.placeOrder(call, MarketOrder("BUY", 1, tif="DAY"))
        await steps(ib, 1)
        told.append([fields[0] for fields in frames if fields[0] in {"11", "59"}])
        ids = [fields[14] for fields in frames if fields[0] == "11"]
        if len(told) == 1:
            assert ids[0] == ids[1]
        if len(told) == 2:
            assert [text[-2:] for text in ids] == ["01", "02"]
    assert told == [["11", "59", "11"], ["11", "59", "11"], ["59", "11"], ["11"], []]
    assert paper.gateway.account.positions[call.conId].quantity == 5
    assert len({f.execution.execId[:-3] for f in await ib.reqExecutionsAsync()}) == 5


async def test_a_zone_that_nobody_knows_loses_the_fill_in_ib_insync(trading: Open, steps: Steps) -> None:
    """The execution's time is in Central European Standard Time; a request for executions has it right."""
    _paper, ib, call, _ticker = await trading("exec_zone")
    trade = ib.placeOrder(call, MarketOrder("BUY", 1, tif="DAY"))
    await steps(ib, 1)
    assert (trade.orderStatus.status, trade.fills) == ("Filled", [])
    (fill,) = await ib.reqExecutionsAsync()
    assert fill.execution.shares == 1


async def test_a_rolled_back_gateway_gives_old_ids_again(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """After the second start ids begin at 1 and are taken for new orders."""
    paper = await serve(faults=("id_rollback@2",))
    ib = await paper.connect()
    call = await vix_call(ib, 15.0)
    ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    await steps(ib, 1)
    ib.disconnect()
    raw = await paper.raw()
    await raw.start()
    assert paper.gateway.desk.next_order_id(7) == 1


async def test_a_start_is_refused_or_never_answered(serve: Serve) -> None:
    """326 though the id is free, silence though the greeting came; the third start works."""
    paper = await serve(faults=("id_in_use@1", "silent_start@2"))
    refused = await paper.raw()
    await refused.hello()
    refused.send(71, 2, 7, "")
    assert (await refused.until("4", "326"))[-1][3] == "326"
    assert await refused.at_end()
    silent: Any = IB()  # type: ignore[no-untyped-call]
    with pytest.raises(asyncio.TimeoutError):
        await silent.connectAsync("127.0.0.1", paper.port, clientId=7, timeout=0.3)
    assert (await paper.connect()).isConnected()
