"""The official client and ib_async, each in an environment of its own, drive the gateway."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.order_codec import make_ticket
from simulator.order_fields import Terms
from simulator.requests import ContractQuery
from simulator.switches import Switches

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Serve = Callable[..., Awaitable[Any]]
ForeignPython = Callable[[str], Path]

DRIVERS = Path(__file__).parent / "drivers"


async def _drive(python: Path, script: str, port: int, *more: str) -> Any:  # noqa: ANN401 - JSON
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        python, DRIVERS / script, str(port), *more, stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return json.loads(out)


def _calls(seen: list[list[Any]], name: str) -> list[list[Any]]:
    return [arguments for kind, arguments in seen if kind == name]


async def test_the_official_client_understands_every_message_to_its_last_field(
    serve: Serve, foreign_python: ForeignPython
) -> None:
    """Version 10.51 with its maximum set to 176 drives every served request; no field is left over."""
    python = foreign_python("ibapi-latest==10.51.*")
    paper = await serve()
    by_hand = _place_by_hand(paper)
    found = await _drive(python, "official_driver.py", paper.port)
    seen = found["seen"]
    assert found["left_over"] == []
    errors = [arguments[2] for arguments in _calls(seen, "error")]
    assert errors == [2104, 2106, 2158, 200, 321, 202, 202]
    assert _calls(found["bound"], "orderBound") == [[by_hand.perm_id, 0, -1]]
    (bound,) = {a[0] for a in _calls(found["bound"], "openOrder")}
    assert bound == -1
    _check_ticks(paper, seen)
    _check_contracts(seen)
    _check_data(paper, seen)
    _check_orders(paper, seen, by_hand)
    _check_account(paper, seen)


def _check_contracts(seen: list[list[Any]]) -> None:
    spx = _calls(seen, "contractDetails")[0][1]
    assert (spx["contract"]["conId"], spx["longName"], spx["timeZoneId"]) == (
        416904,
        "S&P 500 Stock Index",
        "US/Central",
    )
    assert (spx["minSize"], spx["sizeIncrement"], spx["underConId"]) == (1.0, 1.0, 0)
    call = next(a[1] for a in _calls(seen, "contractDetails") if a[0] == 6)
    assert (call["contract"]["strike"], call["contract"]["right"], call["underSymbol"]) == (15.0, "C", "VIX")
    assert call["contract"]["multiplier"] == "100"
    assert call["realExpirationDate"]
    chain = _calls(seen, "securityDefinitionOptionParameter")[0]
    assert (chain[1], chain[2], chain[3], chain[4]) == ("SMART", 13455763, "VIX", "100")
    assert 15.0 in chain[6]
    (rule,) = _calls(seen, "marketRule")
    assert rule == [109, [{"lowEdge": 0.0, "increment": 0.01}, {"lowEdge": 3.0, "increment": 0.05}]]
    (samples,) = _calls(seen, "symbolSamples")
    assert samples[1][0]["contract"]["symbol"] == "VIX"
    assert samples[1][0]["derivativeSecTypes"] == ["FUT", "OPT", "BAG"]


def _check_data(paper: Paper, seen: list[list[Any]]) -> None:
    assert {a[1] for a in _calls(seen, "tickPrice") if a[0] == 21} == {1, 2}
    assert all(a[3]["canAutoExecute"] is False for a in _calls(seen, "tickPrice"))
    assert next(a[1] for a in _calls(seen, "tickGeneric")) == 24
    assert {a[1] for a in _calls(seen, "tickString")} == {45}
    assert {a[1] for a in _calls(seen, "tickSize")} >= {27, 29}
    assert [a[0] for a in _calls(seen, "tickSnapshotEnd")] == [22, 23]
    assert all(a[1:] == [1] for a in _calls(seen, "marketDataType"))
    daily = [a[1] for a in _calls(seen, "historicalData") if a[0] == 30]
    assert (len(daily), daily[-1]["date"]) == (5, "20260102")
    assert daily[-1]["close"] == paper.gateway.market.daily("SPX", paper.gateway.now.date(), 1)[-1].close
    (live,) = _calls(seen, "realtimeBar")
    assert live[2] == live[3] == live[4] == live[5]
    updated = _calls(seen, "historicalDataUpdate")[-1][1]
    assert updated["low"] <= updated["close"] <= updated["high"]
    assert _calls(seen, "headTimestamp")[0][1].endswith("-00:00:00")
    priced, solved = (a for a in _calls(seen, "tickOptionComputation") if a[0] in {34, 35})
    assert (priced[1], priced[3], priced[10]) == (53, 0.9, 16.0)
    assert solved[5] == pytest.approx(1.8, abs=1e-4)


def _check_ticks(paper: Paper, seen: list[list[Any]]) -> None:
    (bag,) = ({a[1]: a[2] for a in _calls(seen, "tickPrice") if a[0] == 23},)
    assert set(bag) == {1, 2}
    assert bag[1] < bag[2]
    (schedule,) = _calls(seen, "historicalSchedule")
    assert (schedule[0], schedule[3]) == (38, "US/Central")
    assert schedule[4][-1] == {
        "startDateTime": "20260105-08:30:00",
        "endDateTime": "20260105-15:00:00",
        "refDate": "20260105",
    }
    (last,) = _calls(seen, "historicalTicksLast")
    assert (last[0], last[1][0]["exchange"], last[2]) == (36, "CBOE", True)
    (mids,), (sides,) = _calls(seen, "historicalTicks"), _calls(seen, "historicalTicksBidAsk")
    for mid, side in zip(mids[1], sides[1], strict=True):
        assert mid["time"] == side["time"]
        assert side["priceBid"] < mid["price"] < side["priceAsk"]
    (print_now,) = _calls(seen, "tickByTickAllLast")
    assert (print_now[0], print_now[1], print_now[3]) == (37, 1, last[1][-1]["price"])
    (side_now,), (mid_now,) = _calls(seen, "tickByTickBidAsk"), _calls(seen, "tickByTickMidPoint")
    assert side_now[2] < mid_now[2] < side_now[3]


def _place_by_hand(paper: Paper) -> Any:  # noqa: ANN401 - an order of the gateway
    """Place an order at the gateway's own screen."""
    gateway = paper.gateway
    (spy,) = (item for item in gateway.universe.underlyings(gateway.now.date()) if item.symbol == "SPY")
    query = ContractQuery(con_id=spy.con_id, exchange="SMART")
    values = {"action": "BUY", "totalQuantity": "1", "orderType": "LMT", "lmtPrice": "1.0", "tif": "DAY"}
    ticket = make_ticket(0, query, Terms(values=values))
    return gateway.desk.place_by_hand(ticket, gateway.exchange, gateway.now)


async def test_the_official_client_understands_delayed_data(
    serve: Serve, foreign_python: ForeignPython
) -> None:
    """10167, type 3, and only the ticks of delayed data: 66 to 76 and 80 to 83; no field is left over."""
    python = foreign_python("ibapi-latest==10.51.*")
    paper = await serve(switches=Switches(delayed=True))
    found = await _drive(python, "official_driver.py", paper.port, "delayed")
    seen = found["seen"]
    assert found["left_over"] == []
    assert {a[2] for a in _calls(seen, "error")} == {2104, 2106, 2158, 200, 10167}
    assert {a[1] for a in _calls(seen, "marketDataType")} == {3}
    assert {a[1] for a in _calls(seen, "tickPrice")} == {66, 67, 68, 72, 73, 75, 76}
    assert {a[1] for a in _calls(seen, "tickOptionComputation")} == {80, 81, 83}
    assert {a[1] for a in _calls(seen, "tickString")} == {88}


def _check_orders(paper: Paper, seen: list[list[Any]], by_hand: Any) -> None:  # noqa: ANN401 - an order
    executions = paper.gateway.booking.executions
    told = [a for a in _calls(seen, "execDetails") if a[0] == -1]
    assert [a[2]["execId"] for a in told] == [execution.exec_id for execution in executions]
    assert [a[2]["price"] for a in told] == [execution.price for execution in executions]
    assert [a[1]["secType"] for a in told] == ["OPT", "BAG", "OPT", "OPT", "OPT", "OPT"]
    fees = {a[0]["execId"]: a[0]["commissionAndFees"] for a in _calls(seen, "commissionAndFeesReport")}
    assert fees == {
        e.exec_id: pytest.approx(float(e.commission)) for e in executions if e.commission is not None
    }
    question = next(a for a in _calls(seen, "openOrder") if a[2]["whatIf"])
    assert (question[3]["commissionAndFees"], question[3]["initMarginChange"]) == (2.2, "0.00")
    bag = next(a for a in _calls(seen, "openOrder") if a[1]["secType"] == "BAG")
    assert [leg["action"] for leg in bag[1]["comboLegs"]] == ["BUY", "SELL", "SELL", "BUY"]
    assert (bag[1]["conId"], bag[2]["orderRef"], bag[2]["orderType"]) == (28812380, "condor", "MKT")
    # The order made by hand has a negative id.
    final = {a[0]: a[1] for a in _calls(seen, "orderStatus") if a[0] > 0}
    assert sorted(final.values()) == ["Cancelled", "Cancelled", "Filled", "Filled"]
    completed = [a for a in _calls(seen, "completedOrder") if a[1]["permId"] != by_hand.perm_id]
    assert [a[2]["status"] for a in completed] == ["Filled", "Filled", "Cancelled", "Cancelled"]
    assert completed[0][1]["filledQuantity"] == 2.0
    assert completed[0][1]["orderRef"] == "one"


def _check_account(paper: Paper, seen: list[list[Any]]) -> None:
    account = paper.gateway.account
    values = {a[0]: a[1] for a in _calls(seen, "updateAccountValue")}
    assert float(values["TotalCashValue"]) == float(account.cash)
    assert {a[2] for a in _calls(seen, "accountSummary")} == {"NetLiquidation", "BuyingPower"}
    held = {a[1]["conId"]: a[2] for a in _calls(seen, "position")}
    assert held == {con_id: position.quantity for con_id, position in account.positions.items()}
    assert {a[3]["conId"]: a[4] for a in _calls(seen, "positionMulti")} == held
    assert _calls(seen, "updatePortfolio")[0][7] == "DU1234567"
    assert _calls(seen, "pnl")[0] == [43, 0.0, 0.0, 0.0]
    assert _calls(seen, "pnlSingle")[0][:2] == [44, 0.0]


async def test_ib_async_connects_and_trades(serve: Serve, foreign_python: ForeignPython) -> None:
    """The successor of ib_insync offers 178 and accepts 176; start, ticks, bars and a fill work."""
    python = foreign_python("ib_async==2.*")
    paper = await serve()
    found = await _drive(python, "ib_async_driver.py", paper.port)
    assert (found["version"], found["accounts"], found["status"]) == (176, ["DU1234567"], "Filled")
    assert found["fills"] == [[found["limit"], 2]]
    assert found["commission"] == pytest.approx(2.2)
    assert (found["bars"], found["last"] > 0) == (5, True)
