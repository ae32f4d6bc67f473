"""What stands between a decided order and the wire: the veto, the floor of order ids, the probe."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

from strategies.core.commands import Intent, Leg, PlaceOrder, Purpose
from strategies.core.events import Connection, Link, OrderNotTransmitted, OrderTransmitted
from strategies.core.instruments import Instrument, Kind

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]
Messages = list[tuple[object, ...]]

FUTURE = Instrument(
    kind=Kind.FUTURE,
    symbol="VIX",
    exchange="CFE",
    trading_class="VX",
    last_trade=date(2026, 1, 21),
    multiplier=1000,
)
SALE = PlaceOrder(
    intent=Intent(
        order_ref="test-1",
        purpose=Purpose.LAYER_PEEL,
        subject="test",
        legs=(Leg(instrument=FUTURE, ratio=-1),),
        quantity=1,
        limit=Decimal("12.05"),
    )
)
ALWAYS_S = -1.0  # a silence that every gateway has kept


def details_end(request: list[str]) -> Messages:
    """Answer a request for contract details: there are none, that is all."""
    return [(52, 1, int(request[2]))] if request[0] == "9" else []


async def ready(session: StartSession, port: int, **options: object) -> Any:  # noqa: ANN401 - a fixture's class
    """Return a connected session that knows the future's id."""
    world = session(port, **options)
    await world.broker.connected(10)
    world.broker._catalogue._con_ids[FUTURE.key] = 42
    return world


async def test_a_veto_is_the_last_word(hand_made: Start, session: StartSession) -> None:
    """Asked right before the write; nothing goes out, and the reason is reported."""
    made = await hand_made("DU1", lambda _: [])
    world = await ready(session, made.port, veto=lambda intent: f"{intent.order_ref} is too old")
    world.broker.execute(SALE)
    (void,) = [event for event in world.drain() if isinstance(event, OrderNotTransmitted)]
    assert void.reason == "test-1 is too old"
    assert "3" not in made.requests


async def test_order_ids_begin_above_the_floor_whatever_the_gateway_offers(
    hand_made: Start, session: StartSession
) -> None:
    """A restarted gateway offers 1 again: the id of an order that may still be alive there."""
    made = await hand_made("DU1", lambda _: [])
    world = await ready(session, made.port, order_id_floor=4711)
    world.broker.execute(SALE)
    sent = await world.until(lambda event: isinstance(event, OrderTransmitted))
    assert sent.order_id > 4711


async def test_a_silent_gateway_is_probed_and_then_sent_the_order(
    hand_made: Start, session: StartSession
) -> None:
    """The order follows the answer on the wire."""
    made = await hand_made("DU1", details_end)
    world = await ready(session, made.port, play=False, probe_after_idle_s=ALWAYS_S)
    world.broker.execute(SALE)
    await world.until(lambda event: isinstance(event, OrderTransmitted))
    await world.broker.stop()
    assert made.requests[-2:] == ["9", "3"]


async def test_a_dead_gateway_gets_no_order_and_loses_its_session(
    hand_made: Start, session: StartSession
) -> None:
    """Half-open: the socket takes bytes and nobody reads them. Nothing is sent, the session is ended."""
    made = await hand_made("DU1", lambda _: [])
    world = await ready(session, made.port, play=False, probe_after_idle_s=ALWAYS_S, probe_timeout_s=0.1)
    world.broker.execute(SALE)
    void = await world.until(lambda event: isinstance(event, OrderNotTransmitted))
    assert void.reason.startswith("the gateway did not answer a probe")
    down = await world.until(lambda event: isinstance(event, Connection) and event.link is Link.DOWN)
    assert down.reason == "the gateway did not answer a probe"
    assert "3" not in made.requests


async def test_a_gateway_that_spoke_just_now_is_not_probed(hand_made: Start, session: StartSession) -> None:
    """The round trip costs a moment that a busy market does not have."""
    made = await hand_made("DU1", lambda _: [])
    world = await ready(session, made.port, play=False, probe_after_idle_s=600.0)
    world.broker.execute(SALE)
    await world.until(lambda event: isinstance(event, OrderTransmitted))
    assert "9" not in made.requests
