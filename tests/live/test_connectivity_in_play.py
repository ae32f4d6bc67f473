"""The gateway loses its own connection to the broker: 1100, then 1101 or 1102."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

World = Any  # the helpers' classes: modules found at run time have no static type

PLAY = ("--regime=shock", "--sessions=1", "--seed=1")
PATIENT = {"HEDGED_ORDERS__CROSS_SHARE": "0.5", "HEDGED_ORDERS__WORKING_TIMEOUT_S": "20000"}
NEW_YORK = ZoneInfo("America/New_York")
# The first order, a condor, is due at a quarter to ten.
ENTRY_CUT_OFF = "connectivity@09:40-10:10"


def _instants(world: World, code: int) -> list[datetime]:
    return [datetime.fromisoformat(r["time"]) for r in world.ledger("connectivity") if r["code"] == code]


@pytest.mark.parametrize("back", [1101, 1102])
def test_no_order_leaves_while_cut_off_and_the_plan_goes_on_after(
    plays: Any,  # noqa: ANN401 - see World
    play_world: World,
    back: int,
) -> None:
    """What is due in the outage waits for its end, for a comparison of books and for new quotes."""
    play_world.gateway(*PLAY, f"--fault={ENTRY_CUT_OFF}:{back}")
    daemon = play_world.daemon()
    assert daemon.ended() == 0, daemon.said()
    (lost,), (restored,) = _instants(play_world, 1100), _instants(play_world, back)
    placed = [datetime.fromisoformat(record["time"]) for record in play_world.ledger("place")]
    assert placed
    assert all(at >= restored for at in placed)
    assert not [
        record
        for record in play_world.audit("quotes")
        if lost < datetime.fromisoformat(record["time"]) < restored
    ]
    assert [record["connected"] for record in play_world.audit("upstream")] == [False, True]
    assert plays.check_books(play_world, sessions=1).condors


@pytest.fixture
def resting(plays: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[datetime, datetime]:  # noqa: ANN401
    """When the first order of the play with patient orders is placed, and when it fills."""
    world = plays.World(tmp_path_factory.mktemp("resting"))
    try:
        world.gateway(*PLAY)
        daemon = world.daemon(**PATIENT)
        assert daemon.ended() == 0, daemon.said()
        placed, filled = world.ledger("place")[0], world.ledger("execution")[0]
    finally:
        world.close()
    return datetime.fromisoformat(placed["time"]), datetime.fromisoformat(filled["time"])


def test_a_fill_that_nobody_told_us_of_is_booked_from_the_snapshot(
    plays: Any,  # noqa: ANN401 - see World
    play_world: World,
    resting: tuple[datetime, datetime],
) -> None:
    """An order that rests when the connection goes fills in the outage; it is found and booked once."""
    placed, filled = resting
    start, end = placed + timedelta(minutes=1), filled + timedelta(minutes=10)
    assert start <= filled
    span = "-".join(f"{at.astimezone(NEW_YORK):%H:%M}" for at in (start, end))
    play_world.gateway(*PLAY, f"--fault=connectivity@{span}:1102")
    daemon = play_world.daemon(**PATIENT)
    assert daemon.ended() == 0, daemon.said()
    (lost,), (restored,) = _instants(play_world, 1100), _instants(play_world, 1102)
    executed = [datetime.fromisoformat(record["time"]) for record in play_world.ledger("execution")]
    assert any(lost <= at < restored for at in executed)
    assert not [r for r in play_world.audit("fill") if datetime.fromisoformat(r["time"]) < restored]
    assert plays.check_books(play_world, sessions=1).condors
