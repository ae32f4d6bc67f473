"""Condor size after a loss, over weeks: whatever the settings ask for, a larger one does not leave."""

from collections.abc import Callable
from itertools import accumulate
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from strategies.core import commands as cm
from strategies.core.holdings import CondorState
from strategies.core.rules import CondorRules, FirstEngineRules, Rules

Desk = Any
MakeDesk = Callable[[], Desk]
# The condor of a week leaves at 40 days: each has ended before the next begins.
WEEKLY = Rules(condors=CondorRules(exit_dte=40), first_engine=FirstEngineRules(enabled=False))


def sized(contracts: int) -> Rules:
    """Return the rules of a weekly condor of that size."""
    return structs.replace(WEEKLY, condors=structs.replace(WEEKLY.condors, contracts=contracts))


def play_week(desk: Desk, moves: list[float]) -> None:
    """Enter on Monday, then so many sessions with these moves of the close, to the next Monday's open."""
    desk.act()
    for move in moves:
        desk.world.spx *= 1.0 + move
        desk.close_bar(desk.world.spx)
        desk.answer()
        desk.next_session()
        desk.beat(4)
    while desk.today.weekday() != 0:
        desk.close_bar()
        desk.answer()
        desk.next_session()
        desk.beat(2)
    desk.clock(9, 31)


def entered(desk: Desk) -> list[int]:
    """Return the sizes of the condors ordered so far."""
    return [i.quantity for i in desk.placed if i.purpose is cm.Purpose.CONDOR_OPEN]


@settings(
    derandomize=True,
    deadline=None,
    max_examples=12,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    first=st.integers(2, 10),
    later=st.lists(st.integers(1, 30), min_size=2, max_size=2),
    drop=st.floats(-0.08, -0.06),
)
def test_no_condor_is_larger_than_the_one_that_lost(
    make_desk: MakeDesk, first: int, later: list[int], drop: float
) -> None:
    """After a condor that lost its width, whatever size the settings ask for, none is larger than it was.

    Two quiet weeks cannot win that loss back; each loses the spread as well, so that sizes only fall.
    """
    desk = make_desk()
    desk.start(sized(first))
    play_week(desk, [drop])
    assert desk.condor.state is CondorState.CLOSED
    assert entered(desk) == [first]
    for contracts in later:
        desk.restart(sized(contracts))
        desk.answer()
        play_week(desk, [0.0])
    assert entered(desk) == list(accumulate([first, *later], min))
