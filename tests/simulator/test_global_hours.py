"""Outside regular hours: what trades then is quoted and fills, what does not stands still."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ib_insync import ComboLeg, Contract, Future, Index, LimitOrder, MarketOrder, Option, Stock

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
FindCall = Callable[[Any, float], Awaitable[Contract]]

NEW_YORK = ZoneInfo("America/New_York")
# Steps from 08:45 to 09:00 (global session), 09:29 (a pause), 09:30, 16:16 (curb).
GLOBAL, PAUSE, OPEN, CURB = 1, 3, 4, 4 + 406


async def _night(paper: Paper, hour: int, minute: int = 0, *, days: int = 1) -> None:
    """Play on to a time of night, New York, so many days after the first session's."""
    day = datetime(2026, 1, 5, hour, minute, tzinfo=NEW_YORK) + timedelta(days=days)
    paper.gateway.run_to(day.astimezone(ZoneInfo("UTC")))
    paper.gateway.clients.flush()


async def test_an_option_is_quoted_in_the_global_session_and_not_in_its_pauses(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """09:00 and 16:30 have two sides, 09:29 and 17:30 none; from 20:15 on it is quoted again."""
    ib = await paper.connect()
    ticker = ib.reqMktData(await vix_call(ib, 15.0))
    await steps(ib, GLOBAL)
    assert 0 < ticker.bid < ticker.ask
    await steps(ib, PAUSE - GLOBAL)
    assert (ticker.bid, ticker.bidSize, ticker.ask) == (-1, 0, -1)
    await steps(ib, CURB - PAUSE + 1)
    assert 0 < ticker.bid < ticker.ask
    for hour, minute, quoted in ((17, 30, False), (20, 14, False), (20, 15, True), (23, 0, True)):
        await _night(paper, hour, minute, days=0)
        await ib.reqAllOpenOrdersAsync()
        assert (ticker.bid > 0) == quoted, (hour, minute)


async def test_a_global_order_fills_at_night_and_an_ordinary_one_waits(paper: Paper, steps: Steps) -> None:
    """With outsideRth and a limit one works in the global session; others wait."""
    ib = await paper.connect()
    await steps(ib, GLOBAL)
    middle = 25 * round(paper.gateway.market.level("SPX") / 25)
    (put,) = await ib.qualifyContractsAsync(
        Option("SPX", "20260130", middle, "P", "SMART", tradingClass="SPXW")
    )
    ticker = ib.reqMktData(put)
    await ib.reqCurrentTimeAsync()
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    limit = ticker.ask + 5
    ordinary = ib.placeOrder(put, LimitOrder("BUY", 1, limit, tif="DAY"))
    market = ib.placeOrder(put, MarketOrder("BUY", 1, tif="DAY", outsideRth=True))
    night = ib.placeOrder(put, LimitOrder("BUY", 1, limit, tif="DAY", outsideRth=True))
    assert await _settled(ib, night) == "Filled"
    assert night.fills[0].execution.price <= limit
    assert (ordinary.orderStatus.status, market.orderStatus.status) == ("PreSubmitted", "PreSubmitted")
    assert codes == [2109]
    await steps(ib, OPEN - GLOBAL)
    assert (ordinary.orderStatus.status, market.orderStatus.status) == ("Filled", "Filled")


async def _settled(ib: Any, trade: Any) -> str:  # noqa: ANN401 - ib_insync has no annotations
    """Return an order's status once the gateway has answered a later request."""
    await ib.reqAllOpenOrdersAsync()
    return str(trade.orderStatus.status)


async def test_a_global_day_order_lives_to_the_end_of_the_curb_session(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """An ordinary DAY order ends at 16:15, one for all sessions at 17:00; a combo trades at night too."""
    ib = await paper.connect()
    call = await vix_call(ib, 15.0)
    await steps(ib, GLOBAL)
    ordinary = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
    night = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY", outsideRth=True))
    await steps(ib, CURB - GLOBAL + 1)
    assert (ordinary.orderStatus.status, night.orderStatus.status) == ("Cancelled", "Submitted")
    await _night(paper, 17, 1, days=0)
    assert await _settled(ib, night) == "Cancelled"


async def test_a_combo_fills_in_the_global_session(paper: Paper, steps: Steps) -> None:
    """Its legs' hours are its own."""
    ib = await paper.connect()
    await steps(ib, GLOBAL)
    middle = 25 * round(paper.gateway.market.level("SPX") / 25)
    legs = await ib.qualifyContractsAsync(
        *(Option("SPX", "20260130", middle - off, "P", "SMART", tradingClass="SPXW") for off in (100, 150))
    )
    parts = [
        ComboLeg(conId=leg.conId, ratio=1, action=action, exchange="SMART")
        for leg, action in zip(legs, ("BUY", "SELL"), strict=True)
    ]
    bag = Contract(secType="BAG", symbol="SPX", exchange="SMART", currency="USD", comboLegs=parts)
    trade = ib.placeOrder(bag, LimitOrder("BUY", 1, 40.0, tif="DAY", outsideRth=True))
    assert await _settled(ib, trade) == "Filled"
    assert len(trade.fills) == 3


async def test_futures_trade_all_night_but_for_an_hour(paper: Paper, steps: Steps) -> None:
    """VX is quoted at 08:45, 17:00 and 18:00 New York, not at 17:30; an order for all sessions fills."""
    ib = await paper.connect()
    monthlies = await ib.reqContractDetailsAsync(Future("VIX", exchange="CFE", tradingClass="VX"))
    future = monthlies[1].contract
    ticker = ib.reqMktData(future)
    await ib.reqAllOpenOrdersAsync()
    assert 0 < ticker.bid < ticker.ask
    await steps(ib, CURB)
    for hour, minute, quoted in ((17, 0, True), (17, 30, False), (18, 0, True)):
        await _night(paper, hour, minute, days=0)
        await ib.reqAllOpenOrdersAsync()
        assert (ticker.bid > 0) == quoted, (hour, minute)
    await _night(paper, 3)
    trade = ib.placeOrder(future, MarketOrder("BUY", 1, tif="DAY", outsideRth=True))
    assert await _settled(ib, trade) == "Filled"
    waiting = ib.placeOrder(future, MarketOrder("BUY", 1, tif="DAY"))
    assert await _settled(ib, waiting) == "PreSubmitted"


async def test_the_night_moves_what_trades_and_no_spx_print(paper: Paper, steps: Steps) -> None:
    """SPX shows its close while what its options go by moves; VIX prints at 04:00 again."""
    ib = await paper.connect()
    spx, vix = ib.reqMktData(Index("SPX", "CBOE")), ib.reqMktData(Index("VIX", "CBOE"))
    await steps(ib, CURB)
    closes = (spx.last, vix.last)
    await _night(paper, 3)
    await ib.reqAllOpenOrdersAsync()
    assert (spx.last, vix.last) == closes
    assert paper.gateway.market.level("SPX") != pytest.approx(closes[0], abs=0.01)
    await _night(paper, 4)
    await ib.reqAllOpenOrdersAsync()
    assert (spx.last, vix.last != closes[1]) == (closes[0], True)
    assert spx.close == closes[0]


async def test_a_stock_has_extended_hours(paper: Paper, steps: Steps) -> None:
    """SPY is quoted from 04:00; a limit order for extended hours fills then, an ordinary one does not."""
    ib = await paper.connect()
    (spy,) = await ib.qualifyContractsAsync(Stock("SPY", "SMART", "USD"))
    ticker = ib.reqMktData(spy)
    await steps(ib, CURB)
    await _night(paper, 3, 59)
    await ib.reqAllOpenOrdersAsync()
    assert ticker.bid == -1
    await _night(paper, 4)
    await ib.reqAllOpenOrdersAsync()
    assert 0 < ticker.bid < ticker.ask
    limit = round(ticker.ask + 1, 2)
    early = ib.placeOrder(spy, LimitOrder("BUY", 5, limit, tif="DAY", outsideRth=True))
    late = ib.placeOrder(spy, LimitOrder("BUY", 5, limit, tif="DAY"))
    assert (await _settled(ib, early), await _settled(ib, late)) == ("Filled", "PreSubmitted")


async def test_options_are_valued_at_their_regular_mark_at_night(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """Net liquidation stays cash plus market value, and does not move with the thin quotes of the night."""
    ib = await paper.connect()
    call = await vix_call(ib, 15.0)
    await steps(ib, OPEN)
    ib.placeOrder(call, MarketOrder("BUY", 3, tif="DAY"))
    await steps(ib, CURB - OPEN)
    worth = _worth(paper)
    await _night(paper, 3)
    assert _worth(paper) == worth


def _worth(paper: Paper) -> float:
    gateway = paper.gateway
    return float(gateway.account.value(gateway.board.mark, gateway.board.spot).net_liquidation)


async def test_bars_of_regular_hours_leave_the_others_out(paper: Paper, steps: Steps) -> None:
    """With useRTH 1 they begin at 09:30, with 0 by the prints before; the day's open is of 09:30."""
    ib = await paper.connect()
    vix = Index("VIX", "CBOE")
    ticker = ib.reqMktData(vix)
    await steps(ib, OPEN + 1)
    regular, everything = [
        await ib.reqHistoricalDataAsync(vix, "", "1 D", "1 min", "TRADES", use) for use in (True, False)
    ]
    assert [f"{bar.date:%H:%M}" for bar in regular] == ["09:30", "09:31"]
    assert [f"{bar.date:%H:%M}" for bar in everything] == ["08:45", "09:00", "09:15", "09:30", "09:31"]
    assert ticker.open == regular[0].open


async def test_an_option_without_vega_has_the_models_volatility(paper: Paper, steps: Steps) -> None:
    """Deep in the money on its last evening a side's volatility still means something."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    last = paper.gateway.market.expiries("VIXW", paper.gateway.now.date())[0]
    day = paper.gateway.hours.day_before(last)
    assert day == paper.gateway.now.date().replace(day=6)
    (call,) = await ib.qualifyContractsAsync(
        Option("VIX", f"{day:%Y%m%d}", 5.0, "C", "SMART", tradingClass="VIXW")
    )
    ticker = ib.reqMktData(call)
    await steps(ib, 412 + 411 - OPEN)
    assert ticker.bid > 0
    assert all(0 <= side.impliedVol <= 20 for side in (ticker.bidGreeks, ticker.askGreeks))
