"""Market data that are wrong, missing or late by fault, faults by time and by seed, and the control port."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from ib_insync import Contract, Index, LimitOrder, MarketOrder

from simulator.control import Control
from simulator.faults import CATALOGUE, FaultError, Faults, random_schedule

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Steps = Callable[[Any, int], Awaitable[None]]
Serve = Callable[..., Awaitable[Any]]
FindCall = Callable[[Any, float], Awaitable[Contract]]

SPX = Index("SPX", "CBOE")
OPEN = 4


def _codes(ib: Any) -> list[int]:  # noqa: ANN401 - ib_insync's IB has no annotations
    found: list[int] = []
    ib.errorEvent += lambda _request, code, *_: found.append(code)
    return found


@pytest.mark.parametrize("fault", ["minus_one", "nan_ticks"])
async def test_quotes_become_none_for_five_minutes(
    serve: Serve, steps: Steps, vix_call: FindCall, fault: str
) -> None:
    """From 09:35 on bid and ask are -1 or NaN, then prices again."""
    paper = await serve(faults=(f"{fault}@09:35",))
    ib = await paper.connect()
    ticker = ib.reqMktData(await vix_call(ib, 15.0))
    await steps(ib, OPEN + 4)
    assert ticker.bid > 0
    await steps(ib, 1)
    assert not ticker.bid > 0
    await steps(ib, 5)
    assert ticker.bid > 0


@pytest.mark.parametrize(("fault", "codes"), [("stale_quotes", []), ("competing_session", [10197])])
async def test_ticks_stop_with_or_without_a_word(
    serve: Serve, steps: Steps, fault: str, codes: list[int]
) -> None:
    """For five minutes nothing changes; then the present price comes."""
    paper = await serve(faults=(f"{fault}@09:35",))
    ib = await paper.connect()
    seen = _codes(ib)
    ticker = ib.reqMktData(SPX)
    await steps(ib, OPEN + 4)
    before = ticker.last
    await steps(ib, 4)
    assert (ticker.last, seen) == (before, codes)
    await steps(ib, 2)
    assert ticker.last == round(paper.gateway.market.index("SPX"), 2)


async def test_a_halt_stops_fills_and_is_told(serve: Serve, steps: Steps, vix_call: FindCall) -> None:
    """Tick 49 goes to 1 and back to 0; a market order waits in between."""
    paper = await serve(faults=("halted@09:35",))
    ib = await paper.connect()
    call = await vix_call(ib, 15.0)
    ticker = ib.reqMktData(call)
    await steps(ib, OPEN + 5)
    trade = ib.placeOrder(call, MarketOrder("BUY", 1, tif="DAY"))
    await steps(ib, 2)
    assert (ticker.halted, trade.orderStatus.status) == (1.0, "Submitted")
    await steps(ib, 3)
    assert (ticker.halted, trade.orderStatus.status) == (0.0, "Filled")


async def test_notices_come_and_go(serve: Serve, steps: Steps) -> None:
    """1100 three times and 1102 an instant later; broken farms and their return."""
    paper = await serve(faults=("repeated_1100@2", "farms_lost@5"))
    ib = await paper.connect()
    codes = _codes(ib)
    await steps(ib, 6)
    assert codes == [1100, 1100, 1100, 1102, 2103, 2105, 2110, 2157, 2104, 2106, 2158]


async def test_requests_go_wrong_once(serve: Serve, steps: Steps) -> None:
    """A spurious 200, an empty history, delayed data, and a whatIf without margins, each the first time."""
    paper = await serve(faults=("spurious_200", "no_history", "delayed_data", "silent_bars@6"))
    ib = await paper.connect()
    codes = _codes(ib)
    assert await ib.reqContractDetailsAsync(SPX) == []
    assert await ib.reqContractDetailsAsync(SPX)
    assert not await ib.reqHistoricalDataAsync(SPX, "", "5 D", "1 day", "TRADES", True)
    assert await ib.reqHistoricalDataAsync(SPX, "", "5 D", "1 day", "TRADES", True)
    ib.reqMktData(SPX)
    await steps(ib, OPEN)
    assert codes == [200, 162, 10167]
    bars = await ib.reqHistoricalDataAsync(SPX, "", "1 D", "1 min", "TRADES", True, keepUpToDate=True)
    await steps(ib, 1)
    count = len(bars)
    await steps(ib, 5)
    assert len(bars) == count


async def test_an_unset_what_if_is_what_the_client_must_guard_against(
    serve: Serve, steps: Steps, vix_call: FindCall
) -> None:
    """The margins of the answer are the unset double."""
    paper = await serve(faults=("whatif_unset",))
    ib = await paper.connect()
    state = await ib.whatIfOrderAsync(await vix_call(ib, 15.0), LimitOrder("BUY", 1, 1.0, tif="DAY"))
    assert state.initMarginChange == "1.7976931348623157E308"


def test_faults_are_named_counted_timed_or_refused() -> None:
    """Every entry says what it is counted in; a misspelt number or time is an error."""
    assert {fault.of for fault in CATALOGUE.values()} == {
        *(
            "connection",
            "restart",
            "placeOrder",
            "cancelOrder",
            "fill",
            "request",
            "instant",
            "always",
            "span",
        ),
    }
    assert len(CATALOGUE) >= 30
    for wanted in ("halted@25:00", "halted@x", "no_data@2", "connectivity"):
        with pytest.raises(FaultError, match="--fault"):
            Faults([wanted])


def test_a_random_schedule_is_the_seeds() -> None:
    """The same seed gives the same faults; over fifty seeds every fault that can be random is there."""
    assert random_schedule(3) == random_schedule(3)
    union = {item.partition("@")[0] for seed in range(50) for item in random_schedule(seed)}
    assert union == {
        f.name for f in CATALOGUE.values() if f.of not in {"connection", "restart", "always", "span"}
    }
    for seed in range(20):
        Faults(random_schedule(seed))


class _Commander:
    """A connection to a control port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer

    async def send(self, line: str) -> Any:  # noqa: ANN401 - JSON
        """Send a line and return its answer."""
        self.writer.write(line.encode() + b"\n")
        return json.loads(await self._reader.readline())


async def test_the_control_port_injects_at_an_exact_message(
    paper: Paper, steps: Steps, vix_call: FindCall
) -> None:
    """The next order is dropped, the one after it works; orders by hand reach client 0; clients close."""
    ib = await paper.connect(0)
    call = await vix_call(ib, 15.0)
    await steps(ib, OPEN)
    async with Control(paper.gateway) as control:
        commander = _Commander(*await asyncio.open_connection("127.0.0.1", control.port))
        assert await commander.send('{"fault": "drop_order"}') == {"ok": True}
        lost = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
        kept = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif="DAY"))
        await steps(ib, 1)
        assert (lost.orderStatus.status, kept.orderStatus.status) == ("PendingSubmit", "Submitted")
        made = {"by_hand": {"con_id": call.conId, "action": "BUY", "quantity": 1, "limit": 0.02}}
        answer = await commander.send(json.dumps(made))
        await steps(ib, 1)
        assert (answer["ok"], answer["order_id"]) == (True, -1)
        assert answer["perm_id"] in {trade.order.permId for trade in ib.openTrades()}
        state = await commander.send('{"state": true}')
        assert (state["clients"], len(state["working"])) == ([0], 2)
        assert (await commander.send('{"close": 0}'))["ok"]
        if ib.isConnected():
            await ib.disconnectedEvent
        commander.writer.close()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("nonsense", "not JSON"),
        ('{"what": 1}', "fault, close"),
        ('{"fault": "unheard_of"}', "unheard_of"),
        ('{"close": 5}', "close 5"),
        ('{"close": "x"}', "whole number"),
        ('{"by_hand": {"con_id": 5, "action": "BUY", "quantity": 1}}', "No security definition"),
    ],
)
async def test_a_command_that_cannot_be_is_answered_with_why(paper: Paper, line: str, names: str) -> None:
    """The answer names what is wrong, and the port goes on serving."""
    async with Control(paper.gateway) as control:
        commander = _Commander(*await asyncio.open_connection("127.0.0.1", control.port))
        answer = await commander.send(line)
        assert not answer["ok"]
        assert names in answer["error"]
        assert (await commander.send('{"state": true}'))["ok"]
        commander.writer.close()


def test_the_page_lists_every_fault() -> None:
    """A fault that is not in docs/simulator.md cannot be found by who needs it."""
    page = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
    assert [name for name in CATALOGUE if f"`{name}`" not in page] == []
