"""A cancel that the library only infers from an error code is not the broker's word."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from strategies.core.commands import Intent, Leg, PlaceOrder, Purpose
from strategies.core.events import OrderStatus
from strategies.core.instruments import Instrument, Kind, Right

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]
Messages = list[tuple[object, ...]]

CALL = Instrument(
    kind=Kind.OPTION,
    symbol="VIX",
    exchange="SMART",
    trading_class="VIX",
    last_trade=date(2026, 1, 20),
    strike=15.0,
    right=Right.CALL,
    multiplier=100,
)


def status(order_id: str, word: str) -> tuple[object, ...]:
    """Return the wire's orderStatus for an order of one contract."""
    return (3, order_id, word, 0, 1, 0, 555, 0, 0, 7, "", 0)


@pytest.fixture
def statuses(hand_made: Start, session: StartSession) -> Callable[..., Awaitable[list[OrderStatus]]]:
    """Place an order that is answered with `reply(order_id)`; return what was reported until `last`."""

    async def place(reply: Callable[[str], Messages], last: Callable[[Any], bool]) -> list[OrderStatus]:
        made = await hand_made("DU1", lambda request: reply(request[1]) if request[0] == "3" else [])
        world = session(made.port, play=False)
        await world.broker.connected(10)
        world.broker._catalogue._con_ids[CALL.key] = 42
        intent = Intent(
            order_ref="test-1",
            purpose=Purpose.LAYER_OPEN,
            subject="test",
            legs=(Leg(instrument=CALL, ratio=1),),
            quantity=1,
            limit=Decimal("1.05"),
        )
        world.broker.execute(PlaceOrder(intent=intent))
        await world.until(lambda event: isinstance(event, OrderStatus) and last(event))
        return [event for event in world.events if isinstance(event, OrderStatus)]

    return place


async def test_a_preset_note_is_an_unconfirmed_cancel_and_the_order_lives_on(
    statuses: Callable[..., Awaitable[list[OrderStatus]]],
) -> None:
    """10349: the library says Cancelled; the broker's next, equal word must get through."""

    def reply(order_id: str) -> Messages:
        note = (4, 2, order_id, 10349, "Order TIF was set to DAY based on order preset.", "")
        working = status(order_id, "Submitted")
        return [working, note, working, working, status(order_id, "Filled")]

    seen = await statuses(reply, lambda event: event.status == "Filled")
    assert [(event.status, event.confirmed) for event in seen] == [
        ("Submitted", True),
        ("Cancelled", False),
        ("Submitted", True),
        ("Filled", True),
    ]
    assert seen[1].reason == "10349 Order TIF was set to DAY based on order preset."
    assert seen[2].reason == ""


async def test_a_refusal_is_confirmed_by_the_status_that_follows(
    statuses: Callable[..., Awaitable[list[OrderStatus]]],
) -> None:
    """201 first, then the broker's own Cancelled: the reason is kept, and only the second is its word."""

    def reply(order_id: str) -> Messages:
        refusal = (4, 2, order_id, 201, "Order rejected - reason:margin", "")
        return [status(order_id, "Submitted"), refusal, status(order_id, "Cancelled")]

    seen = await statuses(reply, lambda event: event.status == "Cancelled" and event.confirmed)
    assert [(event.status, event.confirmed) for event in seen[1:]] == [
        ("Cancelled", False),
        ("Cancelled", True),
    ]
    assert {event.reason for event in seen[1:]} == {"201 Order rejected - reason:margin"}


async def test_a_refusal_after_the_status_adds_its_reason(
    statuses: Callable[..., Awaitable[list[OrderStatus]]],
) -> None:
    """Cancelled first, then 201: the reason arrives as the same confirmed status, once more."""

    def reply(order_id: str) -> Messages:
        refusal = (4, 2, order_id, 201, "Order rejected - reason:margin", "")
        return [status(order_id, "Cancelled"), refusal]

    seen = await statuses(reply, lambda event: event.reason.startswith("201"))
    assert [(event.status, event.confirmed) for event in seen] == [("Cancelled", True), ("Cancelled", True)]
