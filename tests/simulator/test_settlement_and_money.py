"""Money is conserved, expired contracts are paid out, and the account's value is cash plus marks."""

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from ib_insync import Contract, LimitOrder, Option

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
Serve = Callable[..., Awaitable[Any]]
FindCall = Callable[[Any, float], Awaitable[Contract]]


def _ledger(paper: Paper) -> list[dict[str, Any]]:
    return [json.loads(line) for line in paper.ledger.read_text().splitlines()]


def _cash_of(line: dict[str, Any]) -> Decimal:
    """Return what one ledger line did to the cash, for index options."""
    if line["kind"] == "settlement":
        return Decimal(line["paid_per_contract"]) * int(line["quantity"])
    side = -1 if line["side"] == "BOT" else 1
    return side * Decimal(str(line["price"])) * 100 * int(line["shares"]) - Decimal(line["commission"])


async def test_cash_is_what_the_ledger_adds_up_to(serve: Serve, steps: Steps) -> None:
    """Opening cash, executions, commissions and settlements explain every cent, through an expiry."""
    paper = await serve(sessions=6)
    ib = await paper.connect()
    await steps(ib, 4)
    spot = 5 * round(paper.gateway.market.index("SPX") / 5)
    options = await ib.qualifyContractsAsync(
        Option("SPX", "20260109", spot - 100, "C", "SMART", tradingClass="SPXW"),
        Option("SPX", "20260109", spot + 100, "C", "SMART", tradingClass="SPXW"),
        Option("VIX", "20260217", 15.0, "C", "SMART", tradingClass="VIX"),
    )
    tickers = [ib.reqMktData(option) for option in options]
    await steps(ib, 1)
    for option, ticker in zip(options, tickers, strict=True):
        ib.placeOrder(option, LimitOrder("BUY", 7, ticker.ask, tif="DAY"))
    await steps(ib, 30)
    ib.placeOrder(options[0], LimitOrder("SELL", 2, tickers[0].bid, tif="DAY"))
    await steps(ib, 1)
    assert len(ib.positions()) == 3
    while paper.gateway.now.day < 9 or paper.gateway.now.hour < 21:
        await steps(ib, 1)
    account = paper.gateway.account
    lines = _ledger(paper)
    settled = {line["contract"]: line for line in lines if line["kind"] == "settlement"}
    final = settled[options[0].localSymbol]["value"]
    assert final == pytest.approx(paper.gateway.market.index("SPX"))
    paid = Decimal(settled[options[0].localSymbol]["paid_per_contract"])
    assert float(paid) == pytest.approx(max(0.0, final - options[0].strike) * 100)
    assert [held.contract.symbol for held in ib.positions()] == ["VIX"]
    moved = sum((_cash_of(line) for line in lines if line["kind"] in {"execution", "settlement"}), Decimal(0))
    assert account.cash == pytest.approx(1_000_000 + moved, abs=Decimal("0.02"))


async def test_net_liquidation_is_cash_plus_marks(paper: Paper, steps: Steps, vix_call: FindCall) -> None:
    """Whenever values are sent, net liquidation is cash plus quantity times mid."""
    ib = await paper.connect()
    call = await vix_call(ib, 14.0)
    ticker = ib.reqMktData(call)
    await steps(ib, 4)
    ib.placeOrder(call, LimitOrder("BUY", 20, ticker.ask, tif="DAY"))
    await steps(ib, 2)  # to 09:32, one of the three-minute beats of the account values
    for _ in range(5):
        await steps(ib, 3)
        values = {
            v.tag: float(v.value) for v in ib.accountValues() if v.tag in {"NetLiquidation", "TotalCashValue"}
        }
        (item,) = ib.portfolio()
        assert values["NetLiquidation"] == pytest.approx(values["TotalCashValue"] + item.marketValue)
        assert item.marketPrice == pytest.approx((ticker.bid + ticker.ask) / 2)


async def test_vix_calls_settle_on_the_morning_of_their_day(serve: Serve, steps: Steps) -> None:
    """A VIX option expires the day before; its position leaves at the opening print of the settlement day."""
    paper = await serve(sessions=12)
    ib = await paper.connect()
    (call,) = await ib.qualifyContractsAsync(
        Option("VIX", "20260120", 12.0, "C", "SMART", tradingClass="VIX")
    )
    ticker = ib.reqMktData(call)
    await steps(ib, 4)
    ib.placeOrder(call, LimitOrder("BUY", 1, ticker.ask, tif="DAY"))
    waiting = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="GTC"))
    await steps(ib, 1)
    assert len(ib.positions()) == 1
    while paper.gateway.now.day != 21 or paper.gateway.now.hour < 14:
        await steps(ib, 1)
    await steps(ib, 2)
    assert len(ib.positions()) == 1
    await steps(ib, 1)
    assert ib.positions() == []
    assert waiting.orderStatus.status == "Cancelled"
    (line,) = [line for line in _ledger(paper) if line["kind"] == "settlement"]
    assert line["value"] == paper.gateway.market.final_settlement("VIX", paper.gateway.now.date())
