"""A daemon and its warm standby on one Redis, real processes: who writes, who waits, who takes over."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

MakeWorld = Callable[..., Any]

QUICK = {
    "HEDGED_REDIS__LEASE_S": "2",
    "HEDGED_ORDERS__TRANSMIT_WITHIN_S": "1",
    "HEDGED_IB__RECONNECT_DELAY_MAX_S": "1",
}


def said(daemon: Any, event: str, reason: str = "") -> int:  # noqa: ANN401 - a helper's class
    """Return how often a daemon's own log has a line of this event."""
    lines = daemon.err.read_text().splitlines(keepends=True)
    found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]
    return sum(line["event"] == event and reason in line.get("reason", "") for line in found)


def start(world: Any, name: str, redis_url: str) -> Any:  # noqa: ANN401 - a helper's class
    """Start a daemon with a state folder of its own."""
    variables = world.variables(
        **QUICK, HEDGED_REDIS__URL=redis_url, HEDGED_STATE_DIR=str(world.folder / name)
    )
    return world._start(["-m", "daemon", "run"], name, variables)


def seqs(folder: Path) -> list[int]:
    """Return the sequence numbers of a folder's audit files."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line)["seq"] for line in lines]


def test_a_standby_takes_over_from_one_that_stands_still_and_never_lets_it_write_again(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """SIGSTOP, take-over under the same client id, SIGCONT: the old one is fenced off and ends.

    Its socket holds the client id for as long as it lives, so the new one cannot trade beside it.
    """
    redis_server.start()
    world = live_world(600)
    world.gateway()
    first = start(world, "first", redis_server.url)
    first.wait_for(lambda: said(first, "ready") == 1, "ready")
    second = start(world, "second", redis_server.url)
    second.wait_for(lambda: said(second, "standing by: another daemon holds the lease"), "standing by")
    first.freeze()
    second.wait_for(lambda: said(second, "the lease is ours: taking over"), "the lease")
    second.wait_for(lambda: said(second, "gateway not connected", "is in use by another session"), "326")
    assert said(second, "ready") == 0
    first.thaw()
    assert first.ended() == 1
    assert "another daemon took the journal" in first.err.read_text().splitlines()[-1]
    second.wait_for(lambda: said(second, "ready") == 1, "ready in its place")
    third = start(world, "first", redis_server.url)
    third.wait_for(lambda: said(third, "standing by: another daemon holds the lease"), "standing by in turn")
    third.terminate()
    assert third.ended() == 0, third.said()
    second.terminate()
    assert second.ended() == 0, second.said()
    whole = seqs(world.folder / "second" / "audit")
    assert whole == list(range(1, len(whole) + 1))
    earlier = seqs(world.folder / "first" / "audit")
    assert earlier == whole[: len(earlier)]
    verified = world.hedged("audit", "verify", str(world.folder / "second" / "audit"))
    assert (verified.returncode, verified.stderr) == (0, "")
    assert {record["client"] for record in world.ledger("connect")} == {1}


def test_a_standby_takes_over_at_once_from_one_that_was_killed(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """Kill -9: whoever can see that the holder is dead need not wait for its lease to run out."""
    redis_server.start()
    world = live_world(600)
    world.gateway()
    long_lease = QUICK | {"HEDGED_REDIS__LEASE_S": "300"}
    variables = {**long_lease, "HEDGED_REDIS__URL": redis_server.url}
    first = world.daemon(**variables)
    first.wait_for(lambda: said(first, "ready") == 1, "ready")
    other = world.variables(**variables, HEDGED_STATE_DIR=str(world.folder / "other"))
    second = world._start(["-m", "daemon", "run"], "other", other)
    second.wait_for(lambda: said(second, "standing by: another daemon holds the lease"), "standing by")
    first.kill()
    second.wait_for(lambda: said(second, "ready") == 1, "ready in its place")
    second.terminate()
    assert second.ended() == 0, second.said()


def test_one_state_folder_is_one_daemons(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """Two writers of one audit folder would tear its lines: the second start is refused."""
    redis_server.start()
    world = live_world(600)
    first = world.daemon(HEDGED_REDIS__URL=redis_server.url)
    first.wait_for(lambda: said(first, "gateway not connected"), "at work")
    second = world.daemon(HEDGED_REDIS__URL=redis_server.url)
    assert second.ended() == 1
    assert "is in use by another daemon" in second.err.read_text().splitlines()[-1]
    first.terminate()
    first.ended()
