"""A condor that a person opened at the gateway is adopted and hedged; legs closed by hand end well."""

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Self

import pytest
from ib_insync import IB, ComboLeg, Contract, LimitOrder, Option

from daemon.errors import ExitCode

World = Any  # the helpers' classes: modules found at run time have no static type

PLAY = ("--regime=shock", "--sessions=3", "--seed=1")
HEDGE_ONLY = {"HEDGED_CONDORS__MANAGE": "false"}
OFFSETS = ((-200, "P", "BUY"), (-150, "P", "SELL"), (100, "C", "SELL"), (150, "C", "BUY"))
CONTRACTS = 10


class Person:
    """Somebody with a client of their own, who alone moves the gateway's time while no daemon does."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self.clock: Any = await self._connect(1)
        self.ib: Any = await self._connect(5)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.clock.disconnect()
        self.ib.disconnect()

    async def _connect(self, client_id: int) -> Any:  # noqa: ANN401 - ib_insync's IB has no annotations
        ib: Any = IB()  # type: ignore[no-untyped-call]
        ib.client.MaxRequests = 0
        await ib.connectAsync("127.0.0.1", self._port, clientId=client_id, timeout=10)
        return ib

    async def step(self, count: int) -> None:
        """Let so many instants pass."""
        for _ in range(count):
            await self.clock.reqCurrentTimeAsync()

    async def trade(self, legs: list[Contract], actions: list[str]) -> None:
        """Trade options as one combo, at a price that fills."""
        combo = Contract(
            secType="BAG", symbol="SPX", exchange="SMART", currency="USD",
            comboLegs=[
                ComboLeg(conId=leg.conId, ratio=1, action=action, exchange="SMART")
                for leg, action in zip(legs, actions, strict=True)
            ],
        )  # fmt: skip
        tickers = [self.ib.reqMktData(leg) for leg in legs]
        await self.step(1)
        sides = zip(tickers, actions, strict=True)
        net = sum(t.ask if action == "BUY" else -t.bid for t, action in sides)
        trade = self.ib.placeOrder(combo, LimitOrder("BUY", CONTRACTS, round(net + 0.5, 1), tif="DAY"))
        await self.step(2)
        assert trade.orderStatus.status == "Filled", trade.log


async def open_by_hand(port: int) -> list[Contract]:
    """Open a condor at 09:33 of the first session, five weeks before its expiry."""
    async with Person(port) as person:
        await person.step(6)
        spx = Contract(secType="IND", symbol="SPX", exchange="CBOE", currency="USD")
        (ticker,) = await person.ib.reqTickersAsync(*await person.ib.qualifyContractsAsync(spx))
        middle = 25 * round(ticker.last / 25)
        options = [
            Option("SPX", "20260213", middle + offset, right, "SMART", tradingClass="SPXW")
            for offset, right, _ in OFFSETS
        ]
        legs: list[Contract] = await person.ib.qualifyContractsAsync(*options)
        assert len(legs) == len(OFFSETS)
        await person.trade(legs, [action for _, _, action in OFFSETS])
    return legs


async def close_puts_by_hand(port: int, legs: list[Contract]) -> None:
    """Buy the put spread back, at the gateway, while no daemon runs."""
    async with Person(port) as person:
        await person.trade(legs[:2], ["SELL", "BUY"])


def test_a_condor_opened_by_hand_is_adopted_hedged_and_settled(
    world: World, hedged: Callable[..., Any]
) -> None:
    """Adopted with its credit, hedged by the first engine; its puts closed by hand it waits for a person."""
    macro = str(world.folder / "macro")
    world.gateway(*PLAY, f"--macro={macro}")
    settings = HEDGE_ONLY | {"HEDGED_MACRO__FOLDER": macro}
    legs = asyncio.run(open_by_hand(world.port))
    daemon = world.daemon(**settings)
    daemon.wait_for(lambda: [r for r in world.audit("layer") if r["state"] == "open"], "a layer")
    daemon.kill()
    (adopted, *_) = world.audit("condor")
    assert adopted["reason"] == "adopted: found in the account"
    assert (adopted["contracts"], adopted["state"]) == (CONTRACTS, "open")
    bought = sum(
        (1 if r["side"] == "SLD" else -1) * Decimal(str(r["price"])) * r["shares"] * 100
        for r in world.ledger("execution")
        if r["client"] == 5 and r["contract"] != "BAG"
    )
    assert abs(Decimal(adopted["credit_usd"]) - bought) < 100  # commissions are in the account's cost
    assert {r["client"] for r in world.ledger("place")} == {1, 5}
    asyncio.run(close_puts_by_hand(world.port, legs))
    daemon = world.daemon(**settings)
    daemon.wait_for(lambda: world.audit("quarantined"), "the quarantine")
    alarm = world.audit("alarm")[-1]
    assert (alarm["cause"], alarm["subject"]) == ("difference", "C0001")
    refused = hedged("settle", "C0009", "--reason", "typo", **world.variables())
    assert "C0009 is not quarantined; what is: C0001" in refused.stderr
    done = hedged("settle", "C0001", "--reason", "closed the puts by hand", **world.variables())
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    status = json.loads(hedged("status", "--json", **world.variables()).stdout)
    (condor,) = status["condors"]
    assert (condor["adopted"], condor["contracts"], condor["credit_usd"]) == (True, 0, "0.0000")
    assert daemon.ended() == 0, daemon.said()
    assert world.audit("reconciled")[-1]["ready"] is True
    ours = world.audit("snapshot")[-1]["positions"]
    assert sorted(int(quantity) for key, quantity, *_ in ours if ".SPXW." in key) == [-CONTRACTS, CONTRACTS]
    verified = hedged("audit", "verify", str(world.audit_folder))
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.fixture
def hedged(world: World) -> Callable[..., Any]:
    """Runs a verb to its end."""
    run: Callable[..., Any] = world.hedged
    return run
