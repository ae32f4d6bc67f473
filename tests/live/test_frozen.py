"""SIGSTOP and SIGCONT: a process that stood still sends nothing that it decided before."""

import asyncio
from collections.abc import Callable
from typing import Any

MakeWorld = Callable[..., Any]
World = Any  # the helpers' classes: modules found at run time have no static type

PLAY = ("--regime=shock", "--sessions=1", "--seed=1")
REPLY_WITHIN_S = "1"  # with the pause before the commit is offered again well below what an order may be old
FROZEN_FOR_S = 6.0  # longer than orders.transmit_within_s


async def test_an_order_from_before_a_pause_is_not_sent(
    plays: Any,  # noqa: ANN401 - see World
    play_world: World,
    redis_proxy: Any,  # noqa: ANN401 - see World
) -> None:
    """Stopped between commit and write: the intent is on disk, and recorded as not transmitted."""
    play_world.gateway(*PLAY)
    redis_proxy.withhold_reply_to(b'"kind":"order_intended"', then="silence")
    daemon = play_world.daemon(
        HEDGED_REDIS__URL=redis_proxy.url, HEDGED_REDIS__CONNECT_TIMEOUT_S=REPLY_WITHIN_S
    )
    ended = asyncio.create_task(asyncio.to_thread(daemon.ended))
    await redis_proxy.withheld.wait()
    daemon.freeze()
    await asyncio.sleep(FROZEN_FOR_S)
    daemon.thaw()
    assert await ended == 0, daemon.said()
    (void,) = play_world.audit("order_not_transmitted")
    assert "more than orders.transmit_within_s = 5" in void["reason"]
    assert void["order_ref"] not in [record["order_ref"] for record in play_world.ledger("place")]
    plays.check_books(play_world, sessions=1)


def test_after_a_pause_the_daemon_looks_anew(live_world: MakeWorld) -> None:
    """It records how long it stood still, forgets its quotes, and is ready only after a new snapshot."""
    world = live_world(600)
    world.gateway()
    daemon = world.daemon(HEDGED_LOOP__PAUSE_MAX_S="2")
    daemon.wait_for(lambda: world.said("ready") == 1, "ready")
    daemon.freeze()
    daemon._popen.poll()
    frozen = len(world.records())
    asyncio.run(asyncio.sleep(3))
    daemon.thaw()
    daemon.wait_for(lambda: world.seen("paused"), "the pause on record")
    (paused,) = world.seen("paused")
    assert paused["paused_s"] > 2
    daemon.wait_for(
        lambda: any(r["seq"] > paused["seq"] and r["ready"] for r in world.seen("reconciled")),
        "a new look at the books",
    )
    daemon.wait_for(lambda: world.said("ready") == 2, "ready again")
    first_after = next(r for r in world.records()[frozen:] if r["kind"] in {"paused", "quotes"})
    assert first_after["kind"] == "paused"
    world.stop_in_order(daemon)
