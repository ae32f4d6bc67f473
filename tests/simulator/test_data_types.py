"""Kinds of market data: frozen, delayed, generic ticks, computations, and the limits on asking."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from ib_insync import Contract, Index

from simulator.instruments import underlying
from simulator.recorder import bars_of
from simulator.switches import Switches

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
Serve = Callable[..., Awaitable[Any]]
FindCall = Callable[[Any, float], Awaitable[Contract]]

OPEN, NEXT_MORNING = 4, 412 + 2
SPX_REQUEST = (416904, *[""] * 3, 0.0, *[""] * 7, 0)


async def test_frozen_data_show_the_last_quote_of_the_evening(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """Type 2 after hours: announced as frozen, with a two-sided quote; live again with the next session."""
    ib = await paper.connect()
    call = await vix_call(ib, 15.0)
    await steps(ib, NEXT_MORNING)
    live = ib.reqMktData(call)
    ib.reqMarketDataType(2)
    frozen = ib.reqMktData(Index("VIX", "CBOE"))
    ib.cancelMktData(call)
    again = ib.reqMktData(call)
    await ib.reqCurrentTimeAsync()
    assert (again.marketDataType, frozen.marketDataType) == (2, 2)
    assert 0 < again.bid < again.ask
    await steps(ib, 10)
    assert again.marketDataType == 1
    assert live is again


async def test_delayed_data_come_with_10167_and_their_own_ticks(serve: Serve) -> None:
    """Notice, type 3, parameters, then ticks 66 to 76; prices are fifteen minutes old."""
    paper = await serve(switches=Switches(delayed=True))
    client = await paper.raw()
    await client.start()
    client.send(1, 11, 1, *SPX_REQUEST, "", 0, 0, "")
    refused = await client.read()
    assert (refused[3], "Delayed market data is available" in refused[4]) == ("354", True)
    client.send(59, 1, 3)
    client.send(1, 11, 2, *SPX_REQUEST, "", 0, 0, "")
    frames = await client.until("1")
    assert [frame[0] for frame in frames] == ["4", "58", "81", "1"]
    assert (frames[0][3], frames[1][3], frames[3][3]) == ("10167", "3", "68")
    seen = []
    for _ in range(OPEN + 20):
        seen += [frame for frame in await client.step() if frame[:4] == ["1", "6", "2", "68"]]
    prices = [frame[4] for frame in seen]
    now = paper.gateway.now
    spx = underlying("SPX")
    bars = bars_of(paper.gateway.recorder.prices(spx, "TRADES", now - timedelta(days=1), now), 60)
    # The first print of the day is shown once it is fifteen minutes old.
    assert prices[0] == str(bars[0].close)
    assert str(bars[-1].close) not in prices


async def test_ib_insync_maps_delayed_ticks_to_the_ordinary_fields(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """Bid, ask and greeks of delayed data arrive where live ones do."""
    paper = await serve(switches=Switches(delayed=True))
    ib = await paper.connect()
    await steps(ib, OPEN)
    ib.reqMarketDataType(3)
    ticker = ib.reqMktData(await vix_call(ib, 15.0))
    await ib.reqCurrentTimeAsync()
    assert (ticker.marketDataType, 0 < ticker.bid < ticker.ask) == (3, True)
    assert ticker.modelGreeks.delta > 0


async def test_generic_ticks_bring_volatilities_and_open_interest(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """104 and 106 of an index, 100 and 101 of an option; an unknown number is 321."""
    ib = await paper.connect()
    spx = ib.reqMktData(Index("SPX", "CBOE"), "104,106")
    call = ib.reqMktData(await vix_call(ib, 15.0), "100,101")
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    ib.reqMktData(Index("VIX", "CBOE"), "9999")
    await steps(ib, OPEN)
    assert spx.impliedVolatility == pytest.approx(paper.gateway.market.index("VIX") / 100, abs=1e-6)
    assert 0.01 < spx.histVolatility < 2
    assert (call.callOpenInterest >= 0, call.callVolume) == (True, 0)
    assert codes == [321]


async def test_high_low_and_open_of_the_day_are_sent(paper: Paper, steps: Steps) -> None:
    """Ticks 14, 6 and 7 of an index are the extremes of its prints."""
    ib = await paper.connect()
    ticker = ib.reqMktData(Index("SPX", "CBOE"))
    prints = []
    await steps(ib, OPEN - 1)
    for _ in range(30):
        await steps(ib, 1)
        prints.append(ticker.last)
    assert (ticker.open, ticker.high, ticker.low) == (prints[0], max(prints), min(prints))


async def test_computations_are_inverse_to_one_another(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """The volatility of a computed price is the one it was computed with; an impossible price has none."""
    ib = await paper.connect()
    await steps(ib, OPEN)
    call = await vix_call(ib, 15.0)
    priced = await ib.calculateOptionPriceAsync(call, 0.9, 16.0)
    back = await ib.calculateImpliedVolatilityAsync(call, priced.optPrice, 16.0)
    assert back.impliedVol == pytest.approx(0.9, abs=1e-4)
    assert 0 < priced.delta < 1
    none = await ib.calculateImpliedVolatilityAsync(call, 0.01, 30.0)
    assert (none.impliedVol, none.delta) == (None, None)


async def test_the_hundred_and_first_line_is_refused(paper: Paper) -> None:
    """101, and the hundred before go on."""
    client = await paper.raw()
    await client.start()
    for request_id in range(101):
        client.send(1, 11, request_id, *SPX_REQUEST, "", 0, 0, "")
    assert (await client.until("4"))[-1][2:4] == ["100", "101"]


@pytest.mark.parametrize("pacing", ["close", "pace", "off"])
async def test_too_many_messages_end_or_slow_a_connection(serve: Serve, pacing: str) -> None:
    """Over 50 in a second: error 100 and then the end, or later service, or nothing."""
    paper = await serve(switches=Switches(pacing=pacing))
    client = await paper.raw()
    await client.start()
    for _ in range(60):
        client.send(17, 1)
    frames: list[list[str]] = []
    while len(frames) < 60:
        frame = await client.read()
        if frame[0] == "4":
            if frame[3] == "100":
                break
            continue
        frames.append(frame)
    if pacing == "close":
        assert len(frames) == 50
        assert [(await client.read())[3] for _ in range(3)] == ["100"] * 3
        assert await client.at_end()
    else:
        assert len(frames) == 60


async def test_there_is_room_for_32_clients(paper: Paper) -> None:
    """The 33rd is told so and closed."""
    for client_id in range(32):
        client = await paper.raw()
        await client.start(client_id)
    extra = await paper.raw()
    await extra.hello()
    extra.send(71, 2, 32, "")
    assert "32 API clients" in (await extra.read())[4]
    assert await extra.at_end()
