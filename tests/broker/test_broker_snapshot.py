"""A snapshot is complete, or there is none."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from strategies.core.commands import FetchSnapshot
from strategies.core.events import BrokerNotice, Connection, Snapshot, SnapshotMissing

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]

EXECUTION = (
    *(11, -1, 0, 1, "VIX", "OPT", "20260120", 15.0, "C", 100, "CBOE", "USD", "VIX", "VIX", "e.01"),
    *("20260105 09:31:00 PDT", "DU1", "CBOE", "BOT", 1, 0.5, 77, 7, 0, 1, 0.5, "test-1", "", 0, "", 2),
)
"""An execution whose time zone is not an IANA one: the library loses it and only logs that."""


def complete(request: list[str]) -> list[tuple[object, ...]]:
    """Answer every part of a snapshot with its end message alone."""
    ends: dict[str, list[tuple[object, ...]]] = {
        "16": [(53, 1)],
        "99": [(102,)],
        "7": [(55, 1, request[2])] if len(request) > 2 else [],
        "61": [(62, 1)],
        "76": [(73, 1, request[2], "DU1", "", "NetLiquidation", "1000.5", "USD"), (74, 1, request[2])]
        if len(request) > 2
        else [],
    }
    return ends.get(request[0], [])


async def test_an_empty_account_is_a_complete_snapshot(hand_made: Start, session: StartSession) -> None:
    """Every list ended: empty means none."""
    made = await hand_made("DU1", complete)
    world = session(made.port, play=False)
    await world.broker.connected(10)
    world.drain()
    (snapshot,) = await world.ask(FetchSnapshot())
    assert isinstance(snapshot, Snapshot)
    assert snapshot.epoch == 1
    assert (snapshot.open_orders, snapshot.executions, snapshot.positions) == ((), (), ())
    assert snapshot.net_liquidation_usd == Decimal("1000.5")


async def test_a_list_without_its_end_is_no_snapshot_and_kills_no_connection(
    gateway: Start, session: StartSession
) -> None:
    """An execDetailsEnd that never comes: missing with the reason, and the next request is answered."""
    paper = await gateway("--fault", "no_end_executions@1")
    world = session(paper.port, paper.now, request_timeout_s=1.5)
    await world.broker.connected(10)
    world.drain()
    first, second = await world.ask(FetchSnapshot(), FetchSnapshot())
    assert isinstance(first, SnapshotMissing)
    assert first.reason == "executions: no answer within 1.5 s"
    assert isinstance(second, Snapshot)


async def test_a_late_answer_is_not_taken_for_the_next_ones(hand_made: Start, session: StartSession) -> None:
    """Lists without a request id: while an answer is out, it is not asked again."""
    made = await hand_made("DU1", lambda request: [] if request[0] == "16" else complete(request))
    world = session(made.port, request_timeout_s=0.5, play=False)
    await world.broker.connected(10)
    events = await world.ask(FetchSnapshot(), FetchSnapshot())
    missing = [event.reason for event in events if isinstance(event, SnapshotMissing)]
    assert missing == [
        "open orders: no answer within 0.5 s",
        "open orders (asked for earlier): no answer within 0.5 s",
    ]
    assert made.requests.count("16") == 1


async def test_a_list_that_is_never_answered_ends_the_connection(
    hand_made: Start, session: StartSession
) -> None:
    """Nothing more can be asked on it, so a new one is made; there the same list is asked for again.

    The old one is gone by then: a gateway lets go of the client id with the socket only.
    """
    asked: list[str] = []

    def answer(request: list[str]) -> list[tuple[object, ...]]:
        asked.append(request[0])
        return [] if request[0] == "61" and asked.count("61") == 1 else complete(request)

    made = await hand_made("DU1", answer)
    world = session(made.port, request_timeout_s=0.5, play=False)
    await world.broker.connected(10)
    events = await world.ask(FetchSnapshot(), FetchSnapshot())
    assert [type(event) for event in events if isinstance(event, SnapshotMissing)] == [SnapshotMissing] * 2
    await world.until(lambda event: isinstance(event, Connection) and event.epoch == 2)
    (snapshot,) = [e for e in await world.ask(FetchSnapshot()) if isinstance(e, Snapshot)]
    assert snapshot.epoch == 2
    assert made.clients_most == 1


async def test_an_undecodable_execution_makes_the_snapshot_missing(
    hand_made: Start, session: StartSession
) -> None:
    """A lost execution must not leave a list that looks complete."""

    def with_execution(request: list[str]) -> list[tuple[object, ...]]:
        lost = [(11, request[2], *EXECUTION[2:])] if request[0] == "7" else []
        return lost + complete(request)

    made = await hand_made("DU1", with_execution)
    world = session(made.port, play=False)
    await world.broker.connected(10)
    events = await world.ask(FetchSnapshot())
    missing = [event for event in events if isinstance(event, SnapshotMissing)]
    assert [event.reason for event in missing] == [
        "snapshot: a message in it could not be decoded, so it is not complete"
    ]
    assert any("could not be decoded" in event.text for event in events if isinstance(event, BrokerNotice))
