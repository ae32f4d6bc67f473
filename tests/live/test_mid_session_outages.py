"""Gateway and Redis stopped and started under a running daemon."""

from collections.abc import Callable
from typing import Any

MakeWorld = Callable[..., Any]


def test_gateway_and_redis_come_back_without_help(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """Each outage is told as not ready and ends by itself; the chain has no gap, the client id stays."""
    redis_server.start()
    world = live_world(600)
    gateway = world.gateway()
    daemon = world.daemon(HEDGED_REDIS__URL=redis_server.url)
    daemon.wait_for(lambda: world.said("ready") == 1, "ready")
    gateway.kill()
    daemon.wait_for(lambda: world.said("not ready", "broker is not connected") == 2, "not ready")
    world.gateway()
    daemon.wait_for(lambda: world.said("ready") == 2, "ready again")
    connections = world.seen("connection")
    up_again = connections[-1]["seq"]
    daemon.wait_for(lambda: any(r["seq"] > up_again for r in world.seen("quotes")), "quotes, subscribed anew")
    assert [event["link"] for event in connections if event["link"] == "up"] == ["up", "up"]
    assert {record["client"] for record in world.ledger("connect")} == {1}
    redis_server.stop()
    daemon.wait_for(lambda: world.said("not ready: journal unavailable, nothing is sent"), "the journal gone")
    redis_server.start()
    daemon.wait_for(lambda: world.said("journal available again, nothing was lost"), "the journal back")
    beats = len(world.seen("timer", job="heartbeat"))
    daemon.wait_for(lambda: len(world.seen("timer", job="heartbeat")) > beats, "a heartbeat on record")
    assert world.ledger("place") == []
    world.stop_in_order(daemon)
    seqs = [record["seq"] for record in world.records()]
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_store_that_comes_back_forgetful_ends_the_daemon(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """Durability is asked for at every connection: other settings after a restart are exit 4."""
    redis_server.start()
    world = live_world(600)
    world.gateway()
    daemon = world.daemon(HEDGED_REDIS__URL=redis_server.url)
    daemon.wait_for(lambda: world.said("ready") == 1, "ready")
    redis_server.stop()
    redis_server.start("--appendfsync", "everysec")
    assert daemon.ended() == 4
    assert "appendfsync is 'everysec', set it to 'always'" in daemon.err.read_text()


def test_a_dead_embedded_server_ends_the_daemon(live_world: MakeWorld) -> None:
    """It lives and dies with the daemon: exit 1 with its reason, and the supervisor starts both again."""
    world = live_world(600)
    world.gateway()
    daemon = world.daemon()
    daemon.wait_for(lambda: world.said("ready") == 1, "ready")
    world.kill_embedded()
    assert daemon.ended() == 1
    assert "the embedded server ended with code -9" in daemon.err.read_text()
    again = world.daemon()
    again.wait_for(lambda: world.said("ready") == 2, "ready again")
    world.stop_in_order(again)


def test_a_gateway_of_another_time_is_not_traded_with(live_world: MakeWorld) -> None:
    """Scaled time runs away from the system's: refused with its reason, and the daemon stays up."""
    world = live_world(600)
    world.gateway(clock="scaled:60")
    daemon = world.daemon(HEDGED_CLOCK__SKEW_MAX_S="5")
    daemon.wait_for(
        lambda: world.said("not ready", "the gateway's clock is off by more than clock.skew_max_s = 5"),
        "the reason",
    )
    world.stop_in_order(daemon)
    assert world.ledger("place") == []
