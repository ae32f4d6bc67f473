"""What `hedged run` waits for at its start, what it does not, and how it says so."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

MakeWorld = Callable[..., Any]
PATIENCE = {"HEDGED_IB__STARTUP_TIMEOUT_S": "4"}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_gateway_and_redis_that_come_late_are_waited_for(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """Not ready, one line a reason, then ready without help."""
    world = live_world(600)
    world.port = _free_port()
    daemon = world.daemon(HEDGED_REDIS__URL=redis_server.url)
    daemon.wait_for(lambda: world.said("not ready: waiting for the journal's store", "Connection"), "waiting")
    redis_server.start()
    daemon.wait_for(lambda: world.said("gateway not connected", "refused the connection"), "waiting")
    world.gateway()
    daemon.wait_for(lambda: world.said("ready"), "ready")
    world.stop_in_order(daemon)
    assert world.said("not ready: waiting for the journal's store") == 1
    assert world.said("gateway not connected", "refused the connection") == 1


def test_a_gateway_that_never_comes_ends_the_start(live_world: MakeWorld) -> None:
    """After `ib.startup_timeout_s`: exit 1, with where nothing listens."""
    world = live_world(600)
    world.port = _free_port()
    daemon = world.daemon(**PATIENCE)
    assert daemon.ended() == 1
    assert f"ib.host, ib.port: 127.0.0.1:{world.port} refused the connection" in world.last_words()


def test_a_client_id_that_stays_in_use_ends_the_start(live_world: MakeWorld) -> None:
    """The id is never changed: waited for, then exit 1 naming it."""
    world = live_world(600)
    world.gateway()
    first = world.daemon()
    first.wait_for(lambda: world.said("ready"), "ready")
    second = world.daemon(**PATIENCE, HEDGED_STATE_DIR=str(world.folder / "other"))
    assert second.ended() == 1
    assert "ib.client_id: 1 is in use by another session" in world.last_words()
    world.stop_in_order(first)


def test_redis_that_never_comes_ends_the_start(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """After `ib.startup_timeout_s`: exit 1, with where nothing answers."""
    world = live_world(600)
    daemon = world.daemon(**PATIENCE, HEDGED_REDIS__URL=redis_server.url)
    assert daemon.ended() == 1
    assert f"Redis at {redis_server.url}" in world.last_words()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--min-replicas-to-write", "1"), "NOREPLICAS"),
        (("--replicaof", "127.0.0.1 1", "--replica-serve-stale-data", "yes"), "read only replica"),
        (("--maxmemory", "1"), "used memory > 'maxmemory'"),
    ],
)
def test_redis_that_takes_no_write_ends_the_start(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
    options: tuple[str, ...],
    said: str,
) -> None:
    """Nothing is decided that cannot be written down: exit 1 in the server's own words."""
    redis_server.start(*options)
    world = live_world(600)
    world.gateway()
    daemon = world.daemon(**PATIENCE, HEDGED_REDIS__URL=redis_server.url)
    assert daemon.ended() == 1
    assert said in world.last_words()
    assert world.ledger("place") == []


def test_redis_that_could_forget_is_refused_at_once(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """Its settings need a person: exit 4 without waiting."""
    redis_server.start("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    world = live_world(600)
    daemon = world.daemon(HEDGED_REDIS__URL=redis_server.url)
    assert daemon.ended() == 4
    assert "maxmemory-policy is 'allkeys-lru', set it to 'noeviction'" in world.last_words()


def test_a_corrupt_journal_is_refused_at_once(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """A fence without its stream: exit 7, a person reconciles."""
    redis_server.start()
    redis_server.ask("HSET", "hedged:journal:tip", "seq", "5", "hash", "0" * 64)
    world = live_world(600)
    daemon = world.daemon(HEDGED_REDIS__URL=redis_server.url)
    assert daemon.ended() == 7
    assert "restore all keys of the prefix from one backup" in world.last_words()


def test_settings_of_an_older_schema_are_refused_by_name(live_world: MakeWorld) -> None:
    """A renamed key is not ignored: exit 4, with the name it has now."""
    world = live_world(600)
    old = world.folder / "old.toml"
    old.write_text("[ib]\nclientid = 3\n")
    daemon = world.daemon(HEDGED_SETTINGS=str(old))
    assert daemon.ended() == 4
    assert "ib.clientid: unknown key (did you mean client_id?); remove or correct it" in world.last_words()


def test_play_does_not_wait_for_a_gateway(live_world: MakeWorld) -> None:
    """Whoever plays has started the gateway: a refused port fails at once, whatever the patience."""
    world = live_world(600)
    world.port = _free_port()
    daemon = world.daemon(HEDGED_CLOCK__SOURCE="gateway", HEDGED_IB__STARTUP_TIMEOUT_S="86400")
    assert daemon.ended() == 1
    assert "refused the connection" in world.last_words()


def test_without_market_data_the_daemon_stays_up_and_sends_nothing(live_world: MakeWorld) -> None:
    """354 for every instrument: the reason is in the log, everything is unavailable, and it goes on."""
    world = live_world(8)
    world.gateway("--fault=no_data")
    daemon = world.daemon()
    daemon.wait_for(lambda: any(line.get("code") == 354 for line in world.log()), "the broker's reason")
    daemon.wait_for(lambda: world.seen("timer", job="bar_final"), "the close")
    world.stop_in_order(daemon)
    assert world.ledger("place") == []
    assert not world.seen("bar_closed", source="live")
