"""Orders of single contracts, through the real ib_insync: fills, cancels, rejections, expiry, reconnects."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ib_insync import Contract, Future, LimitOrder, MarketOrder, Option, Ticker

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
FindCall = Callable[[Any, float], Awaitable[Contract]]
Trading = tuple[Any, Contract, Ticker]  # the client is ib_insync's IB, which has no annotations


OPEN = 4


@pytest.fixture
async def trading(paper: Paper, steps: Steps, vix_call: FindCall) -> Trading:
    """A connected client at 09:30 with a VIX call and its ticker."""
    ib = await paper.connect()
    call = await vix_call(ib, 15.0)
    ticker = ib.reqMktData(call)
    await steps(ib, OPEN)
    return ib, call, ticker


def _codes(ib: Any) -> list[tuple[int, int]]:  # noqa: ANN401 - ib_insync's IB has no annotations
    found: list[tuple[int, int]] = []
    ib.errorEvent += lambda request, code, *_: found.append((request, code))
    return found


async def test_a_limit_at_the_ask_fills_at_the_ask(trading: Trading, steps: Steps) -> None:
    """A marketable limit gets the far side: execution, status, commission and position all agree."""
    ib, call, ticker = trading
    trade = ib.placeOrder(call, LimitOrder("BUY", 10, ticker.ask, tif="DAY", orderRef="a"))
    await steps(ib, 1)
    (fill,) = trade.fills
    assert trade.orderStatus.status == "Filled"
    assert (fill.execution.price, fill.execution.shares, fill.execution.side) == (
        trade.order.lmtPrice,
        10,
        "BOT",
    )
    assert fill.execution.orderRef == "a"
    assert fill.commissionReport.commission == pytest.approx(10 * (0.65 + 0.45))
    (held,) = ib.positions()
    assert held.position == 10
    assert held.avgCost == pytest.approx(100 * fill.execution.price + 1.10)


async def test_the_minimum_commission_is_charged_once(trading: Trading, steps: Steps) -> None:
    """One contract pays the order minimum of a dollar plus the exchange's fee."""
    ib, call, ticker = trading
    trade = ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY"))
    await steps(ib, 1)
    assert trade.fills[0].commissionReport.commission == pytest.approx(1.45)


async def test_an_order_beyond_the_displayed_size_fills_over_several_instants(
    trading: Trading, steps: Steps
) -> None:
    """Only the displayed size is there at one instant; the rest stands and fills at the next ones."""
    ib, call, ticker = trading
    size, limit = ticker.askSize, round(ticker.ask + 0.5, 2)
    trade = ib.placeOrder(call, LimitOrder("BUY", size + 5, limit, tif="DAY"))
    await steps(ib, 1)
    assert [fill.execution.shares for fill in trade.fills] == [size, 5]
    assert trade.fills[1].execution.cumQty == size + 5
    assert trade.fills[0].execution.time < trade.fills[1].execution.time
    assert trade.orderStatus.status == "Filled"


async def test_market_orders_wait_for_a_quote(paper: Paper, steps: Steps, vix_call: FindCall) -> None:
    """Before the open an order is PreSubmitted; it fills with the first quote."""
    ib = await paper.connect()
    trade = ib.placeOrder(await vix_call(ib, 15.0), MarketOrder("BUY", 1, tif="DAY"))
    await steps(ib, 3)
    assert trade.orderStatus.status == "PreSubmitted"
    await steps(ib, 1)
    assert trade.orderStatus.status == "Filled"


async def test_futures_trade_and_realise_their_profit(paper: Paper, steps: Steps) -> None:
    """A VX round trip costs two commissions and the spread, times 1,000."""
    ib = await paper.connect()
    (future,) = await ib.qualifyContractsAsync(Future("VIX", "20260218", "CFE", tradingClass="VX"))
    await steps(ib, OPEN)
    bought = ib.placeOrder(future, MarketOrder("BUY", 2, tif="DAY"))
    sold = ib.placeOrder(future, MarketOrder("SELL", 2, tif="DAY"))
    await steps(ib, 1)
    loss = (bought.fills[0].execution.price - sold.fills[0].execution.price) * 2 * 1000
    assert sold.fills[0].commissionReport.realizedPNL == pytest.approx(-loss - 4.50)
    assert float(paper.gateway.account.cash) == pytest.approx(1_000_000 - loss - 9.00)
    assert ib.positions() == []


async def test_cancel_is_status_cancelled_then_202(trading: Trading, steps: Steps) -> None:
    """A working order is cancelled; cancelling again or an unknown one is 10148 and 10147."""
    ib, call, _ticker = trading
    codes = _codes(ib)
    order = LimitOrder("BUY", 1, 0.01, tif="GTC")
    trade = ib.placeOrder(call, order)
    await steps(ib, 1)
    assert trade.orderStatus.status == "Submitted"
    ib.cancelOrder(order)
    await steps(ib, 1)
    assert trade.orderStatus.status == "Cancelled"
    ib.client.cancelOrder(order.orderId)
    ib.client.cancelOrder(4000)
    await steps(ib, 1)
    assert codes == [(order.orderId, 202), (order.orderId, 10148), (4000, 10147)]


async def test_a_used_order_id_is_103_and_places_nothing(
    trading: Trading, steps: Steps, paper: Paper
) -> None:
    """An id that was used for a finished order, or lies below one, is a duplicate."""
    ib, call, ticker = trading
    order = LimitOrder("BUY", 1, ticker.ask, tif="DAY")
    ib.placeOrder(call, order)
    await steps(ib, 1)
    codes = _codes(ib)
    ib.client.placeOrder(order.orderId, call, order)
    ib.client.placeOrder(order.orderId - 1, call, order)
    await steps(ib, 1)
    assert [code for _, code in codes] == [103, 103]
    assert len(paper.gateway.booking.executions) == 1


async def test_placing_a_working_order_again_changes_its_terms(trading: Trading, steps: Steps) -> None:
    """The same id with a better limit is a modification: it fills once."""
    ib, call, ticker = trading
    order = LimitOrder("BUY", 2, 0.01, tif="DAY")
    trade = ib.placeOrder(call, order)
    await steps(ib, 1)
    order.lmtPrice = round(ticker.ask + 0.2, 2)
    assert ib.placeOrder(call, order) is trade
    await steps(ib, 1)
    assert trade.filled() == 2
    assert trade.orderStatus.status == "Filled"


async def test_an_untransmitted_order_is_not_worked(trading: Trading, steps: Steps) -> None:
    """transmit=False is held until the order is sent again with it set."""
    ib, call, ticker = trading
    order = LimitOrder("BUY", 1, round(ticker.ask + 0.3, 2), tif="GTC", transmit=False)
    trade = ib.placeOrder(call, order)
    await steps(ib, 3)
    assert trade.orderStatus.status == "PreSubmitted"
    order.transmit = True
    ib.placeOrder(call, order)
    await steps(ib, 1)
    assert trade.orderStatus.status == "Filled"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"action": "SELL"}, 201),
        ({"totalQuantity": 400_000, "lmtPrice": 2.0}, 201),
        ({"account": "DU7654321"}, 201),
        ({"lmtPrice": 0.125}, 110),
        ({"orderType": "MIDPRICE"}, 387),
        ({"totalQuantity": 0}, 321),
        ({"tif": "GTD"}, 321),
        ({"orderType": "TRAIL", "auxPrice": 0.05}, 387),
        ({"algoStrategy": "Adaptive"}, 321),
        ({"minQty": 1}, 321),
        ({"parentId": 4000}, 135),
        ({"tif": "GTD", "goodTillDate": "tomorrow"}, 321),
        ({"tif": "GTD", "goodTillDate": "20260102 12:00:00 US/Eastern"}, 201),
    ],
)
async def test_a_refused_order_is_never_worked(
    trading: Trading, steps: Steps, paper: Paper, changes: dict[str, object], code: int
) -> None:
    """Naked sales, missing funds, wrong accounts, off-grid prices and unknown terms get their own error."""
    ib, call, _ticker = trading
    codes = _codes(ib)
    order = LimitOrder("BUY", 1, 0.05, tif="DAY")
    for name, value in changes.items():
        setattr(order, name, value)
    trade = ib.placeOrder(call, order)
    await steps(ib, 2)
    assert codes == [(order.orderId, code)]
    assert trade.orderStatus.status == "Cancelled"
    assert paper.gateway.exchange.working() == []


async def test_an_unknown_contract_is_error_200(trading: Trading, steps: Steps) -> None:
    """An order on what does not exist is answered under its order id."""
    ib, _call, _ticker = trading
    codes = _codes(ib)
    trade = ib.placeOrder(
        Option("VIX", "20260121", 15.0, "C", "SMART", currency="USD"), LimitOrder("BUY", 1, 1.0)
    )
    await steps(ib, 1)
    assert codes == [(trade.order.orderId, 200)]


async def test_day_orders_end_with_their_session_and_gtc_orders_stay(trading: Trading, steps: Steps) -> None:
    """A minute after the options close the DAY order is cancelled (202); the GTC order works the next day."""
    ib, call, _ticker = trading
    day = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    gtc = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="GTC"))
    await steps(ib, 405)
    assert day.orderStatus.status == "Submitted"
    await steps(ib, 1)
    assert day.orderStatus.status == "Cancelled"
    await steps(ib, 10)
    assert gtc.orderStatus.status == "Submitted"


async def test_ioc_orders_never_rest(trading: Trading, steps: Steps) -> None:
    """What cannot fill at once is cancelled at once."""
    ib, call, _ticker = trading
    trade = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="IOC"))
    await steps(ib, 1)
    assert trade.orderStatus.status == "Cancelled"


async def test_a_reconnecting_client_finds_all_that_happened(
    trading: Trading, steps: Steps, paper: Paper
) -> None:
    """Open and completed orders, executions, positions and the next order id survive the connection."""
    ib, call, ticker = trading
    filled = ib.placeOrder(call, LimitOrder("BUY", 3, ticker.ask, tif="DAY", orderRef="f"))
    working = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="GTC", orderRef="w"))
    await steps(ib, 1)
    ids = (filled.order.permId, working.order.permId, working.order.orderId)
    ib.disconnect()
    again = await paper.connect()
    assert [(t.order.orderRef, t.order.permId) for t in again.openTrades()] == [("w", ids[1])]
    completed = [t for t in again.trades() if t.order.orderRef == "f"]
    assert [(t.order.permId, t.orderStatus.status) for t in completed] == [(ids[0], "Filled")]
    assert [(f.execution.orderRef, f.execution.shares) for f in again.fills()] == [("f", 3)]
    assert again.fills()[0].commissionReport.commission > 0
    assert again.positions()[0].position == 3
    assert again.client.getReqId() > ids[2]


async def test_order_events_go_to_the_owner_and_positions_to_all(
    trading: Trading, steps: Steps, paper: Paper
) -> None:
    """Another client hears of the position, sees the order only if it asks for all, and cannot cancel it."""
    ib, call, ticker = trading
    other = await paper.connect(8)
    codes = _codes(other)
    ib.placeOrder(call, LimitOrder("BUY", 2, ticker.ask, tif="DAY"))
    resting = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="GTC"))
    await steps(ib, 1)
    await other.reqCurrentTimeAsync()
    assert other.trades() == []
    assert other.positions()[0].position == 2
    assert [t.order.permId for t in await other.reqAllOpenOrdersAsync()] == [resting.order.permId]
    other.client.cancelOrder(resting.order.orderId)
    await other.reqCurrentTimeAsync()
    assert codes == [(resting.order.orderId, 10147)]


async def test_the_ledger_has_every_transmission_and_execution(
    trading: Trading, steps: Steps, paper: Paper
) -> None:
    """The gateway's own record counts what was sent to it, refused orders included."""
    ib, call, ticker = trading
    ib.placeOrder(call, LimitOrder("BUY", 2, ticker.ask, tif="DAY", orderRef="one"))
    ib.placeOrder(call, LimitOrder("SELL", 50, 9.0, tif="DAY", orderRef="two"))
    await steps(ib, 1)
    lines = [json.loads(line) for line in paper.ledger.read_text().splitlines()]
    assert [line["order_ref"] for line in lines if line["kind"] == "place"] == ["one", "two"]
    executed = [line for line in lines if line["kind"] == "execution"]
    assert [(line["order_ref"], line["shares"]) for line in executed] == [("one", 2)]


async def test_a_global_cancel_ends_the_orders_of_all_clients(
    trading: Trading, steps: Steps, paper: Paper
) -> None:
    """A reqGlobalCancel of one client cancels what every client has working."""
    ib, call, _ticker = trading
    other = await paper.connect(8)
    mine = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="GTC"))
    other.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="GTC"))
    await other.reqCurrentTimeAsync()
    ib.reqGlobalCancel()
    await steps(ib, 1)
    assert mine.orderStatus.status == "Cancelled"
    assert await other.reqOpenOrdersAsync() == []
    assert paper.gateway.exchange.working() == []
