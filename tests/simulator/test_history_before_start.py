"""Bars inside the day from before the gateway's start: real or generated minutes, 162 where none are."""

import os
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ib_insync import Contract, Future, Index, Stock

from simulator.clock import parse_mode
from simulator.faults import Faults
from simulator.gateway import Gateway, Settings
from simulator.ledger import Ledger
from simulator.market.sources import open_history
from simulator.server import Server

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
FindCall = Callable[[Any, float], Awaitable[Contract]]

OPEN = 4
SPX = Index("SPX", "CBOE")


async def test_yesterdays_bars_are_its_daily_bar_in_pieces(paper: Paper) -> None:
    """78 five-minute bars: first open, extremes and last close are the daily bar's."""
    ib = await paper.connect()
    bars = await ib.reqHistoricalDataAsync(SPX, "", "1 D", "5 mins", "TRADES", True)
    (daily,) = paper.gateway.market.daily("SPX", date(2026, 1, 2), 1)
    # The print at 16:00 begins a bar of its own.
    assert (len(bars), bars[0].date.date()) == (79, date(2026, 1, 2))
    assert (bars[0].open, bars[-1].close) == (daily.open, daily.close)
    assert (max(b.high for b in bars), min(b.low for b in bars)) == (daily.high, daily.low)


async def test_bars_run_from_before_the_start_into_today(paper: Paper, steps: Steps) -> None:
    """No gap and no bar twice where the recorded prices take over."""
    ib = await paper.connect()
    await steps(ib, OPEN + 30)
    bars = await ib.reqHistoricalDataAsync(SPX, "", "2 D", "30 mins", "TRADES", True)
    times = [bar.date for bar in bars]
    assert times == sorted(set(times))
    assert [f"{at:%d %H:%M}" for at in times[12:16]] == ["02 15:30", "02 16:00", "05 09:30", "05 10:00"]
    assert bars[-1].close == round(paper.gateway.market.index("SPX"), 2)


async def test_bars_of_what_is_forgotten_are_modelled_again(paper: Paper, steps: Steps) -> None:
    """No gap and no bar twice where the recorded prices were cut."""
    ib = await paper.connect()
    await steps(ib, OPEN + 60)
    before = await ib.reqHistoricalDataAsync(SPX, "", "1 D", "5 mins", "TRADES", True)
    paper.gateway.recorder.forget(paper.gateway.now - timedelta(minutes=20))
    after = await ib.reqHistoricalDataAsync(SPX, "", "1 D", "5 mins", "TRADES", True)
    assert [bar.date for bar in after] == [bar.date for bar in before]
    assert after[-3:] == before[-3:]


@pytest.mark.parametrize("symbol", ["VIX", "VXX", "SPY", "VX"])
async def test_what_has_minutes_has_bars(paper: Paper, symbol: str) -> None:
    """Indices, stocks and monthly futures: an hour's bars of the last week."""
    ib = await paper.connect()
    contract = Index(symbol, "CBOE") if symbol == "VIX" else Stock(symbol, "SMART", "USD")
    if symbol == "VX":
        monthlies = await ib.reqContractDetailsAsync(Future("VIX", exchange="CFE", tradingClass="VX"))
        contract = monthlies[0].contract
    bars = await ib.reqHistoricalDataAsync(contract, "", "1 W", "1 hour", "TRADES", True)
    days = {bar.date.date() for bar in bars}
    assert max(days) == date(2026, 1, 2)
    assert len(days) >= 3
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars)
    assert min(bar.low for bar in bars) > 1


async def test_a_day_without_bars_is_162(paper: Paper, vix_call: FindCall) -> None:
    """An option's past, a kind that is not kept, a weekly's minutes: no data, never made-up bars."""
    ib = await paper.connect()
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    call = await vix_call(ib, 15.0)
    weekly = (await ib.reqContractDetailsAsync(Future("VIX", exchange="CFE")))[-1].contract
    for contract, end, what in (
        (call, "20251230 16:00:00 US/Eastern", "MIDPOINT"),
        (SPX, "", "BID"),
        (weekly, "20251230 16:00:00 US/Eastern", "TRADES"),
        (Index("AD-NYSE", "NYSE"), "", "TRADES"),
    ):
        assert not await ib.reqHistoricalDataAsync(contract, end, "1 D", "5 mins", what, True)
    assert codes == [162] * 4


async def test_breadth_has_no_history_at_all(paper: Paper, steps: Steps) -> None:
    """No bars of a day either: IBKR is reported to give none, and there is no last to make them of."""
    ib = await paper.connect()
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    await steps(ib, OPEN + 10)
    assert not await ib.reqHistoricalDataAsync(Index("AD-NYSE", "NYSE"), "", "5 D", "1 day", "TRADES", True)
    assert codes == [162]


async def test_weekly_futures_have_daily_bars_on_the_curve(paper: Paper) -> None:
    """As many as it has been listed; the last close is the line between VIX and the monthlies."""
    ib = await paper.connect()
    listed = await ib.reqContractDetailsAsync(Future("VIX", exchange="CFE"))
    weekly = next(d.contract for d in listed if d.contract.tradingClass != "VX")
    bars = await ib.reqHistoricalDataAsync(weekly, "", "30 D", "1 day", "TRADES", True)
    market = paper.gateway.market
    day, settles = date(2026, 1, 2), market.weekly_futures(date(2026, 1, 5))[0]
    assert bars[-1].date == day
    assert bars[-1].close == pytest.approx(market.settlement(settles, day))
    around = [market.daily("VIX", day, 1)[0].close, market.settlement(market.futures(day)[0], day)]
    assert min(around) <= bars[-1].close <= max(around)


@pytest.mark.history
async def test_real_half_hours_come_back_as_they_are_in_the_folder(tmp_path: Path) -> None:
    """On 2017-08-10, before a start on 2017-08-21, the bars' closes are the file's."""
    folder = os.environ.get("HEDGED_DATA")
    if not folder:
        pytest.skip("HEDGED_DATA is not set: give the folder with spx_daily.csv")
    market = open_history(Path(folder), date(2017, 8, 21), date(2017, 8, 22), 1)
    settings = Settings(account="DU1234567", cash=Decimal(1_000_000), seed=1, clock=parse_mode("stepped"))
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        gateway = Gateway(settings, market, ledger, Faults(()))
        breadth = gateway.market.breadth()
        async with Server(gateway) as server:
            ib: Any = await _connected(server.port)
            vix = Index("VIX", "CBOE")
            asked = (vix, "20170810 15:59:00 US/Eastern", "1 D", "30 mins", "TRADES", True)
            bars = await ib.reqHistoricalDataAsync(*asked)
            ticker = ib.reqMktData(Index("AD-NYSE", "NYSE"))
            for _ in range(5):
                await ib.reqCurrentTimeAsync()
            ib.disconnect()
    lines = (Path(folder) / "spx_vix_vx_30min_2016_2017.csv").read_text().splitlines()
    known = [line.split(",") for line in lines if line.startswith("2017-08-10") and ",VIX," in line]
    names = lines[0].split(",")
    closes = {row[0][11:16]: float(row[names.index("close")]) for row in known}
    stamps = [(bar.date + timedelta(0)).strftime("%H:%M") for bar in bars]
    matched = [(s, b.close, closes[s]) for s, b in zip(stamps, bars, strict=True) if s in closes]
    assert len(matched) >= 12
    assert sum(abs(mine - theirs) < 0.3 for _, mine, theirs in matched) >= 12
    assert breadth is not None
    assert ticker.bid + ticker.ask > 1000


async def _connected(port: int) -> Any:  # noqa: ANN401 - ib_insync's IB has no annotations
    from ib_insync import IB  # noqa: PLC0415 - typed here only

    ib: Any = IB()  # type: ignore[no-untyped-call]
    ib.client.MaxRequests = 0
    await ib.connectAsync("127.0.0.1", port, clientId=7, timeout=10)
    return ib
