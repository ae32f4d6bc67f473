"""Ticks: what is sent, when, and that only changes are."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ib_insync import Contract, Future, Index

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
FindCall = Callable[[Any, float], Awaitable[Contract]]


NEW_YORK = ZoneInfo("America/New_York")
OPEN, CLOSE = 4, 4 + 390


async def test_indices_have_a_last_and_the_previous_close(paper: Paper, steps: Steps) -> None:
    """Tick 4 is the market's value, tick 9 the close before today."""
    ib = await paper.connect()
    spx = ib.reqMktData(Index("SPX", "CBOE"))
    await steps(ib, OPEN)
    bars = await ib.reqHistoricalDataAsync(Index("SPX", "CBOE"), "", "2 D", "1 day", "TRADES", True)
    assert spx.close == bars[-1].close
    assert spx.last == round(paper.gateway.market.index("SPX"), 2)
    assert spx.marketDataType == 1


async def test_options_are_quoted_in_their_hours_with_greeks(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """Between sessions there is no quote (-1, size 0); in them a two-sided one around the model's value."""
    ib = await paper.connect()
    call = await vix_call(ib, 15.0)
    ticker = ib.reqMktData(call)
    await steps(ib, 3)
    assert (ticker.bid, ticker.bidSize, ticker.ask, ticker.askSize) == (-1, 0, -1, 0)
    await steps(ib, 1)
    model = ticker.modelGreeks
    assert 0 < ticker.bid < model.optPrice < ticker.ask
    assert ticker.bidGreeks.impliedVol < model.impliedVol < ticker.askGreeks.impliedVol
    assert 0 < model.delta < 1
    assert model.undPrice > 0
    await steps(ib, 390 + 15)
    assert ticker.bid > 0
    await steps(ib, 3 + 3)
    assert (ticker.bid, ticker.ask) == (-1, -1)


async def test_the_mark_of_a_future_is_mid_and_at_the_close_its_settlement(
    paper: Paper, steps: Steps
) -> None:
    """Generic 221 brings tick 37: mid in the session, the exact settlement from the cash close on."""
    ib = await paper.connect()
    (future,) = await ib.qualifyContractsAsync(Future("VIX", "20260218", "CFE", tradingClass="VX"))
    ticker = ib.reqMktData(future, "221")
    await steps(ib, CLOSE - 1)
    assert abs(ticker.markPrice - (ticker.bid + ticker.ask) / 2) < 1e-9
    await steps(ib, 1)
    gateway = paper.gateway
    expiry = datetime(2026, 2, 18, tzinfo=UTC).date()
    assert gateway.now.astimezone(NEW_YORK).strftime("%H:%M") == "16:00"
    assert abs(ticker.markPrice - gateway.market.settlement(expiry, gateway.now.date())) < 1e-9


async def test_only_changes_are_sent(paper: Paper) -> None:
    """An instant at which nothing moved sends nothing but the time."""
    client = await paper.raw()
    await client.start()
    client.send(1, 11, 5, 416904, *[""] * 3, 0.0, *[""] * 7, 0, "", 0, 0, "")
    assert [frame[0] for frame in await client.until("1")] == ["81", "58", "1"]
    await client.step()
    assert [frame[0] for frame in await client.step()] == ["49"]


async def test_a_subscription_ends_when_cancelled(paper: Paper, steps: Steps) -> None:
    """After cancelMktData no tick of it is sent."""
    ib = await paper.connect()
    spx = ib.reqMktData(contract := Index("SPX", "CBOE"))
    await steps(ib, 5)
    ib.cancelMktData(contract)
    before = spx.last
    await steps(ib, 10)
    assert spx.last == before


async def test_a_snapshot_ends(paper: Paper) -> None:
    """A snapshot is answered with ticks and its end, and leaves no subscription."""
    ib = await paper.connect()
    (ticker,) = await ib.reqTickersAsync(Index("VIX", "CBOE"))
    assert ticker.close > 0
    (client,) = paper.gateway.clients
    assert not client.subscriptions


async def test_the_clock_stands_until_the_stepping_client_asks(paper: Paper) -> None:
    """The first client that asks the time steps it, and stays it after a reconnect; others are only told."""
    first, second = await paper.connect(1), await paper.connect(2)
    start = paper.gateway.now
    assert await first.reqCurrentTimeAsync() > start
    moment = paper.gateway.now
    assert [await second.reqCurrentTimeAsync() for _ in range(3)] == [moment] * 3
    first.disconnect()
    again = await paper.connect(1)
    assert await again.reqCurrentTimeAsync() > moment


async def test_the_instants_of_a_day_are_the_agreed_ones(paper: Paper) -> None:
    """Three before the open, each minute to the options close, three after; the end repeats the last time."""
    client = await paper.raw()
    await client.start()
    times = [datetime.fromtimestamp(int((await client.step())[-1][2]), NEW_YORK) for _ in range(825)]
    shown = [f"{moment:%H:%M}" for moment in times[:412]]
    assert shown[:5] == ["09:00", "09:15", "09:29", "09:30", "09:31"]
    assert shown[-5:] == ["16:14", "16:15", "16:16", "16:30", "17:00"]
    assert times[412].day == 6
    assert times[-1] == times[-2]


async def test_a_regulatory_snapshot_ends_like_any_other(paper: Paper) -> None:
    """Ticks, the end, and no subscription."""
    client = await paper.raw()
    await client.start()
    client.send(1, 11, 5, 416904, *[""] * 3, 0.0, *[""] * 7, 0, "", 0, 1, "")
    assert [frame[0] for frame in await client.until("57")][-1] == "57"
    assert not any(known.subscriptions for known in paper.gateway.clients)


async def test_a_new_last_carries_its_time(paper: Paper) -> None:
    """Tick 45 follows tick 4 with the instant of the print; a last from before the open has none."""
    client = await paper.raw()
    await client.start()
    client.send(1, 11, 5, 416904, *[""] * 3, 0.0, *[""] * 7, 0, "", 0, 0, "")
    for _ in range(OPEN - 1):
        assert "46" not in [frame[0] for frame in await client.step()]
    frames = await client.step()
    names = [(frame[0], frame[3]) for frame in frames[:-1]]
    assert names[:2] == [("1", "4"), ("46", "45")]
    assert frames[1][4] == frames[-1][2] == str(int(paper.gateway.now.timestamp()))
