"""What may change during a connection's life, and what must then not happen."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from daemon.errors import BrokerTimeout, InvariantBroken
from strategies.core.commands import Intent, Leg, PlaceOrder, Purpose, Watch
from strategies.core.events import BrokerNotice, OrderNotTransmitted
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
NINE_THIRTY = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)


def clock(request: list[str]) -> Messages:
    """Answer the question for the time."""
    return [(49, 1, int(NINE_THIRTY.timestamp()))] if request[0] == "49" else []


@pytest.mark.parametrize(("apart_s", "questions"), [(60.0, 1), (0.0, 3)])
async def test_the_time_is_asked_for_at_most_once_in_a_while(
    hand_made: Start, session: StartSession, monkeypatch: pytest.MonkeyPatch, apart_s: float, questions: int
) -> None:
    """IBKR leaves a second question within a second unanswered: a heartbeat right after login asks none."""
    monkeypatch.setattr("daemon.broker.ib.clock_check._APART_S", apart_s)
    made = await hand_made("DU1", lambda _: [])
    world = session(made.port, play=False)
    await world.broker.connected(10)
    for _ in range(2):
        world.broker.compare_clocks()
        await world.broker.idle()
    assert made.requests.count("49") == questions


async def test_lost_subscriptions_are_made_again(hand_made: Start, session: StartSession) -> None:
    """1101: the link is back but its data are lost; every subscription is cancelled and made anew."""

    def answer(request: list[str]) -> Messages:
        first = request[0] == "1" and made.requests.count("1") == 1
        return [(4, 2, -1, 1101, "restored - data lost", "")] if first else clock(request)

    made = await hand_made("DU1", answer)
    made.tells_time = False
    world = session(made.port, play=False)
    await world.broker.connected(10)
    world.broker._catalogue._con_ids[FUTURE.key] = 42
    await world.ask(Watch(instruments=(FUTURE,)))
    await world.until(lambda event: isinstance(event, BrokerNotice) and event.code == 1101)
    await world.broker.idle()
    assert await world.broker.step_time() == NINE_THIRTY
    assert [request for request in made.requests if request in {"1", "2"}] == ["1", "2", "1"]


async def test_a_live_account_that_appears_later_stops_every_order(
    hand_made: Start, session: StartSession
) -> None:
    """The guard is asked at every order, not only at the login."""

    def answer(request: list[str]) -> Messages:
        return [(15, 1, "DU1,U7654321"), *clock(request)] if request[0] == "49" else []

    made = await hand_made("DU1", answer)
    world = session(made.port, account="DU1")
    await world.broker.connected(20)
    world.broker._catalogue._con_ids[FUTURE.key] = 42
    await world.broker.step_time()
    world.broker.execute(SALE)
    (refused,) = [event for event in world.drain() if isinstance(event, OrderNotTransmitted)]
    assert "U7654321" in refused.reason
    assert "3" not in made.requests


async def test_an_order_never_waits_in_the_throttle(hand_made: Start, session: StartSession) -> None:
    """An order that the library would queue is reported as not sent: it would go out at an unknown time."""
    made = await hand_made("DU1", clock)
    made.tells_time = False
    world = session(made.port, play=False)
    await world.broker.connected(10)
    world.broker._catalogue._con_ids[FUTURE.key] = 42
    world.broker._link.ib.client.MaxRequests = 1
    world.broker.execute(SALE)
    (refused,) = [event for event in world.drain() if isinstance(event, OrderNotTransmitted)]
    assert "messages a second" in refused.reason


async def test_the_time_is_one_question_with_a_deadline(hand_made: Start, session: StartSession) -> None:
    """Two at once would lose one in the library; none is waited for without end."""
    made = await hand_made("DU1", lambda _request: [])
    made.tells_time = False
    world = session(made.port, request_timeout_s=0.2)
    await world.broker.connected(10)
    question = world.broker.step_time()
    world.broker._asking_time = True
    with pytest.raises(InvariantBroken, match="twice at once"):
        await question
    world.broker._asking_time = False
    with pytest.raises(BrokerTimeout, match=r"time: no answer within 0\.2 s"):
        await world.broker.step_time()
