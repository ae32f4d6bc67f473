"""The gateway loses its own connection to the broker: 1100, then 1101 or 1102."""

from datetime import datetime
from typing import Any

import pytest

World = Any  # the helpers' classes: modules found at run time have no static type

PLAY = ("--regime=shock", "--sessions=1", "--seed=1")
# In this play the first order is a condor at a quarter to ten.
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


def test_a_fill_that_nobody_told_us_of_is_booked_from_the_snapshot(
    plays: Any,  # noqa: ANN401 - see World
    play_world: World,
) -> None:
    """An order that rests when the connection goes fills in the outage; it is found and booked once."""
    play_world.gateway(*PLAY, "--fault=connectivity@09:54-12:00:1102")
    daemon = play_world.daemon(HEDGED_ORDERS__CROSS_SHARE="0.5", HEDGED_ORDERS__WORKING_TIMEOUT_S="20000")
    assert daemon.ended() == 0, daemon.said()
    (lost,), (restored,) = _instants(play_world, 1100), _instants(play_world, 1102)
    executed = [datetime.fromisoformat(record["time"]) for record in play_world.ledger("execution")]
    assert any(lost < at < restored for at in executed)
    assert plays.check_books(play_world, sessions=1).condors
