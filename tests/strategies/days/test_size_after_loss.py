"""Condor size after a loss, over weeks: whatever the settings ask for, a larger one does not leave."""

from collections.abc import Callable
from decimal import Decimal
from itertools import accumulate
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from strategies.core import commands as cm
from strategies.core.book import book_commission, close_condor
from strategies.core.holdings import CondorState
from strategies.core.rules import CondorRules, FirstEngineRules, Rules
from strategies.core.state import Booked
from strategies.core.turn import Turn

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


def test_a_commission_that_comes_after_the_end_can_make_a_loser(desk_with_condor: Desk) -> None:
    """Closed a cent above zero, charged afterwards: it has lost, and the next one is no larger."""
    desk = desk_with_condor
    turn = Turn(desk.state, desk.now)
    opened = desk.condor
    ref = next(ref for ref, order in desk.state.orders.items() if order.intent.subject == opened.condor_id)
    turn.set(booked={**turn.state.booked, "late": Booked(order_ref=ref, day=desk.today)})
    close_condor(turn, structs.replace(opened, cash_usd=Decimal("0.01")), "closed")
    assert (turn.state.counters.last_condor_lost, turn.state.counters.lost_contracts) == (False, None)
    book_commission(turn, "late.01", Decimal("0.65"))
    counters = turn.state.counters
    assert (counters.last_condor_lost, counters.lost_contracts) == (True, opened.entered)
    assert counters.equity_to_pass_usd == opened.equity_before_usd
