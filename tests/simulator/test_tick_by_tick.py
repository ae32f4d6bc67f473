"""Ticks one by one, past ticks, and the schedule of trading hours."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from ib_insync import Contract, Future, Index, Stock

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
FindCall = Callable[[Any, float], Awaitable[Contract]]

OPEN = 4
SPX = Index("SPX", "CBOE")
SPY = Stock("SPY", "SMART", "USD")


def _codes(ib: Any) -> list[int]:  # noqa: ANN401 - ib_insync's IB has no annotations
    """Return the list that every error code from now on is added to."""
    found: list[int] = []
    ib.errorEvent += lambda _id, code, *_: found.append(code)
    return found


async def test_every_change_of_the_last_is_a_tick(paper: Paper, steps: Steps) -> None:
    """Each instant's print of SPX is one tick, none is repeated."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    prints = ib.reqMktData(SPX)
    ticker = ib.reqTickByTickData(SPX, "Last")
    seen = []
    for _ in range(6):
        await steps(ib, 1)
        seen += [tick.price for tick in ticker.tickByTicks]
    assert seen[-1] == prints.last
    assert len(seen) >= 5
    assert all(before != after for before, after in itertools.pairwise(seen))
    ib.cancelTickByTickData(SPX, "Last")
    await steps(ib, 1)
    assert not any(client.tick_feeds for client in paper.gateway.clients)


async def test_sides_and_mids_of_a_stock_and_a_future(paper: Paper, steps: Steps) -> None:
    """BidAsk has both prices and sizes of the quote, MidPoint lies between them."""
    ib = await paper.connect()
    monthlies = await ib.reqContractDetailsAsync(Future("VIX", exchange="CFE", tradingClass="VX"))
    future = monthlies[0].contract
    quote, sides = ib.reqMktData(SPY), ib.reqTickByTickData(SPY, "BidAsk")
    mids = ib.reqTickByTickData(future, "MidPoint")
    await steps(ib, OPEN)
    tick = sides.tickByTicks[-1]
    assert (tick.bidPrice, tick.askPrice, tick.bidSize, tick.askSize) == (
        *(quote.bid, quote.ask),
        *(quote.bidSize, quote.askSize),
    )
    future_quote = paper.gateway.board.quote(paper.gateway.universe.by_id(future.conId, date(2026, 1, 5)))
    assert mids.tickByTicks[-1].midPoint == pytest.approx((future_quote.bid + future_quote.ask) / 2)


async def test_what_has_no_ticks_says_so(paper: Paper, steps: Steps, vix_call: FindCall) -> None:
    """Options and the sides of an index 10189, a sixth subscription 10190, an unknown kind 321."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    codes = _codes(ib)
    ib.reqTickByTickData(await vix_call(ib, 15.0), "Last")
    ib.reqTickByTickData(SPX, "BidAsk")
    ib.reqTickByTickData(SPX, "Sometimes")
    await steps(ib, 1)
    assert codes == [10189, 10189, 321]
    for kind in ("Last", "AllLast", "BidAsk", "MidPoint"):
        ib.reqTickByTickData(SPY, kind)
    ib.reqTickByTickData(SPX, "Last")
    ib.reqTickByTickData(SPX, "AllLast")
    await steps(ib, 1)
    assert codes[3:] == [10190]


async def test_past_ticks_are_the_prints_of_their_time(paper: Paper, steps: Steps) -> None:
    """From a start on the first ones, up to an end the last ones, also of days before the gateway's start."""
    ib = await paper.connect()
    await steps(ib, OPEN + 20)
    first = await ib.reqHistoricalTicksAsync(SPX, "20260105 09:30:00", "", 5, "TRADES", True)
    last = await ib.reqHistoricalTicksAsync(SPX, "", paper.gateway.now, 5, "TRADES", True)
    assert [tick.time.astimezone().minute % 30 for tick in first] == [0, 1, 2, 3, 4]
    assert (last[-1].time, last[-1].price) == (
        paper.gateway.now,
        round(paper.gateway.market.index("SPX"), 2),
    )
    before = await ib.reqHistoricalTicksAsync(SPX, "", "20260102 16:00:00", 1000, "TRADES", True)
    (daily,) = paper.gateway.market.daily("SPX", date(2026, 1, 2), 1)
    assert len(before) == 1000
    assert before[-1].price == daily.close


async def test_past_mids_and_sides_of_a_stock(paper: Paper, steps: Steps) -> None:
    """The mid lies between the sides of the same instant."""
    ib = await paper.connect()
    await steps(ib, OPEN + 5)
    start = "20260105 09:30:00"
    mids = await ib.reqHistoricalTicksAsync(SPY, start, "", 5, "MIDPOINT", True)
    sides = await ib.reqHistoricalTicksAsync(SPY, start, "", 5, "BID_ASK", True)
    assert [tick.time for tick in mids] == [tick.time for tick in sides]
    for mid, side in zip(mids, sides, strict=True):
        assert side.priceBid < mid.price < side.priceAsk


@pytest.mark.parametrize(
    ("start", "end", "count", "what", "code"),
    [
        ("", "", 5, "TRADES", 321),
        ("20260105 09:30:00", "20260105 10:00:00", 5, "TRADES", 321),
        ("20260105 09:30:00", "", 1001, "TRADES", 321),
        ("20260105 09:30:00", "", 5, "YIELD", 321),
        ("20260105 08:00:00", "", 5, "BID_ASK", 162),
    ],
)
async def test_a_malformed_question_about_the_past_is_refused(
    paper: Paper, steps: Steps, start: str, end: str, count: int, what: str, code: int
) -> None:
    """The error carries the request's id and says what is wrong; nothing else is sent."""
    client = await paper.raw()
    await client.start()
    client.send(96, 5, 416904, *[""] * 3, 0.0, *[""] * 7, 0, start, end, count, what, 1, 0, "")
    found = await client.read()
    assert (found[0], found[2], found[3]) == ("4", "5", str(code))


async def test_the_schedule_lists_sessions_with_their_hours(paper: Paper) -> None:
    """Regular hours of SPX over the turn of the year; with all hours an option begins the evening before."""
    ib = await paper.connect()
    schedule = await ib.reqHistoricalScheduleAsync(SPX, 3, "20260105 08:00:00 US/Eastern", useRTH=True)
    assert schedule.timeZone == "US/Central"
    assert [(s.refDate, s.startDateTime[9:], s.endDateTime[9:]) for s in schedule.sessions] == [
        *(("20251231", "08:30:00", "15:00:00"), ("20260102", "08:30:00", "15:00:00")),
        ("20260105", "08:30:00", "15:00:00"),
    ]
    chain = (await ib.reqSecDefOptParamsAsync("SPX", "", "IND", 416904))[-1]
    day = chain.expirations[5]
    strike = chain.strikes[len(chain.strikes) // 2]
    put = Contract(
        secType="OPT", symbol="SPX", exchange="SMART", currency="USD", right="P", strike=strike,
        lastTradeDateOrContractMonth=day, tradingClass=chain.tradingClass,
    )  # fmt: skip
    whole = await ib.reqHistoricalScheduleAsync(put, 1, "", useRTH=False)
    assert (whole.sessions[0].startDateTime, whole.sessions[0].endDateTime) == (
        *("20260104-19:15:00", "20260105-16:00:00"),
    )


async def test_past_ticks_do_not_come_with_a_subscription(paper: Paper, steps: Steps) -> None:
    """A numberOfTicks is refused with 321, and there is no subscription."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    codes = _codes(ib)
    ib.reqTickByTickData(SPX, "Last", numberOfTicks=5)
    await steps(ib, 1)
    assert codes == [321]
    assert not any(client.tick_feeds for client in paper.gateway.clients)
