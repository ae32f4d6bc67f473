"""The wider world: other indices, weeklies, XSP, stocks, the currency pair, and how they are quoted."""

import math
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ib_insync import Contract, Forex, Future, Index, LimitOrder, MarketOrder, Option, Order, Stock

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]

OPEN = 4


async def test_every_underlying_is_found_under_its_id(paper: Paper) -> None:
    """Those whose ids IBKR documents have them; all are one contract each."""
    ib = await paper.connect()
    wanted = [
        *(Index(symbol, "CBOE") for symbol in ("VIX3M", "VIX9D", "VIXMO", "XSP")),
        Index("AD-NYSE", "NYSE"),
        Stock("SPY", "SMART", "USD"),
        Stock("VXX", "SMART", "USD"),
        Forex("EURUSD"),
    ]
    found = await ib.qualifyContractsAsync(*wanted)
    ids = {contract.symbol: contract.conId for contract in found}
    assert len(ids) == len(wanted)
    assert (ids["VIX3M"], ids["VIX9D"], ids["SPY"], ids["EUR"]) == (300591602, 329498498, 756733, 12087792)


async def test_breadth_ticks_as_bid_and_ask_without_a_last(paper: Paper, steps: Steps) -> None:
    """Advancing issues are the bid, declining the ask, unchanged the bid's size; the rest stays empty."""
    ib = await paper.connect()
    ticker = ib.reqMktData(Index("AD-NYSE", "NYSE"))
    await steps(ib, OPEN + 200)
    counts = paper.gateway.market.breadth()
    assert (ticker.bid, ticker.ask) == (counts.advancing, counts.declining)
    assert ticker.bidSize == counts.unchanged
    assert math.isnan(ticker.last)


async def test_the_vix_family_follows_vix(paper: Paper, steps: Steps) -> None:
    """Each index of the family has a last near VIX in a calm market."""
    ib = await paper.connect()
    tickers = [ib.reqMktData(Index(s, "CBOE")) for s in ("VIX", "VIX3M", "VIX9D", "VIXMO")]
    await steps(ib, OPEN)
    vix = tickers[0].last
    assert all(0.6 * vix < ticker.last < 1.6 * vix for ticker in tickers)


async def test_weekly_futures_have_classes_of_their_own(paper: Paper, steps: Steps) -> None:
    """Without a class a description lists monthlies and weeklies; VX alone gives the monthlies."""
    ib = await paper.connect()
    everything = await ib.reqContractDetailsAsync(Future("VIX", exchange="CFE"))
    monthly = await ib.reqContractDetailsAsync(Future("VIX", exchange="CFE", tradingClass="VX"))
    weekly = [d for d in everything if d.contract.tradingClass != "VX"]
    assert len(everything) == len(monthly) + len(weekly)
    assert [d.contract.tradingClass for d in weekly[:2]] == ["VX02", "VX03"][: len(weekly[:2])] or weekly
    ticker = ib.reqMktData(weekly[0].contract)
    await steps(ib, OPEN)
    assert 0 < ticker.bid < ticker.ask


async def test_weekly_vix_and_mini_spx_options_are_quoted_and_filled(paper: Paper, steps: Steps) -> None:
    """VIXW and XSP trade by their own classes and multipliers; XSP is worth a tenth of SPXW."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    weekly = paper.gateway.market.expiries("VIXW", paper.gateway.now.date())[0]
    last = paper.gateway.hours.day_before(weekly)
    spot = 10 * round(paper.gateway.market.index("SPX") / 100)
    calls = await ib.qualifyContractsAsync(
        Option("VIX", f"{last:%Y%m%d}", 15.0, "C", "SMART", tradingClass="VIXW"),
        Option("XSP", "20260130", spot, "C", "SMART"),
        Option("SPX", "20260130", spot * 10, "C", "SMART", tradingClass="SPXW"),
    )
    tickers = [ib.reqMktData(call) for call in calls]
    trades = [ib.placeOrder(call, MarketOrder("BUY", 1, tif="DAY")) for call in calls]
    await steps(ib, 1)
    assert [trade.orderStatus.status for trade in trades] == ["Filled"] * 3
    assert tickers[1].modelGreeks.optPrice * 10 == pytest.approx(tickers[2].modelGreeks.optPrice, rel=0.01)
    assert calls[0].localSymbol.startswith("VIXW  ")


async def test_mini_spx_options_of_third_fridays_trade_on_that_friday(paper: Paper, steps: Steps) -> None:
    """XSP lists the days of SPX and of SPXW, PM-settled all: SPX's own trade up to the day before."""
    ib = await paper.connect()
    spot = 10 * round(paper.gateway.market.index("SPX") / 100)
    asked = {"XSP": ("XSP", spot), "SPXW": ("SPX", 10 * spot), "SPX": ("SPX", 10 * spot)}
    listed = {}
    for name, (symbol, strike) in asked.items():
        of_class = Option(symbol, strike=strike, right="C", exchange="SMART", tradingClass=name)
        listed[name] = {
            d.contract.lastTradeDateOrContractMonth: d.realExpirationDate
            for d in await ib.reqContractDetailsAsync(of_class)
        }
    assert set(listed["SPXW"]) < set(listed["XSP"])
    assert listed["SPX"]["20260115"] == listed["XSP"]["20260116"] == "20260116"
    assert "20260116" not in listed["SPXW"]
    (call,) = await ib.qualifyContractsAsync(Option("XSP", "20260116", spot, "C", "SMART"))
    ticker = ib.reqMktData(call)
    await steps(ib, OPEN)
    assert 0 < ticker.bid < ticker.ask


async def test_midprice_orders_are_for_stocks(paper: Paper, steps: Steps) -> None:
    """On SPY it works at the mid with its cap; a sale beyond what is held is refused."""
    ib = await paper.connect()
    (spy,) = await ib.qualifyContractsAsync(Stock("SPY", "SMART", "USD"))
    ticker = ib.reqMktData(spy)
    await steps(ib, OPEN)
    capped = ib.placeOrder(
        spy, Order(action="BUY", totalQuantity=10, orderType="MIDPRICE", lmtPrice=1.0, tif="DAY")
    )
    free = ib.placeOrder(spy, Order(action="BUY", totalQuantity=10, orderType="MIDPRICE", tif="DAY"))
    short = ib.placeOrder(spy, LimitOrder("SELL", 5, ticker.bid, tif="DAY"))
    for _ in range(20):
        await steps(ib, 10)
        if free.orderStatus.status == "Filled":
            break
    assert (capped.orderStatus.status, free.orderStatus.status) == ("Submitted", "Filled")
    assert short.orderStatus.status == "Cancelled"
    assert paper.gateway.account.positions[spy.conId].quantity == 10


async def test_the_currency_pair_is_for_what_if_only(paper: Paper) -> None:
    """A whatIf tells its margin and commission; an order for it is refused."""
    ib = await paper.connect()
    (euro,) = await ib.qualifyContractsAsync(Forex("EURUSD"))
    state = await ib.whatIfOrderAsync(euro, MarketOrder("BUY", 20_000))
    assert float(state.initMarginChange) == pytest.approx(0.02 * 20_000 * 1.1, rel=1e-3)
    assert state.commission == 2.0
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    ib.placeOrder(euro, MarketOrder("BUY", 20_000))
    await ib.reqCurrentTimeAsync()
    assert codes == [321]


async def test_the_chains_of_vix_have_both_classes(paper: Paper) -> None:
    """The monthly class comes first; the weekly one has dates of its own."""
    ib = await paper.connect()
    chains = await ib.reqSecDefOptParamsAsync("VIX", "", "IND", 13455763)
    classes = {chain.tradingClass: set(chain.expirations) for chain in chains}
    assert chains[0].tradingClass == "VIX"
    assert classes.keys() == {"VIX", "VIXW"}
    assert not classes["VIX"] & classes["VIXW"]


async def test_symbols_are_found_by_their_beginning(paper: Paper) -> None:
    """A search lists symbols and names, with the kinds of their derivatives."""
    ib = await paper.connect()
    found = await ib.reqMatchingSymbolsAsync("VIX")
    assert [d.contract.symbol for d in found] == ["VIX", "VIX3M", "VIX9D", "VIXMO"]
    assert found[0].derivativeSecTypes == ["FUT", "OPT", "BAG"]
    assert [d.contract.symbol for d in await ib.reqMatchingSymbolsAsync("s&p")] == ["SPX"]


async def test_a_bag_has_no_contract_details(paper: Paper) -> None:
    """IBKR never answers such a request, and neither does this gateway."""
    client = await paper.raw()
    await client.start()
    client.send(9, 8, 5, 0, "SPX", "BAG", "", 0.0, "", "", "SMART", "", "USD", "", "", 0, "", "", "")
    assert [frame[0] for frame in await client.step()] == ["49"]


async def test_weekly_vix_options_settle_on_the_mornings_print(serve: Any, steps: Steps) -> None:  # noqa: ANN401 - a fixture of conftest
    """On the Wednesday the option pays VIX's first print less the strike and leaves no position."""
    paper = await serve(sessions=4)
    ib = await paper.connect()
    await steps(ib, OPEN)
    weekly = paper.gateway.market.expiries("VIXW", paper.gateway.now.date())[0]
    last = paper.gateway.hours.day_before(weekly)
    (call,) = await ib.qualifyContractsAsync(
        Option("VIX", f"{last:%Y%m%d}", 10.0, "C", "SMART", tradingClass="VIXW")
    )
    ib.placeOrder(call, MarketOrder("BUY", 1, tif="DAY"))
    await steps(ib, 1)
    (held,) = ib.positions()
    assert isinstance(held.contract, Contract)
    cash = paper.gateway.account.cash
    while paper.gateway.now.date() < weekly or ib.positions():
        await steps(ib, 50)
    opening = paper.gateway.market.final_settlement("VIXW", weekly)
    assert float(paper.gateway.account.cash - cash) == pytest.approx(100 * max(0.0, opening - 10.0))
