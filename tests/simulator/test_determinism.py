"""The same seed and the same requests give the same bytes."""

from collections.abc import Awaitable, Callable
from typing import Any

from ib_insync import IB, LimitOrder, Option

from simulator.instruments import option

Paper = Any  # the gateway of conftest, whose classes cannot be imported
Serve = Callable[..., Awaitable[Any]]


def _order_message(call: Option, limit: float) -> list[str]:
    client: Any = IB().client  # type: ignore[no-untyped-call]
    sent: list[str] = []
    client.connState, client._serverVersion, client.sendMsg = client.CONNECTED, 176, sent.append
    client.placeOrder(1, call, LimitOrder("BUY", 400, limit, tif="DAY", orderRef="x"))
    client.connState = client.DISCONNECTED
    return sent[0].removesuffix("\0").split("\0")


async def _conversation(paper: Paper) -> bytes:
    """Play half a session with ticks, an order worked over several instants, and every list."""
    market = paper.gateway.market
    expiry = market.expiries("VIX", market.sessions[0].day)[1]
    item = option("VIX", expiry, paper.gateway.hours.day_before(expiry), 15.0, "C")
    call = Option("VIX", f"{item.last_trade:%Y%m%d}", 15.0, "C", "SMART", conId=item.con_id)
    client = await paper.raw()
    await client.start()
    for request_id, con_id in enumerate((416904, 13455763, item.con_id), start=100):
        client.send(1, 11, request_id, con_id, *[""] * 3, 0.0, *[""] * 7, 0, "", 0, 0, "")
    client.send(61, 1)
    client.send(6, 2, 1, "")
    for _ in range(5):
        await client.step()
    client.send(*_order_message(call, 3.0))
    for _ in range(200):
        await client.step()
    client.send(7, 3, 900, 0, "", "", "", "", "", "")
    client.send(99, 0)
    await client.until("102")
    received: bytes = client.received
    return received


async def test_the_same_seed_gives_the_same_conversation_byte_for_byte(serve: Serve) -> None:
    """Two gateways of one seed say the same; another seed says something else."""
    first, second, other = [await _conversation(await serve(seed=seed)) for seed in (3, 3, 4)]
    assert len(first) > 20_000
    assert first == second
    assert first != other
