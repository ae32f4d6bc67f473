"""Stops, dates, groups, brackets, whatIf and hand-made orders, through the real ib_insync."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ib_insync import Contract, LimitOrder, StopLimitOrder, StopOrder, Ticker

from simulator.switches import Switches

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
Serve = Callable[..., Awaitable[Any]]
FindCall = Callable[[Any, float], Awaitable[Contract]]
Trading = tuple[Any, Contract, Ticker]  # the client is ib_insync's IB, which has no annotations


async def _open_market(paper: Paper, steps: Steps, vix_call: FindCall, client_id: int = 7) -> Trading:
    ib = await paper.connect(client_id)
    call = await vix_call(ib, 15.0)
    ticker = ib.reqMktData(call)
    await steps(ib, 4)
    return ib, call, ticker


@pytest.fixture
async def trading(paper: Paper, steps: Steps, vix_call: FindCall) -> Trading:
    """A connected client at 09:30 with a VIX call and its ticker."""
    return await _open_market(paper, steps, vix_call)


def _codes(ib: Any) -> list[tuple[int, int]]:  # noqa: ANN401 - ib_insync's IB has no annotations
    found: list[tuple[int, int]] = []
    ib.errorEvent += lambda request, code, *_: found.append((request, code))
    return found


async def test_a_stop_waits_for_its_trigger_and_then_trades_at_market(trading: Trading, steps: Steps) -> None:
    """A stop out of reach stays PreSubmitted; one at the quote triggers and fills at the far side."""
    ib, call, ticker = trading
    far = ib.placeOrder(call, StopOrder("BUY", 1, 90.0, tif="DAY"))
    near = ib.placeOrder(call, StopOrder("BUY", 1, round(ticker.ask, 2), tif="DAY"))
    await steps(ib, 1)
    assert (far.orderStatus.status, near.orderStatus.status) == ("PreSubmitted", "Filled")
    assert near.fills[0].execution.price == near.order.auxPrice


async def test_a_triggered_stop_limit_keeps_its_limit(trading: Trading, steps: Steps) -> None:
    """Once triggered it is Submitted at its limit, and does not pay more."""
    ib, call, ticker = trading
    trade = ib.placeOrder(call, StopLimitOrder("BUY", 1, 0.01, round(ticker.ask, 2), tif="DAY"))
    await steps(ib, 1)
    assert (trade.orderStatus.status, trade.filled()) == ("Submitted", 0)


async def test_a_good_till_date_order_ends_at_its_date(trading: Trading, steps: Steps) -> None:
    """It works up to the given time and is cancelled at the next instant."""
    ib, call, _ticker = trading
    order = LimitOrder("BUY", 1, 0.01, tif="GTD", goodTillDate="20260105 09:32:00 US/Eastern")
    trade = ib.placeOrder(call, order)
    await steps(ib, 2)
    assert trade.orderStatus.status == "Submitted"
    await steps(ib, 1)
    assert trade.orderStatus.status == "Cancelled"


async def test_an_order_good_after_a_time_waits_for_it(trading: Trading, steps: Steps) -> None:
    """Before its time it is PreSubmitted whatever the price."""
    ib, call, _ticker = trading
    order = LimitOrder("BUY", 1, 9.0, tif="DAY", goodAfterTime="20260105 09:33:00 US/Eastern")
    trade = ib.placeOrder(call, order)
    await steps(ib, 2)
    assert trade.orderStatus.status == "PreSubmitted"
    await steps(ib, 1)
    assert trade.orderStatus.status == "Filled"


@pytest.mark.parametrize(("oca_type", "left"), [(1, None), (2, 2), (3, 2)])
async def test_a_fill_cancels_or_reduces_the_rest_of_its_group(
    trading: Trading, steps: Steps, oca_type: int, left: int | None
) -> None:
    """Type 1 cancels the others at the first fill; 2 and 3 reduce them in proportion."""
    ib, call, ticker = trading
    resting = ib.placeOrder(call, LimitOrder("BUY", 4, 0.01, tif="GTC", ocaGroup="g", ocaType=oca_type))
    size = int(ticker.askSize)
    half = LimitOrder("BUY", 2 * size, ticker.ask, tif="IOC", ocaGroup="g", ocaType=oca_type)
    ib.placeOrder(call, half)
    await steps(ib, 1)
    if left is None:
        assert resting.orderStatus.status == "Cancelled"
    else:
        assert (resting.orderStatus.status, resting.orderStatus.remaining) == ("Submitted", left)


async def test_a_bracket_is_sent_by_its_last_order_and_works_in_turn(trading: Trading, steps: Steps) -> None:
    """Nothing works before the last is transmitted; children wait for the parent; one exit ends the other."""
    ib, call, ticker = trading
    parent = LimitOrder("BUY", 2, ticker.ask, tif="DAY", transmit=False)
    entry = ib.placeOrder(call, parent)
    profit = ib.placeOrder(
        call, LimitOrder("SELL", 2, 9.0, tif="GTC", parentId=parent.orderId, transmit=False)
    )
    await steps(ib, 2)
    assert (entry.orderStatus.status, profit.orderStatus.status) == ("PreSubmitted", "PreSubmitted")
    loss = ib.placeOrder(call, StopOrder("SELL", 2, 0.05, tif="GTC", parentId=parent.orderId))
    await steps(ib, 2)
    assert (entry.orderStatus.status, profit.orderStatus.status) == ("Filled", "Submitted")
    profit.order.lmtPrice = ticker.bid
    ib.placeOrder(call, profit.order)
    await steps(ib, 1)
    assert (profit.orderStatus.status, loss.orderStatus.status) == ("Filled", "Cancelled")
    assert ib.positions() == []


async def test_children_end_with_a_parent_that_is_cancelled(trading: Trading, steps: Steps) -> None:
    """A cancelled unfilled parent takes its children along."""
    ib, call, _ticker = trading
    parent = LimitOrder("BUY", 2, 0.01, tif="DAY")
    ib.placeOrder(call, parent)
    child = ib.placeOrder(call, LimitOrder("SELL", 2, 9.0, tif="GTC", parentId=parent.orderId))
    await steps(ib, 1)
    ib.cancelOrder(parent)
    await steps(ib, 1)
    assert child.orderStatus.status == "Cancelled"


async def test_all_or_none_never_fills_in_part(trading: Trading, steps: Steps) -> None:
    """An order over the displayed size with allOrNone does not trade."""
    ib, call, ticker = trading
    order = LimitOrder("BUY", ticker.askSize + 1, ticker.ask, tif="IOC", allOrNone=True)
    trade = ib.placeOrder(call, order)
    await steps(ib, 1)
    assert (trade.filled(), trade.orderStatus.status) == (0, "Cancelled")


async def test_what_if_tells_margin_and_commission_and_places_nothing(
    trading: Trading, paper: Paper, steps: Steps
) -> None:
    """Five calls at 1.00 cost 500 and fees of equity, no margin; nothing is kept of the question."""
    ib, call, _ticker = trading
    before = len(paper.gateway.exchange.orders)
    state = await ib.whatIfOrderAsync(call, LimitOrder("BUY", 5, 1.0, tif="DAY"))
    assert (state.initMarginChange, state.maintMarginAfter) == ("0.00", "0.00")
    assert float(state.equityWithLoanChange) == pytest.approx(-505.50)
    assert (state.commission, state.commissionCurrency) == (pytest.approx(5.50), "USD")
    assert len(paper.gateway.exchange.orders) == before
    codes = _codes(ib)
    assert await ib.whatIfOrderAsync(call, LimitOrder("SELL", 5, 1.0, tif="DAY")) == []
    assert [code for _, code in codes] == [201]
    await steps(ib, 1)
    assert ib.openTrades() == []


async def test_unset_spellings_of_either_kind_are_unset(trading: Trading, paper: Paper) -> None:
    """A client may leave a price empty or spell it 1.797...e308: both are no price."""
    _ib, call, _ticker = trading
    raw = await paper.raw()
    await raw.start(9)
    for order_id, spelling in enumerate(("", "1.7976931348623157e+308", "1.7976931348623157E308"), start=1):
        fields = ["3", str(order_id), call.conId, "VIX", "OPT", *[""] * 4, "SMART", *[""] * 6]
        fields += ["BUY", "1", "LMT", spelling, spelling, "DAY"]
        raw.send(*fields, *[""] * 93)
        assert "lmtPrice is missing" in (await raw.until("4", str(order_id)))[-1][4]


async def test_twenty_orders_a_side_and_no_more(trading: Trading, steps: Steps) -> None:
    """The 21st active order on one side of a contract is rejected."""
    ib, call, _ticker = trading
    codes = _codes(ib)
    trades = [ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="GTC")) for _ in range(21)]
    await steps(ib, 1)
    assert {trade.orderStatus.status for trade in trades[:20]} == {"Submitted"}
    assert codes == [(trades[20].order.orderId, 201)]


async def test_outside_rth_on_an_option_is_ignored_with_a_notice(trading: Trading, steps: Steps) -> None:
    """The notice is 2109; the order works."""
    ib, call, ticker = trading
    codes = _codes(ib)
    trade = ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY", outsideRth=True))
    await steps(ib, 1)
    assert codes == [(trade.order.orderId, 2109)]
    assert trade.orderStatus.status == "Filled"


async def test_the_preset_notice_leaves_the_order_live(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """With the switch an order without a TIF is announced with 10349 and is Submitted all the same."""
    paper = await serve(switches=Switches(preset_tif=True))
    ib, call, _ticker = await _open_market(paper, steps, vix_call)
    codes = _codes(ib)
    ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    order = LimitOrder("BUY", 1, 0.01)
    ib.placeOrder(call, order)
    await steps(ib, 1)
    assert codes == [(order.orderId, 10349)]
    assert len(paper.gateway.exchange.working()) == 2


def _recorded(ib: Any) -> list[list[str]]:  # noqa: ANN401 - ib_insync's IB has no annotations
    """Return the list that every frame from now on is added to."""
    frames: list[list[str]] = []
    decode = ib.client.decoder.interpret

    def record(fields: list[str]) -> None:
        frames.append(list(fields))
        decode(fields)

    ib.client.decoder.interpret = record
    return frames


async def _fill_frames(paper: Paper, steps: Steps, vix_call: FindCall) -> list[str]:
    """Return the message ids that a fill sends, in order."""
    ib, call, ticker = await _open_market(paper, steps, vix_call)
    frames = _recorded(ib)
    ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY"))
    await steps(ib, 1)
    return [fields[0] for fields in frames if fields[0] in {"3", "11", "59"}]


async def test_fill_messages_come_in_either_order_and_status_twice(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """Execution, status, commission by default; commission first and doubled status by switch."""
    assert await _fill_frames(await serve(), steps, vix_call) == ["3", "11", "3", "59"]
    other = await serve(switches=Switches(commission_first=True, duplicate_status=True))
    assert await _fill_frames(other, steps, vix_call) == ["3", "3", "11", "59", "3", "3"]


async def test_a_read_only_gateway_refuses_orders_and_their_lists(serve: Serve) -> None:
    """321 under the order's id, or under none for the lists, which never end."""
    paper = await serve(switches=Switches(read_only=True))
    raw = await paper.raw()
    await raw.start()
    for fields, request_id in (((5, 1), "-1"), ((99, 0), "-1"), ((4, 1, 12, ""), "12")):
        raw.send(*fields)
        answer = await raw.read()
        assert (answer[:4], "Read-Only" in answer[4]) == (["4", "2", request_id, "321"], True)


async def test_the_master_client_hears_of_every_order(serve: Serve, steps: Steps, vix_call: FindCall) -> None:
    """Order, execution and commission of client 7 reach client 3 as well, under 7's name."""
    paper = await serve(switches=Switches(master_client=3))
    master = await paper.connect(3)
    ib, call, ticker = await _open_market(paper, steps, vix_call)
    trade = ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY"))
    await steps(ib, 1)
    await master.reqCurrentTimeAsync()
    (seen,) = master.trades()
    assert (seen.order.permId, seen.orderStatus.status, seen.orderStatus.clientId) == (
        trade.order.permId,
        "Filled",
        7,
    )


async def test_a_global_cancel_names_the_client_that_did_it(trading: Trading, paper: Paper) -> None:
    """The orderStatus of an order that another client cancelled carries that client's id.

    ib_insync knows no such order and drops the status: its trade looks alive until it asks again.
    """
    ib, call, _ticker = trading
    raw = await paper.raw()
    await raw.start(9)
    trade = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="GTC"))
    await ib.reqCurrentTimeAsync()
    frames = _recorded(ib)
    raw.send(58, 1)
    raw.send(49, 1)
    await raw.until("49")
    await ib.reqCurrentTimeAsync()
    assert [(fields[2], fields[9]) for fields in frames if fields[0] == "3"] == [("Cancelled", "9")]
    assert trade.orderStatus.status == "Submitted"
    assert await ib.reqOpenOrdersAsync() == []


async def test_client_0_binds_orders_made_by_hand(paper: Paper, trading: Trading) -> None:
    """A hand-made order gets a negative id, told by orderBound, and can then be cancelled under it."""
    ib, call, _ticker = trading
    sent = ib.placeOrder(call, LimitOrder("BUY", 1, 0.02, tif="GTC"))
    await ib.reqCurrentTimeAsync()
    ticket = paper.gateway.exchange.orders[sent.order.permId].ticket
    made = paper.gateway.desk.place_by_hand(ticket, paper.gateway.exchange, paper.gateway.now)
    raw = await paper.raw()
    await raw.start(0)
    raw.send(15, 1, 1)
    frames = await raw.until("3")
    assert frames[0] == ["100", str(made.perm_id), "0", "-1"]
    raw.send(4, 1, -1, "")
    await raw.until("4", "202")
    assert not made.is_working
