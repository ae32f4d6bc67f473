"""kill -9 at moments of a played day, drawn with a seed: at commits of which the reply is withheld."""

import asyncio
import random
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from daemon import codec
from daemon.telemetry.audit_tail import audit_files
from daemon.telemetry.records import parse_line
from strategies.core.book import book_positions, live_orders
from strategies.core.events import Quotes
from strategies.core.instruments import InstrumentKey
from strategies.core.state import State

World = Any  # the helpers' classes: modules found at run time have no static type

SESSIONS = 2
PLAY = ("--regime=shock", f"--sessions={SESSIONS}", "--seed=1")
SEED = 20180205
KILLS = 25
pytestmark = pytest.mark.timeout(900)  # a minute each; on a crowded machine several

SILENCE_S = "300"  # the daemon stands still where a reply is withheld, until it is killed

Json = dict[str, Any]


class Undisturbed(NamedTuple):
    """A play without a kill.

    Args:
        moments: the times at which quotes were decided on.
        quiet: those at which no plan was open and no order in flight.
        bars: the closed bars.
        acts: subject and outcome of each decision that commanded something.
        positions: the book at the end.
    """

    moments: list[str]
    quiet: list[str]
    bars: list[Json]
    acts: list[tuple[str, str]]
    positions: dict[InstrumentKey, int]


@pytest.fixture(scope="module")
def undisturbed(plays: Any, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:  # noqa: ANN401
    """The same play, left alone."""
    world = plays.World(tmp_path_factory.mktemp("undisturbed"))
    try:
        world.gateway(*PLAY)
        daemon = world.daemon()
        assert daemon.ended() == 0, daemon.said()
        state = plays.check_books(world, sessions=SESSIONS)
    finally:
        world.close()
    moments, quiet = _moments(world.audit_folder)
    return Undisturbed(moments, quiet, _bars(world), _acts(world), book_positions(state))


def _moments(folder: Path) -> tuple[list[str], list[str]]:
    state, moments, quiet = State(), [], []
    for path in audit_files(folder).values():
        for line in path.read_bytes().splitlines():
            record = parse_line(line)
            if record.kind not in codec.EVENT_KINDS:
                continue
            event = codec.decode_event(record.body)
            state, _, _ = codec.fold(state, event, record.seq)
            if isinstance(event, Quotes):
                moments.append(_wire(event.time))
                if not live_orders(state) and not state.plans:
                    quiet.append(_wire(event.time))
    return moments, quiet


def _wire(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _bars(world: World) -> list[Json]:
    return [
        {k: v for k, v in r.items() if k not in {"seq", "prev", "hash"}} for r in world.audit("bar_closed")
    ]


def _acts(world: World) -> list[tuple[str, str]]:
    return [(r["subject"], r["outcome"]) for r in world.audit("decision") if r.get("commands")]


async def _killed(world: World, proxy: Any, moments: list[str]) -> None:  # noqa: ANN401 - see World
    """Play with a kill at each moment, and then to the end."""
    world.gateway(*PLAY)
    variables = {"HEDGED_REDIS__URL": proxy.url, "HEDGED_REDIS__CONNECT_TIMEOUT_S": SILENCE_S}
    for moment in moments:
        proxy.withhold_reply_to(b'"kind":"quotes"', f'"time":"{moment}"'.encode(), then="silence")
        daemon = world.daemon(**variables)
        ended = asyncio.create_task(asyncio.to_thread(daemon.ended))
        withheld = asyncio.create_task(proxy.withheld.wait())
        await asyncio.wait({withheld, ended}, return_when=asyncio.FIRST_COMPLETED)
        assert proxy.withheld.is_set(), daemon.said()
        daemon.kill()
        await ended
    daemon = world.daemon(**variables)
    assert await asyncio.to_thread(daemon.ended) == 0, daemon.said()


async def test_killed_anywhere_the_books_stay_true(
    plays: Any,  # noqa: ANN401 - see World
    play_world: World,
    redis_proxy: Any,  # noqa: ANN401 - see World
    undisturbed: Undisturbed,
) -> None:
    """At most one transmission an intent, each fill once, and every bar as if nothing had happened."""
    chosen = sorted(random.Random(SEED).sample(undisturbed.moments[:-5], KILLS))
    await _killed(play_world, redis_proxy, chosen)
    plays.check_books(play_world, sessions=SESSIONS)
    assert _bars(play_world) == undisturbed.bars


async def test_killed_with_nothing_in_flight_the_play_ends_the_same(
    plays: Any,  # noqa: ANN401 - see World
    play_world: World,
    redis_proxy: Any,  # noqa: ANN401 - see World
    undisturbed: Undisturbed,
) -> None:
    """Bars, the decisions that act and the final positions are those of the undisturbed play."""
    chosen = sorted(random.Random(SEED).sample(undisturbed.quiet[:-5], KILLS))
    await _killed(play_world, redis_proxy, chosen)
    state = plays.check_books(play_world, sessions=SESSIONS)
    assert _bars(play_world) == undisturbed.bars
    assert _acts(play_world) == undisturbed.acts
    assert book_positions(state) == undisturbed.positions
