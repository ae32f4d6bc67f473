"""What is kept of contracts that nobody watches says the same of their prices as their quotes do."""

from datetime import date, timedelta

import pytest

from simulator.hours import Hours
from simulator.instruments import Instrument, future, underlying
from simulator.market.sources import generate
from simulator.quotes import Board
from simulator.recorder import KINDS, Recorder
from simulator.world import World

DAY = date(2026, 1, 5)
SEED = 5


def _recorded(items: list[Instrument], *, watched: bool) -> Recorder:
    """What is recorded from before an open to after the close."""
    hours = Hours(DAY, DAY + timedelta(days=2))
    world = World(generate("shock", DAY, 2, SEED), hours, SEED)
    board = Board(world, hours, SEED)
    recorder = Recorder(board)
    if watched:
        board.watch(items)
    begin = world.sessions[0].open - timedelta(hours=1)
    for minutes in range(0, 600, 7):
        now = begin + timedelta(minutes=minutes)
        world.move_to(now)
        board.refresh(now)
        for item in items:
            recorder.watch(item, now)
        recorder.note(now)
    return recorder


@pytest.mark.parametrize("kind", KINDS)
def test_a_contract_nobody_watches_is_recorded_at_the_prices_of_its_quotes(kind: str) -> None:
    """Futures, a weekly one among them, and a fund: every price of every kind, and the day's bar."""
    expiries = World(generate("shock", DAY, 2, SEED), Hours(DAY, DAY), SEED)
    items = [
        future(expiries.futures(DAY)[1], weekly=False),
        future(expiries.weekly_futures(DAY)[0], weekly=True),
        underlying("SPY"),
    ]
    alone, beside = (_recorded(items, watched=watched) for watched in (False, True))
    for item in items:
        span = expiries.sessions[0].open - timedelta(days=1), expiries.sessions[0].close + timedelta(days=1)
        found = alone.prices(item, kind, *span)
        assert len(found) > 50
        assert found == beside.prices(item, kind, *span)
        assert alone.today(item, DAY) == beside.today(item, DAY) is not None
