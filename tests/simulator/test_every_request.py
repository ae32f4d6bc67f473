"""The real ib_insync sends every kind of request that is served, and can decode every answer."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ib_insync import Contract, ExecutionFilter, Index, LimitOrder, Stock

from simulator.handlers import ROUTES

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
FindCall = Callable[[Any, float], Awaitable[Contract]]

OPEN = 4
START_API = 71
SPX = Index("SPX", "CBOE", conId=416904)
SPY = Stock("SPY", "SMART", "USD", conId=756733)
ACCOUNT = "DU1234567"


def _account(client: Any) -> None:  # noqa: ANN401 - ib_insync has no annotations
    client.reqAccountUpdates(True, ACCOUNT)
    client.reqAccountUpdates(False, ACCOUNT)
    client.reqManagedAccts()
    client.reqIds(1)
    client.reqPositions()
    client.cancelPositions()
    client.reqAccountSummary(901, "All", "NetLiquidation")
    client.cancelAccountSummary(901)
    client.reqPositionsMulti(902, ACCOUNT, "")
    client.cancelPositionsMulti(902)
    client.reqAccountUpdatesMulti(903, ACCOUNT, "", False)
    client.cancelAccountUpdatesMulti(903)
    client.reqPnL(904, ACCOUNT, "")
    client.cancelPnL(904)
    client.reqPnLSingle(905, ACCOUNT, "", SPX.conId)
    client.cancelPnLSingle(905)


def _data(client: Any, call: Contract) -> None:  # noqa: ANN401 - ib_insync has no annotations
    client.reqMarketDataType(1)
    client.reqMktData(910, call, "100,101", False, False, [])
    client.cancelMktData(910)
    client.reqRealTimeBars(911, SPX, 5, "TRADES", True, [])
    client.cancelRealTimeBars(911)
    client.reqHistoricalData(912, SPX, "", "1 D", "5 mins", "TRADES", 1, 1, True, [])
    client.cancelHistoricalData(912)
    client.reqHeadTimeStamp(913, SPX, "TRADES", 1, 1)
    client.cancelHeadTimeStamp(913)
    client.calculateOptionPrice(914, call, 0.9, 16.0, [])
    client.cancelCalculateOptionPrice(914)
    client.calculateImpliedVolatility(915, call, 1.8, 16.0, [])
    client.cancelCalculateImpliedVolatility(915)
    client.reqTickByTickData(916, SPY, "BidAsk", 0, True)
    client.cancelTickByTickData(916)
    client.reqHistoricalTicks(917, SPY, "20260105 09:30:00", "", 10, "BID_ASK", 1, True, [])


def _contracts(client: Any) -> None:  # noqa: ANN401 - ib_insync has no annotations
    client.reqContractDetails(920, SPX)
    client.reqSecDefOptParams(921, "VIX", "", "IND", 13455763)
    client.reqMatchingSymbols(922, "VIX")
    client.reqMarketRule(109)


def _orders(client: Any, call: Contract) -> None:  # noqa: ANN401 - ib_insync has no annotations
    client.placeOrder(930, call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    client.cancelOrder(930, "")
    client.reqGlobalCancel()
    client.reqOpenOrders()
    client.reqAutoOpenOrders(True)
    client.reqAllOpenOrders()
    client.reqCompletedOrders(False)
    client.reqExecutions(931, ExecutionFilter())


async def test_ib_insync_sends_every_request_and_reads_every_answer(
    paper: Paper, steps: Steps, vix_call: FindCall, caplog: pytest.LogCaptureFixture
) -> None:
    """Every kind of the table goes over the wire; no answer fails to decode, none is an error but 202."""
    ib = await paper.connect(0)
    await steps(ib, OPEN)
    call = await vix_call(ib, 15.0)
    sent: set[int] = {START_API}
    write = ib.client.conn.sendMsg
    ib.client.conn.sendMsg = lambda message: (_note(sent, message), write(message))
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    with caplog.at_level(logging.ERROR, logger="ib_insync"):
        _contracts(ib.client)
        _data(ib.client, call)
        _account(ib.client)
        _orders(ib.client, call)
        await ib.reqCurrentTimeAsync()
    assert sent - {START_API} == set(ROUTES)
    assert codes == [202]
    assert [r.getMessage() for r in caplog.records if r.name.startswith("ib_insync.decoder")] == []


def _note(sent: set[int], message: bytes) -> None:
    """Add the kinds of the messages in a piece of outgoing bytes."""
    while message:
        size = int.from_bytes(message[:4], "big")
        sent.add(int(message[4 : 4 + size].split(b"\0", 1)[0]))
        message = message[4 + size :]
