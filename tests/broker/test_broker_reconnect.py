"""A session outlives its connections."""

import signal
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from strategies.core.commands import (
    CancelOrder,
    FetchSnapshot,
    Intent,
    Leg,
    ListChain,
    ListExpiry,
    PlaceOrder,
    Purpose,
    Watch,
)
from strategies.core.events import Connection, Link, OrderStatus, Quotes, Snapshot
from strategies.core.instruments import SPX, VIX, Right

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]


async def test_a_killed_gateway_is_found_again_and_quoted_again(
    gateway: Start, session: StartSession
) -> None:
    """Down with its reason, up with the next epoch, and the watched instruments subscribed unasked."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    await world.ask(Watch(instruments=(SPX,)))
    await world.step_to(14, 31)
    await paper.end(signal.SIGKILL)
    down = await world.until(lambda event: isinstance(event, Connection) and event.link is Link.DOWN)
    assert (down.epoch, down.reason) == (1, "the gateway closed the connection")
    await paper.start()
    up = await world.until(lambda event: isinstance(event, Connection) and event.epoch == 2)
    assert (up.link, up.account, up.paper) == (Link.UP, "DU1234567", True)
    await world.broker.idle()
    world.now = paper.now
    events = await world.step_to(14, 31)
    assert any(
        quote.instrument == SPX.key for event in events if isinstance(event, Quotes) for quote in event.quotes
    )


async def test_orders_of_an_earlier_run_are_known_by_reference(gateway: Start, session: StartSession) -> None:
    """A new process finds its open order, may cancel it, and does not take a stranger's for its own."""
    paper = await gateway("--step-client", "7")
    first, stranger = session(paper.port, paper.now), session(paper.port, paper.now, client_id=8)
    for world in (first, stranger):
        await world.broker.connected(10)
        chain = (await world.ask(ListChain(underlying=VIX)))[-1]
        command = ListExpiry(symbol="VIX", trading_class="VIX", listed=chain.expiries[2])
        (listed,) = await world.ask(command)
    await first.step_to(14, 31)
    leg = Leg(instrument=listed.instrument(15.0, Right.CALL), ratio=1)
    for world, ref in ((first, "test-1"), (stranger, "other-1")):
        intent = Intent(
            order_ref=ref,
            purpose=Purpose.LAYER_OPEN,
            subject="test",
            legs=(leg,),
            quantity=1,
            limit=Decimal("0.01"),
        )
        await world.ask(PlaceOrder(intent=intent))
    await first.broker.stop()

    second = session(paper.port, first.now)
    await second.broker.connected(10)
    events = await second.ask(FetchSnapshot())
    snapshot = next(event for event in events if isinstance(event, Snapshot))
    assert sorted(seen.order_ref for seen in snapshot.open_orders) == ["", "test-1"]
    await second.ask(CancelOrder(order_ref="test-1"))
    statuses = [event for event in second.events if isinstance(event, OrderStatus)]
    assert {event.order_ref for event in statuses} == {"test-1"}
    assert statuses[-1].status == "Cancelled"
