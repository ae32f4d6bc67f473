"""BAG orders: iron condors at a net price, filled as one and booked as legs."""

import math
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ib_insync import ComboLeg, Contract, LimitOrder, Option, Ticker

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
Serve = Callable[..., Awaitable[Any]]
Condor = tuple[Any, Contract, list[Ticker]]  # the client is ib_insync's IB, which has no annotations


EXPIRY = "20260227"
OFFSETS = ((-150, "P", "BUY"), (-100, "P", "SELL"), (100, "C", "SELL"), (150, "C", "BUY"))


@pytest.fixture
async def condor(paper: Paper, steps: Steps) -> Condor:
    """A connected client at 09:30, a short condor as a BAG to buy, and the tickers of its legs."""
    ib = await paper.connect()
    await steps(ib, 4)
    middle = 25 * round(paper.gateway.market.index("SPX") / 25)
    legs = [
        Option("SPX", EXPIRY, middle + off, right, "SMART", tradingClass="SPXW") for off, right, _ in OFFSETS
    ]
    legs = await ib.qualifyContractsAsync(*legs)
    tickers = [ib.reqMktData(leg) for leg in legs]
    await steps(ib, 1)
    combo = Contract(
        secType="BAG", symbol="SPX", exchange="SMART", currency="USD",
        comboLegs=[
            ComboLeg(conId=leg.conId, ratio=1, action=action, exchange="SMART")
            for leg, (_, _, action) in zip(legs, OFFSETS, strict=True)
        ],
    )  # fmt: skip
    return ib, combo, tickers


def _far(tickers: list[Ticker]) -> float:
    """Return the net price of buying the BAG at the far sides: negative, a credit."""
    sides = zip(tickers, OFFSETS, strict=True)
    return round(sum(t.ask if action == "BUY" else -t.bid for t, (_, _, action) in sides), 2)


async def test_a_condor_at_the_far_sides_fills_as_one_bag_and_four_legs(condor: Condor, steps: Steps) -> None:
    """One execution for the BAG, one per leg under the same permId; leg prices add up to the net price."""
    ib, combo, tickers = condor
    far = _far(tickers)
    trade = ib.placeOrder(combo, LimitOrder("BUY", 10, far, tif="DAY", orderRef="condor"))
    await steps(ib, 1)
    whole, *legs = trade.fills
    assert trade.orderStatus.status == "Filled"
    assert (whole.contract.secType, whole.execution.price, whole.execution.shares) == ("BAG", far, 10)
    assert [fill.execution.side for fill in legs] == ["BOT", "SLD", "SLD", "BOT"]
    signed = sum(f.execution.price * (1 if f.execution.side == "BOT" else -1) for f in legs)
    assert signed == pytest.approx(far)
    assert {fill.execution.permId for fill in trade.fills} == {trade.order.permId}
    assert len({fill.execution.execId for fill in trade.fills}) == 5
    assert trade.filled() == 10
    assert sorted(p.position for p in ib.positions()) == [-10, -10, 10, 10]


async def test_commissions_are_reported_for_the_legs_only(condor: Condor, steps: Steps) -> None:
    """By default the BAG-level execution has no commission report; each leg has its own."""
    ib, combo, tickers = condor
    trade = ib.placeOrder(combo, LimitOrder("BUY", 2, _far(tickers), tif="DAY"))
    await steps(ib, 1)
    whole, *legs = trade.fills
    assert whole.commissionReport.execId == ""
    assert [fill.commissionReport.commission for fill in legs] == pytest.approx([2 * 1.31] * 4)


async def test_the_bag_level_commission_can_be_switched_on(
    condor: Condor, steps: Steps, paper: Paper
) -> None:
    """With the switch the BAG-level execution carries the sum of its legs' commissions."""
    ib, combo, tickers = condor
    paper.gateway.booking.bag_commission = True
    trade = ib.placeOrder(combo, LimitOrder("BUY", 2, _far(tickers), tif="DAY"))
    await steps(ib, 1)
    assert trade.fills[0].commissionReport.commission == pytest.approx(4 * 2 * 1.31)


async def test_margin_of_a_condor_is_its_wing_less_the_credit(
    condor: Condor, steps: Steps, paper: Paper
) -> None:
    """Available funds fall by width x 100 x quantity less the credit, and by the commissions."""
    ib, combo, tickers = condor
    far = _far(tickers)
    ib.placeOrder(combo, LimitOrder("BUY", 10, far, tif="DAY"))
    await steps(ib, 1)
    values = {
        value.tag: float(value.value)
        for value in ib.accountValues()
        if value.currency == "USD" and value.tag != "Currency"
    }
    assert values["InitMarginReq"] == 50 * 100 * 10
    assert values["AvailableFunds"] == pytest.approx(1_000_000 - far * 1000 - 4 * 10 * 1.31 - 50_000)


async def test_a_limit_inside_the_spread_fills_only_by_the_seeded_chance(
    condor: Condor, steps: Steps
) -> None:
    """At mid it fills within the day at its own limit, not at once as a matter of course."""
    ib, combo, tickers = condor
    mid = sum(
        (t.bid + t.ask) / 2 * (1 if a == "BUY" else -1) for t, (_, _, a) in zip(tickers, OFFSETS, strict=True)
    )
    trade = ib.placeOrder(combo, LimitOrder("BUY", 1, round(round((mid + 0.05) / 0.05) * 0.05, 2), tif="DAY"))
    for _ in range(38):
        await steps(ib, 10)
        if trade.orderStatus.status == "Filled":
            break
    assert trade.orderStatus.status == "Filled"
    assert trade.orderStatus.avgFillPrice == pytest.approx(trade.order.lmtPrice)


async def test_closing_the_condor_realises_the_difference(condor: Condor, steps: Steps, paper: Paper) -> None:
    """Selling the same BAG ends all positions; realised profit is the cash that moved."""
    ib, combo, tickers = condor
    ib.placeOrder(combo, LimitOrder("BUY", 3, _far(tickers), tif="DAY"))
    await steps(ib, 1)
    ib.placeOrder(combo, LimitOrder("SELL", 3, -50.0, tif="DAY"))
    await steps(ib, 1)
    account = paper.gateway.account
    assert ib.positions() == []
    assert account.realized == account.cash - 1_000_000


async def test_the_open_order_of_a_bag_is_read_back_with_its_legs(
    condor: Condor, steps: Steps, paper: Paper
) -> None:
    """After a reconnect the working BAG has its legs, class COMB and the generic combo id."""
    ib, combo, _tickers = condor
    ib.placeOrder(combo, LimitOrder("BUY", 1, -49.0, tif="GTC"))
    await steps(ib, 1)
    ib.disconnect()
    (trade,) = (await paper.connect()).openTrades()
    assert (trade.contract.conId, trade.contract.tradingClass) == (28812380, "COMB")
    assert [(leg.conId, leg.action) for leg in trade.contract.comboLegs] == [
        (leg.conId, leg.action) for leg in combo.comboLegs
    ]


@pytest.mark.parametrize("keep", [slice(1, 3), slice(0, 1)])
async def test_a_bag_with_a_naked_or_single_leg_is_refused(condor: Condor, steps: Steps, keep: slice) -> None:
    """A short strangle is not covered (201), and one leg is no combo (321)."""
    ib, combo, _tickers = condor
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    combo.comboLegs = combo.comboLegs[keep]
    ib.placeOrder(combo, LimitOrder("BUY", 1, -0.05, tif="DAY"))
    await steps(ib, 1)
    assert codes == [201 if len(combo.comboLegs) == 2 else 321]


@pytest.mark.parametrize("kind", ["conversion", "reversal"])
async def test_a_delta_cut_is_accepted_at_its_defined_risk(
    condor: Condor, steps: Steps, paper: Paper, kind: str
) -> None:
    """A short call with a long put at one strike, or the reverse, beside a condor: margin is the worst loss.

    The worst is sought within 15 % of the index to either side; a lone short call stays refused.
    """
    ib, combo, tickers = condor
    ib.placeOrder(combo, LimitOrder("BUY", 2, _far(tickers), tif="DAY"))
    assert tickers[1].contract is not None
    strike = tickers[1].contract.strike  # the long put of a conversion nets the condor's short one
    call, put = await ib.qualifyContractsAsync(
        *(Option("SPX", EXPIRY, strike, right, "SMART", tradingClass="SPXW") for right in "CP")
    )
    actions = ("SELL", "BUY") if kind == "conversion" else ("BUY", "SELL")
    parts = [
        ComboLeg(conId=c.conId, ratio=1, action=a, exchange="SMART")
        for c, a in zip((call, put), actions, strict=True)
    ]
    bag = Contract(secType="BAG", symbol="SPX", exchange="SMART", currency="USD", comboLegs=parts)
    cut = ib.placeOrder(bag, LimitOrder("BUY", 1, 500.0, tif="DAY"))
    await steps(ib, 1)
    assert cut.orderStatus.status == "Filled"
    spot = paper.gateway.market.index("SPX")
    edge = spot * (1.15 if kind == "conversion" else 0.85)
    wings = 2 * 50
    loss = wings + (edge - strike if kind == "conversion" else strike - edge)
    margin = {v.tag: v.value for v in ib.accountValues()}["InitMarginReq"]
    assert float(paper.gateway.account.value(paper.gateway.board.mark, paper.gateway.board.spot).margin) == (
        pytest.approx(100 * loss)
    )
    assert float(margin) > 0


async def test_market_data_of_a_bag_are_the_net_sides_of_its_legs(
    condor: Condor, paper: Paper, steps: Steps
) -> None:
    """A snapshot and a stream: bid and ask of the BUY side, the smallest leg's size, no last."""
    ib, combo, tickers = condor
    (shot,) = await ib.reqTickersAsync(combo)
    assert shot.ask == pytest.approx(_far(tickers))
    stream = ib.reqMktData(combo)
    await steps(ib, 1)
    assert stream.ask == pytest.approx(_far(tickers))
    near = sum(
        t.bid if action == "BUY" else -t.ask for t, (_, _, action) in zip(tickers, OFFSETS, strict=True)
    )
    assert stream.bid == pytest.approx(near)
    sizes = [
        t.askSize if action == "BUY" else t.bidSize
        for t, (_, _, action) in zip(tickers, OFFSETS, strict=True)
    ]
    assert stream.askSize == min(sizes)
    assert math.isnan(stream.last)
    before = stream.ask
    await steps(ib, 30)
    assert stream.ask != before
    ib.cancelMktData(combo)
    await steps(ib, 1)
    assert not any(s.item.sec_type == "BAG" for c in paper.gateway.clients for s in c.subscriptions.values())


async def test_a_bag_with_an_unknown_leg_has_no_market_data(condor: Condor, steps: Steps) -> None:
    """The request is answered with 200."""
    ib, combo, _tickers = condor
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    combo.comboLegs[0].conId = 5
    ib.reqMktData(combo)
    await steps(ib, 1)
    assert codes == [200]
