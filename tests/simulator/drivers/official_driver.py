"""Drives a gateway with the official client and prints every callback; runs in an environment of its own.

Usage: python official_driver.py PORT
Output: one JSON object: the callbacks in order as [name, arguments], what was left over of messages, and how
many requests of each kind were sent.
"""

import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, NoReturn

import ibapi.client  # type: ignore[import-not-found]
from ibapi.contract import ComboLeg, Contract  # type: ignore[import-not-found]
from ibapi.decoder import Decoder  # type: ignore[import-not-found]
from ibapi.execution import ExecutionFilter  # type: ignore[import-not-found]
from ibapi.order import Order  # type: ignore[import-not-found]
from ibapi.order_cancel import OrderCancel  # type: ignore[import-not-found]
from ibapi.wrapper import EWrapper  # type: ignore[import-not-found]

SERVER_VERSION = 176
_WAIT_S = 20.0
_LEFT_OVER: list[list[Any]] = []

logging.disable(logging.CRITICAL)
ibapi.client.MAX_CLIENT_VER = SERVER_VERSION
_interpret = Decoder.interpret


def _watched(self: Any, fields: Sequence[Any], message_id: int) -> None:  # noqa: ANN401 - the client's own types
    """Decode as the client does, and note what a message still has after it."""
    known = self.msgId2handleInfo.get(message_id)
    if known is None or known.processMeth is None:
        # Of these the client itself drops a message whose fields are not as many as it has arguments.
        # Id 0 is the client's own mark for an idle moment.
        counted = known is not None and known.wrapperParams is not None
        if message_id and not (counted and len(fields) == len(known.wrapperParams)):
            _LEFT_OVER.append([message_id, [str(part) for part in fields]])
        _interpret(self, fields, message_id)
        return
    rest = iter(fields)
    known.processMeth(self, rest)
    left = list(rest)
    if left:
        _LEFT_OVER.append([message_id, [str(part) for part in left]])


Decoder.interpret = _watched


def _plain(value: object) -> object:
    """Turn an argument into JSON values."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    if isinstance(value, Enum) or not hasattr(value, "__dict__"):
        return str(value)
    return {key: _plain(part) for key, part in vars(value).items()}


class App(EWrapper, ibapi.client.EClient):  # type: ignore[misc]
    """The official client whose every callback is recorded."""

    def __init__(self) -> None:
        ibapi.client.EClient.__init__(self, self)
        self.seen: list[list[Any]] = []
        self.news = threading.Condition()
        for name in dir(EWrapper):
            if not name.startswith(("_", "log")) and callable(getattr(EWrapper, name)):
                setattr(self, name, self._recorder(name))

    def _recorder(self, name: str) -> Callable[..., None]:
        def record(*arguments: object) -> None:
            with self.news:
                self.seen.append([name, [_plain(part) for part in arguments]])
                self.news.notify_all()

        return record

    def wait(self, name: str, since: int, count: int = 1) -> list[list[Any]]:
        """Return the arguments of a callback's calls since a position, once there are so many."""

        def found() -> list[list[Any]]:
            return [arguments for kind, arguments in self.seen[since:] if kind == name]

        with self.news:
            if not self.news.wait_for(lambda: len(found()) >= count, _WAIT_S):
                sys.stderr.write(f"no {name} within {_WAIT_S} s; last: {self.seen[-5:]}\n")
                sys.stderr.flush()
                os._exit(1)  # the client's reader thread would keep the process alive
            return found()

    def ask(
        self, name: str, request: Callable[..., None], *arguments: object, count: int = 1
    ) -> list[list[Any]]:
        """Send a request and wait for its callback."""
        since = len(self.seen)
        request(*arguments)
        return self.wait(name, since, count)

    def step(self, count: int = 1) -> None:
        """Step the gateway's clock."""
        for _ in range(count):
            self.ask("currentTime", self.reqCurrentTime)


def _contract(**terms: object) -> Any:  # noqa: ANN401 - the client's own types
    made = Contract()
    made.currency = "USD"
    for name, value in terms.items():
        setattr(made, name, value)
    return made


def _order(**terms: object) -> Any:  # noqa: ANN401 - the client's own types
    made = Order()
    made.tif = "DAY"
    for name, value in terms.items():
        setattr(made, name, value)
    return made


SPX = _contract(symbol="SPX", secType="IND", exchange="CBOE")


def contracts(app: App) -> tuple[Any, list[Any]]:
    """Ask for definitions; return a VIX call and the legs of a condor."""
    app.ask("contractDetailsEnd", app.reqContractDetails, 1, SPX)
    future = _contract(symbol="VIX", secType="FUT", exchange="CFE", tradingClass="VX")
    app.ask("contractDetailsEnd", app.reqContractDetails, 2, future)
    chain = app.ask(
        "securityDefinitionOptionParameterEnd", app.reqSecDefOptParams, 3, "VIX", "", "IND", 13455763
    )
    assert chain
    app.ask("marketRule", app.reqMarketRule, 109)
    app.ask("symbolSamples", app.reqMatchingSymbols, 4, "VIX")
    app.ask("error", app.reqContractDetails, 5, _contract(symbol="NONE", secType="IND", exchange="CBOE"))
    last = min(
        d for n, a in app.seen if n == "securityDefinitionOptionParameter" and a[3] == "VIX" for d in a[5]
    )
    call = _contract(
        symbol="VIX", secType="OPT", exchange="SMART", right="C", strike=15.0, tradingClass="VIX",
        lastTradeDateOrContractMonth=last,
    )  # fmt: skip
    app.ask("contractDetailsEnd", app.reqContractDetails, 6, call)
    call.conId = app.seen[-2][1][1]["contract"]["conId"]
    return call, _legs(app)


def _legs(app: App) -> list[Any]:
    spot = [a for n, a in app.seen if n == "tickPrice" and a[0] == 20 and a[1] == 4]
    middle = 25 * round(spot[-1][2] / 25) if spot else 3900
    legs = []
    for number, (offset, right, action) in enumerate(
        ((-150, "P", "BUY"), (-100, "P", "SELL"), (100, "C", "SELL"), (150, "C", "BUY")), start=10
    ):
        wanted = _contract(
            symbol="SPX", secType="OPT", exchange="SMART", tradingClass="SPXW", right=right,
            strike=float(middle + offset), lastTradeDateOrContractMonth="20260130",
        )  # fmt: skip
        app.ask("contractDetailsEnd", app.reqContractDetails, number, wanted)
        leg = ComboLeg()
        leg.conId, leg.ratio = app.seen[-2][1][1]["contract"]["conId"], 1
        leg.action, leg.exchange = action, "SMART"
        legs.append(leg)
    return legs


def data(app: App, call: Any) -> None:  # noqa: ANN401 - the client's own types
    """Ask for ticks, bars and computations, and end them."""
    app.reqMarketDataType(1)
    app.ask("tickReqParams", app.reqMktData, 21, call, "100,101", False, False, [])
    app.ask("tickSnapshotEnd", app.reqMktData, 22, SPX, "", True, False, [])
    app.ask(
        "historicalDataEnd", app.reqHistoricalData, 30, SPX, "", "5 D", "1 day", "TRADES", 1, 1, False, []
    )
    app.ask(
        "historicalDataEnd", app.reqHistoricalData, 31, SPX, "", "1 D", "5 mins", "TRADES", 1, 2, True, []
    )
    app.reqRealTimeBars(32, SPX, 5, "TRADES", True, [])
    app.ask("historicalDataUpdate", app.step, 2)
    app.wait("realtimeBar", 0)
    app.cancelHistoricalData(31)
    app.cancelRealTimeBars(32)
    app.ask("headTimestamp", app.reqHeadTimeStamp, 33, SPX, "TRADES", 1, 1)
    app.cancelHeadTimeStamp(33)
    app.ask("tickOptionComputation", app.calculateOptionPrice, 34, call, 0.9, 16.0, [])
    app.ask("tickOptionComputation", app.calculateImpliedVolatility, 35, call, 1.8, 16.0, [])
    app.cancelCalculateOptionPrice(34)
    app.cancelCalculateImpliedVolatility(35)
    app.ask(
        "historicalSchedule", app.reqHistoricalData, 38, SPX, "", "2 D", "1 day", "SCHEDULE", 1, 1, False, []
    )
    ticks(app)


def ticks(app: App) -> None:
    """Ask for ticks one by one and for past ones."""
    start = "20260105 09:30:00 US/Eastern"
    spy = _contract(symbol="SPY", secType="STK", exchange="SMART")
    app.ask("historicalTicksLast", app.reqHistoricalTicks, 36, SPX, start, "", 10, "TRADES", 1, True, [])
    app.ask("historicalTicks", app.reqHistoricalTicks, 50, spy, start, "", 10, "MIDPOINT", 1, True, [])
    app.ask("historicalTicksBidAsk", app.reqHistoricalTicks, 51, spy, start, "", 10, "BID_ASK", 1, True, [])
    app.ask("tickByTickAllLast", app.reqTickByTickData, 37, SPX, "Last", 0, True)
    app.ask("tickByTickBidAsk", app.reqTickByTickData, 52, spy, "BidAsk", 0, True)
    app.ask("tickByTickMidPoint", app.reqTickByTickData, 53, spy, "MidPoint", 0, True)
    for number in (37, 52, 53):
        app.cancelTickByTickData(number)


def account(app: App) -> None:
    """Subscribe to everything about the account."""
    app.ask("managedAccounts", app.reqManagedAccts)
    app.ask("accountDownloadEnd", app.reqAccountUpdates, True, "")
    app.ask("accountSummaryEnd", app.reqAccountSummary, 40, "All", "NetLiquidation,BuyingPower")
    app.ask("positionEnd", app.reqPositions)
    app.ask("positionMultiEnd", app.reqPositionsMulti, 41, "", "")
    app.ask("accountUpdateMultiEnd", app.reqAccountUpdatesMulti, 42, "", "", True)
    app.ask("pnl", app.reqPnL, 43, "DU1234567", "")


def orders(app: App, call: Any, legs: list[Any]) -> None:  # noqa: ANN401 - the client's own types
    """Place, question, list, cancel."""
    first = app.ask("nextValidId", app.reqIds, 1)[-1][0]
    ask = [a[2] for n, a in app.seen if n == "tickPrice" and a[0] == 21 and a[1] == 2][-1]
    app.ask("pnlSingle", app.reqPnLSingle, 44, "DU1234567", "", call.conId)
    bought = _order(action="BUY", totalQuantity=Decimal(2), orderType="LMT", lmtPrice=ask, orderRef="one")
    app.ask("commissionAndFeesReport", app.placeOrder, first, call, bought)
    question = _order(action="BUY", totalQuantity=Decimal(2), orderType="LMT", lmtPrice=1.0, whatIf=True)
    app.ask("openOrder", app.placeOrder, first + 1, call, question)
    bag = _contract(symbol="SPX", secType="BAG", exchange="SMART", comboLegs=legs)
    condor = _order(action="BUY", totalQuantity=Decimal(1), orderType="MKT", orderRef="condor")
    app.ask("tickSnapshotEnd", app.reqMktData, 23, bag, "", True, False, [])
    app.ask("commissionAndFeesReport", app.placeOrder, first + 2, bag, condor, count=4)
    resting = _order(action="BUY", totalQuantity=Decimal(1), orderType="LMT", lmtPrice=0.01, tif="GTC")
    for number in (3, 4):
        app.ask("openOrder", app.placeOrder, first + number, call, resting)
    app.ask("openOrderEnd", app.reqOpenOrders)
    app.ask("openOrderEnd", app.reqAllOpenOrders)
    app.ask("error", app.reqAutoOpenOrders, True)
    app.ask("error", app.cancelOrder, first + 3, OrderCancel())
    app.ask("error", app.reqGlobalCancel, OrderCancel())
    app.ask("execDetailsEnd", app.reqExecutions, 50, ExecutionFilter())
    app.ask("completedOrdersEnd", app.reqCompletedOrders, False)


def cancels(app: App) -> None:
    """End every subscription."""
    app.reqAccountUpdates(False, "")
    app.cancelAccountSummary(40)
    app.cancelPositions()
    app.cancelPositionsMulti(41)
    app.cancelAccountUpdatesMulti(42)
    app.cancelPnL(43)
    app.cancelPnLSingle(44)
    app.cancelMktData(20)
    app.cancelMktData(21)
    app.step()


def delayed(app: App) -> None:
    """Ask for delayed data of an index and of an option."""
    app.reqMarketDataType(3)
    app.ask("tickPrice", app.reqMktData, 20, SPX, "", False, False, [])
    call, _legs_unused = contracts(app)
    app.ask("tickOptionComputation", app.reqMktData, 21, call, "", False, False, [])
    app.step(20)


def by_hand(port: int) -> list[list[Any]]:
    """Bind an order made by hand as client 0; return what that client saw."""
    app = _connected(port, 0)
    app.ask("orderBound", app.reqAutoOpenOrders, True)
    app.ask("openOrderEnd", app.reqOpenOrders)
    app.disconnect()
    return app.seen


def _connected(port: int, client_id: int) -> App:
    app = App()
    app.connect("127.0.0.1", port, client_id)
    threading.Thread(target=app.run, daemon=True).start()
    app.wait("nextValidId", 0)
    return app


def main() -> None:
    """Run the script against the gateway on a port: all of it, or with delayed data only."""
    port = int(sys.argv[1])
    app = _connected(port, 7)
    app.step(4)
    if sys.argv[2:] == ["delayed"]:
        delayed(app)
        _finish(app, {})
    bound = by_hand(port)
    app.ask("tickPrice", app.reqMktData, 20, SPX, "106", False, False, [])
    call, legs = contracts(app)
    account(app)
    data(app, call)
    orders(app, call, legs)
    cancels(app)
    _finish(app, {"bound": bound})


def _finish(app: App, more: dict[str, Any]) -> NoReturn:
    """Print everything and end the process."""
    app.disconnect()
    seen = {"version": SERVER_VERSION, "seen": app.seen, "left_over": _LEFT_OVER, **more}
    json.dump(seen, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # the client's threads may outlive its connection


def _guarded() -> None:
    """End the process at once if the script fails: the client's reader thread would keep it alive."""
    done = False
    try:
        main()
        done = True
    finally:
        if not done:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)


_guarded()
