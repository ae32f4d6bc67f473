"""Killed at the worst moments, started again: nothing is sent twice, nothing is booked twice or lost."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from daemon.store.embedded import EmbeddedServer

World = Any  # the helpers' classes: modules found at run time have no static type
Proxy = Any
Process = Any

SESSIONS = 2
PLAY = ("--regime=shock", f"--sessions={SESSIONS}", "--seed=1")
# In this play the first order opens a condor and the second one, a day later, a layer of VIX calls.
LAYER_ORDER = 2
SEED = 20180205
KILLS = 3
SILENCE_S = "300"  # the daemon stands still where a reply is withheld, until it is killed

StartStore = Callable[[], Any]


@pytest.fixture
def start_store(redis_proxy: Any, short_folder: Path) -> StartStore:  # noqa: ANN401 - see World
    """A real Valkey server behind a proxy that can withhold replies."""

    @asynccontextmanager
    async def start() -> AsyncIterator[Proxy]:
        async with EmbeddedServer(short_folder / "valkey") as server:
            upstream = Path(server.url.removeprefix("unix://"))
            async with redis_proxy.RedisProxy(listen=short_folder / "p.sock", upstream=upstream) as proxy:
                yield proxy

    return start


async def _killed_at(world: World, proxy: Proxy, *parts: bytes, applied: bool = True) -> None:
    """Play until the commit with such a line is on disk (or just not yet), and kill the daemon there."""
    proxy.withhold_reply_to(*parts, then="silence", applied=applied)
    daemon = _start(world, proxy)
    withheld = asyncio.create_task(proxy.withheld.wait())
    ended = asyncio.create_task(asyncio.to_thread(daemon.ended))
    await asyncio.wait({withheld, ended}, return_when=asyncio.FIRST_COMPLETED)
    assert proxy.withheld.is_set(), daemon.said()
    daemon.kill()
    await ended


async def _played_on(world: World, proxy: Proxy) -> None:
    """Start the same command again and let it play to the end."""
    daemon = _start(world, proxy)
    assert await asyncio.to_thread(daemon.ended) == 0, daemon.said()


def _start(world: World, proxy: Proxy) -> Process:
    return world.daemon(HEDGED_REDIS__URL=proxy.url, HEDGED_REDIS__CONNECT_TIMEOUT_S=SILENCE_S)


async def test_an_intent_that_was_written_but_not_sent_is_never_sent_later(
    processes: Any,  # noqa: ANN401 - see World
    world: World,
    start_store: StartStore,
) -> None:
    """Killed between the intent's commit and its transmission: proven absent, then replaced by a new one."""
    async with start_store() as proxy:
        world.gateway(*PLAY)
        await _killed_at(world, proxy, b'"kind":"order_intended"', b'"purpose":"condor_open"')
        assert world.ledger("place") == []
        await _played_on(world, proxy)
    state = processes.check_books(world, sessions=SESSIONS)
    lost, *later = world.audit("order_intended")
    placed = [record["order_ref"] for record in world.ledger("place")]
    assert lost["order_ref"] not in placed
    assert lost["order_ref"] in [record.get("supersedes") for record in later]
    assert placed == [record["order_ref"] for record in later]
    assert [condor.contracts for condor in state.condors.values() if condor.contracts] == [10]


async def test_an_order_nobody_answered_for_is_adopted_after_the_crash(
    processes: Any,  # noqa: ANN401 - see World
    world: World,
    start_store: StartStore,
) -> None:
    """The gateway works the layer's order in silence; killed while it is unknown, found again, sent once."""
    async with start_store() as proxy:
        world.gateway(*PLAY, f"--fault=hold_ack@{LAYER_ORDER}")
        await _killed_at(world, proxy, b'"kind":"order_state"', b'"state":"unknown"')
        ref = world.ledger("place")[-1]["order_ref"]
        await _played_on(world, proxy)
    state = processes.check_books(world, sessions=SESSIONS)
    (intended,) = [r for r in world.audit("order_intended") if r["purpose"] == "layer_open"]
    assert intended["order_ref"] == ref
    assert [layer.bought for layer in state.layers.values()] == [intended["quantity"]]


async def test_an_order_that_left_just_before_the_crash_is_not_sent_again(
    processes: Any,  # noqa: ANN401 - see World
    world: World,
    start_store: StartStore,
) -> None:
    """Sent and filled, and killed before the journal says so: found at the broker, booked, never repeated."""
    async with start_store() as proxy:
        world.gateway(*PLAY)
        await _killed_at(world, proxy, b'"kind":"order_transmitted"', applied=False)
        (sent,) = world.ledger("place")
        assert world.ledger("execution") != []
        await _played_on(world, proxy)
    processes.check_books(world, sessions=SESSIONS)
    opening = [r for r in world.audit("order_intended") if r["purpose"] == "condor_open"]
    assert [r["order_ref"] for r in opening] == [sent["order_ref"]]
    states = [r["state"] for r in world.audit("order_state") if r["order_ref"] == sent["order_ref"]]
    assert states == ["unknown", "filled"]


async def test_a_job_is_done_though_the_daemon_died_at_its_very_time(
    processes: Any,  # noqa: ANN401 - see World
    world: World,
    start_store: StartStore,
) -> None:
    """Killed between two events of 09:45, before the job that decides on entries: the restart does it."""
    async with start_store() as proxy:
        world.gateway(*PLAY)
        await _killed_at(world, proxy, b'"kind":"quotes","time":"2026-01-05T14:45:00Z"')
        assert [timer for timer in world.audit("timer") if timer["job"] == "act"] == []
        await _played_on(world, proxy)
    processes.check_books(world, sessions=SESSIONS)
    acts = [timer["intended"] for timer in world.audit("timer") if timer["job"] == "act"]
    assert acts == [f"2026-01-0{day}T14:45:00Z" for day in (5, 6)]
    assert "condor_open" in {order["purpose"] for order in world.audit("order_intended")}


async def test_a_half_filled_order_is_completed_and_booked_once(
    processes: Any,  # noqa: ANN401 - see World
    world: World,
    start_store: StartStore,
) -> None:
    """Killed with half of the layer filled: the other half fills later, and each half counts once."""
    async with start_store() as proxy:
        world.gateway(*PLAY, f"--fault=half_fill@{LAYER_ORDER}")
        await _killed_at(world, proxy, b'"kind":"fill"', b"OPT.VIX.")
        wanted = world.ledger("place")[-1]["quantity"]
        assert world.ledger("execution")[-1]["shares"] == wanted / 2
        await _played_on(world, proxy)
    state = processes.check_books(world, sessions=SESSIONS)
    assert [layer.bought for layer in state.layers.values()] == [wanted]
    halves = [r["shares"] for r in world.ledger("execution") if r["order_ref"].endswith("-1")][-2:]
    assert halves == [wanted / 2, wanted / 2]


async def test_a_commit_whose_reply_was_lost_is_neither_lost_nor_doubled(
    processes: Any,  # noqa: ANN401 - see World
    world: World,
    start_store: StartStore,
) -> None:
    """Without a crash: the connection breaks after the fill's commit, which is offered again and is there."""
    async with start_store() as proxy:
        world.gateway(*PLAY)
        proxy.withhold_reply_to(b'"kind":"fill"', then="hang_up")
        await _played_on(world, proxy)
        assert proxy.withheld.is_set()
    processes.check_books(world, sessions=SESSIONS)


def test_killed_at_chosen_moments_the_play_ends_with_true_books(
    processes: Any,  # noqa: ANN401 - see World
    world: World,
) -> None:
    """Three kills anywhere in a play on the embedded store: whatever was under way is found and settled."""
    world.gateway(*PLAY)
    chosen = random.Random(SEED)
    for part in range(KILLS):
        moment = chosen.randrange(part * 800 + 60, part * 800 + 600)
        daemon = world.daemon()
        daemon.wait_for(lambda m=moment: _last_seq(world) >= m, f"audit record {moment}")
        daemon.kill()
    daemon = world.daemon()
    assert daemon.ended() == 0, daemon.said()
    processes.check_books(world, sessions=SESSIONS)
    starts = [record for record in world.audit("lifecycle") if record["phase"] == "started"]
    assert len(starts) == KILLS + 1
    assert world.ledger("place") != []


def _last_seq(world: World) -> int:
    """Return how far the audit files reach."""
    newest = max(world.audit_folder.glob("audit-*.jsonl"), default=None)
    lines = [] if newest is None else newest.read_bytes().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    return int(whole[-1][7 : whole[-1].index(b",")]) if whole else 0
