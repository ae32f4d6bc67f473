"""An order whose commit the store held up."""

import asyncio
from typing import Any

World = Any  # the helpers' classes: modules found at run time have no static type

PLAY = ("--regime=shock", "--sessions=1", "--seed=1")
HELD_FOR_S = "6"  # longer than an order may wait for its journal


async def test_an_order_that_the_journal_held_up_is_not_sent(
    plays: Any,  # noqa: ANN401 - see World
    play_world: World,
    redis_proxy: Any,  # noqa: ANN401 - see World
) -> None:
    """Its price is of another moment: it is void, on record, and a new intent follows."""
    play_world.gateway(*PLAY)
    redis_proxy.withhold_reply_to(b'"kind":"order_intended"', then="silence")
    daemon = play_world.daemon(HEDGED_REDIS__URL=redis_proxy.url, HEDGED_REDIS__CONNECT_TIMEOUT_S=HELD_FOR_S)
    assert await asyncio.to_thread(daemon.ended) == 0, daemon.said()
    assert redis_proxy.withheld.is_set()
    (void,) = play_world.audit("order_not_transmitted")
    assert "more than orders.transmit_within_s" in void["reason"]
    first, second = play_world.audit("order_intended")[:2]
    assert void["order_ref"] == first["order_ref"] == second["supersedes"]
    assert first["order_ref"] not in [record["order_ref"] for record in play_world.ledger("place")]
    plays.check_books(play_world, sessions=1)
