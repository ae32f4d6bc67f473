"""Intraday bars, bars that go on, where history begins, profits, and positions under a request id."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from ib_insync import Contract, Future, Index, LimitOrder, MarketOrder

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
FindCall = Callable[[Any, float], Awaitable[Contract]]

OPEN = 4
SPX = Index("SPX", "CBOE")


async def test_intraday_bars_are_what_was_ticked(paper: Paper, steps: Steps) -> None:
    """Five-minute bars since the open: first open and last close are the prints of those instants."""
    ib = await paper.connect()
    ticker = ib.reqMktData(SPX)
    await steps(ib, OPEN)
    first = ticker.last
    await steps(ib, 30)
    bars = await ib.reqHistoricalDataAsync(SPX, "", "1 D", "5 mins", "TRADES", True)
    assert len(bars) == 7
    assert (bars[0].open, bars[-1].close) == (first, ticker.last)
    assert [f"{bar.date:%H:%M}" for bar in bars[:2]] == ["09:30", "09:35"]


async def test_bars_kept_up_to_date_follow_the_ticks(paper: Paper, steps: Steps) -> None:
    """The last bar is replaced while it lasts and a new one begins after it; cancelling ends that."""
    ib = await paper.connect()
    ticker = ib.reqMktData(SPX)
    await steps(ib, OPEN)
    bars = await ib.reqHistoricalDataAsync(SPX, "", "1 D", "2 mins", "TRADES", True, keepUpToDate=True)
    await steps(ib, 5)
    assert len(bars) == 3
    assert bars[-1].close == ticker.last
    ib.cancelHistoricalData(bars)
    await steps(ib, 5)
    assert len(bars) == 3


async def test_a_daily_bar_kept_up_to_date_is_todays(paper: Paper, steps: Steps) -> None:
    """The bar of the day in progress is the last one, with the session's extremes."""
    ib = await paper.connect()
    await steps(ib, OPEN + 10)
    bars = await ib.reqHistoricalDataAsync(SPX, "", "5 D", "1 day", "TRADES", True, keepUpToDate=True)
    assert bars[-1].date == date(2026, 1, 5)
    await steps(ib, 10)
    assert bars[-1].close == round(paper.gateway.market.index("SPX"), 2)


async def test_midpoint_bars_of_an_option_begin_with_its_first_request(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """An option that nobody asked about has no past (162); from then on it has bars."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    call = await vix_call(ib, 15.0)
    ticker = ib.reqMktData(call)
    await ib.reqHistoricalDataAsync(call, "", "1 D", "1 min", "MIDPOINT", True)
    await steps(ib, 3)
    bars = await ib.reqHistoricalDataAsync(call, "", "1 D", "1 min", "MIDPOINT", True)
    assert (len(bars), bars[-1].volume) == (4, -1)
    assert bars[-1].close == pytest.approx((ticker.bid + ticker.ask) / 2)


async def test_small_bars_are_paced(paper: Paper, steps: Steps) -> None:
    """The same request twice within 15 seconds is a pacing violation, 162."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    assert await ib.reqHistoricalDataAsync(SPX, "", "1800 S", "30 secs", "TRADES", True)
    assert not await ib.reqHistoricalDataAsync(SPX, "", "1800 S", "30 secs", "TRADES", True)
    assert codes == [162]


async def test_real_time_bars_come_after_their_five_seconds(paper: Paper, steps: Steps) -> None:
    """Each instant closes the bar of the one before it."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    bars = ib.reqRealTimeBars(SPX, 5, "TRADES", True)
    ticker = ib.reqMktData(SPX)
    await steps(ib, 1)
    print_of_931 = ticker.last
    await steps(ib, 1)
    assert bars[-1].close == print_of_931
    count = len(bars)
    ib.cancelRealTimeBars(bars)
    await steps(ib, 2)
    assert len(bars) == count


async def test_history_has_a_beginning(paper: Paper) -> None:
    """The head time stamp is the first daily bar; an option has none (162)."""
    ib = await paper.connect()
    head = await ib.reqHeadTimeStampAsync(SPX, "TRADES", True, 1)
    assert head.date() == paper.gateway.market.daily("SPX", date(2026, 1, 5), 10**6)[0].day


async def test_profits_of_the_day_add_up(paper: Paper, steps: Steps, vix_call: FindCall) -> None:
    """Daily profit is the change of net liquidation, and of the only position the same."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    call = await vix_call(ib, 15.0)
    whole = ib.reqPnL("DU1234567")
    single = ib.reqPnLSingle("DU1234567", "", call.conId)
    ib.placeOrder(call, MarketOrder("BUY", 3, tif="DAY"))
    await steps(ib, 20)
    account = paper.gateway.account
    value = account.value(paper.gateway.board.mark, paper.gateway.board.spot)
    assert whole.dailyPnL == pytest.approx(float(value.net_liquidation) - 1_000_000, abs=0.011)
    assert single.dailyPnL == pytest.approx(whole.dailyPnL, abs=0.011)
    assert (single.position, single.unrealizedPnL) == (3, pytest.approx(whole.unrealizedPnL, abs=0.011))
    ib.placeOrder(call, MarketOrder("SELL", 3, tif="DAY"))
    await steps(ib, 1)
    assert single.position == 0
    assert single.realizedPnL == pytest.approx(float(account.realized), abs=0.011)
    assert whole.realizedPnL == single.realizedPnL


async def test_a_future_counts_in_profits_by_its_open_profit(paper: Paper, steps: Steps) -> None:
    """A VX position's daily profit is its marks' change times 1,000, less fees."""
    ib = await paper.connect()
    (future,) = await ib.qualifyContractsAsync(Future("VIX", "20260218", "CFE", tradingClass="VX"))
    await steps(ib, OPEN)
    single = ib.reqPnLSingle("DU1234567", "", future.conId)
    trade = ib.placeOrder(future, MarketOrder("BUY", 1, tif="DAY"))
    await steps(ib, 15)
    mark = paper.gateway.board.mark(paper.gateway.universe.by_id(future.conId, paper.gateway.now.date()))
    paid = trade.fills[0].execution.price
    assert single.dailyPnL == pytest.approx((mark - paid) * 1000 - 2.25, abs=0.011)


async def test_positions_can_be_had_under_a_request_id(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """All positions and an end, then every change, until cancelled."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    raw = await paper.raw()
    await raw.start(9)
    raw.send(74, 1, 77, "", "")
    assert await raw.read() == ["72", "1", "77"]
    call = await vix_call(ib, 15.0)
    ib.placeOrder(call, MarketOrder("BUY", 2, tif="DAY"))
    told = (await raw.until("71"))[-1]
    assert (told[2], told[3], told[4], told[-3], told[-1]) == ("77", "DU1234567", str(call.conId), "2", "")
    assert len(told) == 18
    raw.send(75, 1, 77)
    raw.send(49, 1)
    await raw.until("49")
    ib.placeOrder(call, LimitOrder("SELL", 2, 0.01, tif="DAY"))
    await steps(ib, 1)
    raw.send(49, 1)
    assert {frame[0] for frame in await raw.until("49")} == {"49"}
