"""A gateway with --state goes on where its process was killed: ids, orders, executions, positions, cash."""

import asyncio
import json
import signal
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ib_insync import IB, ComboLeg, Contract, LimitOrder, MarketOrder, Option

_OPEN = 5
_VIX = 13455763


class Running(NamedTuple):
    """A gateway process and where it listens."""

    process: asyncio.subprocess.Process
    line: dict[str, Any]
    port: int

    async def kill(self) -> None:
        """End it without a word."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.communicate()


Launch = Callable[..., Awaitable[Running]]


async def _start(*arguments: str) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "simulator", "--clock=stepped", "--sessions=3", *arguments]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)


@pytest.fixture
async def launch(tmp_path: Path) -> AsyncIterator[Launch]:
    """Start a gateway with its state in one folder; what runs at the end is killed."""
    made: list[Running] = []

    async def start(*arguments: str) -> Running:
        process = await _start(f"--state={tmp_path / 'state'}", *arguments)
        assert process.stdout
        line = json.loads(await process.stdout.readline())
        made.append(Running(process, line, int(line["listening"].rpartition(":")[2])))
        return made[-1]

    yield start
    for running in made:
        if running.process.returncode is None:
            await running.kill()


async def _connect(running: Running, client_id: int = 7) -> Any:  # noqa: ANN401 - ib_insync's IB has no annotations
    ib: Any = IB()  # type: ignore[no-untyped-call]
    ib.client.MaxRequests = 0
    await ib.connectAsync("127.0.0.1", running.port, clientId=client_id, timeout=20)
    return ib


async def _next_valid_id(running: Running, client_id: int) -> int:
    """Start as a client and return the order id that it is given."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    start = f"71\x002\x00{client_id}\x00\x00".encode()
    writer.write(b"API\0" + struct.pack(">I", 9) + b"v157..176" + struct.pack(">I", len(start)) + start)
    while True:
        (size,) = struct.unpack(">I", await reader.readexactly(4))
        fields = (await reader.readexactly(size)).decode().split("\0")
        if fields[0] == "9":
            writer.close()
            await writer.wait_closed()
            return int(fields[2])


async def _call(ib: Any) -> Contract:  # noqa: ANN401 - as above
    """Return the VIX call of the third expiry at 16."""
    chain = (await ib.reqSecDefOptParamsAsync("VIX", "", "IND", _VIX))[0]
    option = Option("VIX", chain.expirations[2], 16.0, "C", "SMART", tradingClass="VIX")
    (found,) = await ib.qualifyContractsAsync(option)
    return found


async def _trade(ib: Any, tifs: tuple[str, ...]) -> Contract:  # noqa: ANN401 - as above
    """Buy two calls, leave resting orders of some times in force, and let one be cancelled."""
    for _ in range(_OPEN):
        await ib.reqCurrentTimeAsync()
    call = await _call(ib)
    bought = ib.placeOrder(call, MarketOrder("BUY", 2, orderRef="bought"))
    resting = [ib.placeOrder(call, LimitOrder("BUY", 1, 0.01, tif=tif, orderRef=tif)) for tif in tifs]
    gone = ib.placeOrder(call, LimitOrder("BUY", 1, 0.02, orderRef="gone"))
    ib.cancelOrder(gone.order)
    await ib.reqCurrentTimeAsync()
    assert bought.orderStatus.status == "Filled"
    assert {trade.orderStatus.status for trade in resting} == {"Submitted"}
    return call


async def _spread(ib: Any, call: Contract) -> None:  # noqa: ANN401 - as above
    """Leave an order for a spread of two calls resting."""
    other = Option("VIX", call.lastTradeDateOrContractMonth, 18.0, "C", "SMART", tradingClass="VIX")
    await ib.qualifyContractsAsync(other)
    legs = [
        ComboLeg(conId=contract.conId, ratio=1, action=action, exchange="SMART")
        for contract, action in ((call, "BUY"), (other, "SELL"))
    ]
    bag = Contract(symbol="VIX", secType="BAG", exchange="SMART", currency="USD", comboLegs=legs)
    order = LimitOrder("BUY", 1, 0.01, tif="DAY", orderRef="spread")
    trade = ib.placeOrder(bag, order)
    await ib.reqCurrentTimeAsync()
    assert trade.orderStatus.status == "Submitted"


async def _told(running: Running) -> dict[str, Any]:
    """Return everything that a client is told of orders and account when it connects."""
    ib = await _connect(running)
    told = {
        "orders": [(t.order.orderId, t.order.permId, t.order.orderRef, t.order.tif) for t in ib.openTrades()],
        "contracts": [trade.contract for trade in ib.openTrades()],
        "fills": [(f.execution, f.commissionReport) for f in ib.fills()],
        "done": [
            (t.order.permId, t.order.orderRef, t.orderStatus.status)
            for t in await ib.reqCompletedOrdersAsync(False)
        ],
        "positions": ib.positions(),
        "values": [
            v for v in ib.accountValues() if v.tag in {"NetLiquidation", "CashBalance", "RealizedPnL"}
        ],
    }
    ib.disconnect()
    return told


async def test_a_killed_gateway_goes_on_with_orders_executions_positions_and_cash(launch: Launch) -> None:
    """All that a client was told before SIGKILL it is told again, under the same ids, and can act on it."""
    first = await launch()
    ib = await _connect(first)
    call = await _trade(ib, ("GTC", "DAY"))
    await _spread(ib, call)
    ib.disconnect()
    before, order_id = await _told(first), await _next_valid_id(first, 7)
    assert len(before["orders"]) == 3
    assert len(before["fills"]) == 1
    await first.kill()

    second = await launch()
    assert second.line["resumed"]
    assert await _told(second) == before
    assert await _next_valid_id(second, 7) == order_id
    ib = await _connect(second)
    (resting,) = [trade for trade in ib.openTrades() if trade.order.tif == "GTC"]
    assert resting.contract.conId == call.conId
    ib.cancelOrder(resting.order)
    new = ib.placeOrder(call, LimitOrder("BUY", 1, 0.01))
    await ib.reqCurrentTimeAsync()
    assert resting.orderStatus.status == "Cancelled"
    assert new.order.permId > max(perm_id for _, perm_id, _, _ in before["orders"])
    ib.disconnect()


async def test_time_passes_at_the_broker_while_the_gateway_is_away(launch: Launch) -> None:
    """Restarted the next morning: the DAY order has ended with its session, the GTC order works on."""
    first = await launch()
    ib = await _connect(first)
    await _trade(ib, ("GTC", "DAY"))
    ib.disconnect()
    await first.kill()
    second = await launch("--start=2026-01-06T10:00")
    assert second.line["now"] == "2026-01-06T15:00:00+00:00"
    told = await _told(second)
    assert [ref for _, _, ref, _ in told["orders"]] == ["GTC"]
    assert [position.position for position in told["positions"]] == [2.0]
    assert told["fills"] == []  # those were yesterday's


async def test_order_ids_roll_back_at_a_restart_by_fault(launch: Launch) -> None:
    """restart_id_rollback gives the last four ids out again; the orders under them are still there."""
    first = await launch()
    ib = await _connect(first)
    await _trade(ib, ("GTC",))
    ib.disconnect()
    order_id = await _next_valid_id(first, 7)
    await first.kill()
    second = await launch("--fault=restart_id_rollback")
    assert await _next_valid_id(second, 7) == max(1, order_id - 4)
    assert [ref for _, _, ref, _ in (await _told(second))["orders"]] == ["GTC"]


async def test_a_state_is_of_one_world_and_one_gateway_at_a_time(launch: Launch, tmp_path: Path) -> None:
    """Another seed, an earlier time, or a second process: one line that says what to do, exit code 2."""
    first = await launch("--start=2026-01-06T10:00")
    folder = f"--state={tmp_path / 'state'}"

    async def refusal(*arguments: str) -> str:
        process = await _start(folder, *arguments)
        out, err = await process.communicate()
        assert (process.returncode, out) == (2, b"")
        (line,) = err.decode().strip().splitlines()
        return line

    assert "no other gateway uses" in await refusal()
    await first.kill()
    assert "its seed is '1', now it is '2'" in await refusal("--seed=2")
    assert "use a later time" in await refusal("--start=2026-01-05T10:00")
