"""Orders: sent at once or certainly not, filled, cancelled; against the paper gateway."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from daemon.errors import InvariantBroken
from strategies.core.commands import (
    CancelOrder,
    FetchSnapshot,
    Intent,
    Leg,
    ListChain,
    ListExpiry,
    PlaceOrder,
    Purpose,
)
from strategies.core.events import (
    AnyEvent,
    BrokerNotice,
    Commission,
    ExecutionReported,
    ExpiryListed,
    OrderNotTransmitted,
    OrderStatus,
    OrderTransmitted,
    Snapshot,
)
from strategies.core.instruments import SPX, VIX, Right

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]


def order(ref: str, legs: tuple[Leg, ...], limit: str, quantity: int = 2) -> PlaceOrder:
    """Return an order for the day."""
    return PlaceOrder(
        intent=Intent(
            order_ref=ref,
            purpose=Purpose.LAYER_OPEN,
            subject="test",
            legs=legs,
            quantity=quantity,
            limit=Decimal(limit),
        )
    )


def of(kind: type, events: list[AnyEvent]) -> list[Any]:
    """Return the events of one type."""
    return [event for event in events if isinstance(event, kind)]


async def expiry(world: Any, symbol: str) -> ExpiryListed:  # noqa: ANN401 - a fixture's class
    """List the last listed expiry but two of the index's last class."""
    chain = (await world.ask(ListChain(underlying=VIX if symbol == "VIX" else SPX)))[-1]
    command = ListExpiry(symbol=symbol, trading_class=chain.trading_class, listed=chain.expiries[2])
    (listed,) = await world.ask(command)
    assert isinstance(listed, ExpiryListed)
    return listed


async def test_a_single_leg_is_sent_once_filled_and_charged(gateway: Start, session: StartSession) -> None:
    """The transmission, the broker's statuses, the execution and its commission arrive in wire order."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    call = (await expiry(world, "VIX")).instrument(15.0, Right.CALL)
    await world.step_to(14, 31)
    bought = order("test-1", (Leg(instrument=call, ratio=1),), "9.00")
    events = await world.ask(bought) + await world.step_to(14, 33)
    assert of(OrderTransmitted, events)[0].order_ref == "test-1"
    assert isinstance(events[0], OrderTransmitted)
    last = of(OrderStatus, events)[-1]
    assert (last.status, last.filled, last.remaining, last.confirmed) == ("Filled", 2, 0, True)
    executions = [event.execution for event in of(ExecutionReported, events)]
    assert {execution.instrument for execution in executions} == {call.key}
    assert sum(execution.quantity for execution in executions) == 2
    assert all(execution.bought and execution.order_ref == "test-1" for execution in executions)
    charged = {event.exec_id for event in of(Commission, events)}
    assert charged == {execution.exec_id for execution in executions}
    with pytest.raises(InvariantBroken, match="test-1 was transmitted before"):
        world.broker.execute(bought)


async def test_a_combo_is_bought_at_a_negative_limit_and_reported_by_leg(
    gateway: Start, session: StartSession
) -> None:
    """A condor sold for a credit: one execution of the combo without an instrument, and one a leg."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    listed = await expiry(world, "SPX")
    await world.step_to(14, 31)
    middle = listed.puts[len(listed.puts) // 2]
    below = [strike for strike in listed.puts if strike < middle]
    above = [strike for strike in listed.calls if strike > middle]
    legs = (
        Leg(instrument=listed.instrument(below[-30], Right.PUT), ratio=1),
        Leg(instrument=listed.instrument(below[-20], Right.PUT), ratio=-1),
        Leg(instrument=listed.instrument(above[20], Right.CALL), ratio=-1),
        Leg(instrument=listed.instrument(above[30], Right.CALL), ratio=1),
    )
    events = await world.ask(order("test-1", legs, "-0.05", quantity=1)) + await world.step_to(14, 40)
    executions = [event.execution for event in of(ExecutionReported, events)]
    whole = [execution for execution in executions if execution.instrument is None]
    assert sum(execution.quantity for execution in whole) == 1
    assert {(part.instrument, part.bought) for part in executions if part.instrument} == {
        (leg.instrument.key, leg.ratio > 0) for leg in legs
    }
    snapshot = of(Snapshot, await world.ask(FetchSnapshot()))[0]
    positions = {seen.instrument: seen.quantity for seen in snapshot.positions}
    assert positions == {leg.instrument.key: leg.ratio for leg in legs}


async def test_a_resting_order_is_cancelled_by_reference(gateway: Start, session: StartSession) -> None:
    """The broker confirms the cancel; its 202 comes as the reason."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    call = (await expiry(world, "VIX")).instrument(15.0, Right.CALL)
    await world.step_to(14, 31)
    await world.ask(order("test-1", (Leg(instrument=call, ratio=1),), "0.01"))
    events = await world.ask(CancelOrder(order_ref="test-1"))
    last = of(OrderStatus, events)[-1]
    assert (last.status, last.confirmed, last.remaining) == ("Cancelled", True, 2)
    assert last.reason.startswith("202 ")
    assert not of(ExecutionReported, world.events)


async def test_what_cannot_be_sent_is_reported_as_not_sent(gateway: Start, session: StartSession) -> None:
    """Unknown contract, foreign account, no connection: nothing leaves, and the reason is named."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    listed = await expiry(world, "VIX")
    call = listed.instrument(15.0, Right.CALL)
    unknown = order("test-1", (Leg(instrument=listed.instrument(16.3, Right.CALL), ratio=1),), "1.00")
    known = order("test-2", (Leg(instrument=call, ratio=1),), "1.00")
    foreign = PlaceOrder(intent=replace(known.intent, order_ref="test-3", account="DU9999999"))
    events = await world.ask(unknown, foreign, CancelOrder(order_ref="test-9"))
    await paper.end()
    await world.until(lambda event: getattr(event, "link", None) == "down")
    events += await world.ask(known)
    reasons = [event.reason for event in of(OrderNotTransmitted, events)]
    assert "contract id of OPT.VIX" in reasons[0]
    assert "account DU9999999" in reasons[1]
    assert reasons[2] == "not connected"
    assert any("cancel of order test-9 not sent" in event.text for event in of(BrokerNotice, events))
    assert not of(OrderTransmitted, world.events)
