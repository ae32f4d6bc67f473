"""Days on which something comes twice, half, late or malformed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core import events as ev
from strategies.core import facts
from strategies.core.holdings import CondorState
from strategies.core.instruments import SPX
from strategies.core.market import Unavailable, spx_last
from strategies.core.records import BarMissing
from strategies.core.turn import Turn

Desk = Any
"""The desk of conftest.py; tests are not a package, so its class has no name here."""


@pytest.fixture
def close_day() -> Callable[[Desk, date], None]:
    """Close a day's bar as if all sessions before it had been seen."""

    def close(desk: Desk, day: date) -> None:
        before = max(s.day for s in desk.broker.sessions if s.day < day)
        seen = structs.replace(desk.state.signals, last_session=before, vix_last_session=before)
        desk.tweak(signals=seen)
        desk.clock(15, 59, day)
        desk.quote()
        desk.close_bar()
        desk.answer()

    return close


def test_a_condor_whose_profit_exit_lapsed_is_open_again_when_the_profit_is_gone(
    desk_with_condor: Desk, close_day: Callable[[Desk, date], None]
) -> None:
    """An exit that could not be carried out is decided anew; until then the condor is hedged as before."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.06
    close_day(desk, date(2018, 1, 23))
    assert desk.decisions("condor_exit")[-1].outcome == "planned"
    desk.disconnect()
    desk.clock(9, 45, date(2018, 1, 24))
    desk.beat_silent(1)
    desk.clock(16, 10)
    desk.beat_silent(1)
    desk.connect()
    desk.answer()
    desk.world.spx_vol = 0.10
    close_day(desk, date(2018, 1, 25))
    assert desk.decisions("condor_exit")[-1].outcome == "hold"
    assert desk.condor.state is CondorState.OPEN


def test_a_second_act_on_the_same_day_opens_no_second_condor(desk_with_condor: Desk) -> None:
    """One new condor on the first session of a week, however often the job arrives."""
    desk = desk_with_condor
    desk.timer(ev.Job.ACT)
    desk.answer()
    desk.beat(12)
    assert len(desk.state.condors) == 1


def test_a_condor_closed_in_part_keeps_the_credit_of_what_is_left(
    desk_with_condor: Desk, close_day: Callable[[Desk, date], None]
) -> None:
    """Profit exit and the 50 % gate compare with the credit of the contracts that are still held."""
    desk = desk_with_condor
    credit, desk.world.spx_vol, desk.broker.fills = desk.condor.credit_usd, 0.14, False
    close_day(desk, date(2018, 2, 14))
    desk.next_session()
    desk.beat(2)
    desk.take(*desk.broker.fill(desk.order.intent, 6))
    desk.beat(8)
    assert desk.condor.contracts == 4
    assert desk.condor.credit_usd == (credit * 4 / 10).quantize(Decimal("0.0001"))


def test_a_future_without_a_settlement_day_is_left_out(desk: Desk) -> None:
    """A listing that lacks its date cannot be M1 or anybody's forward, and stops nothing."""
    desk.start()
    known = desk.state.market.futures
    odd = structs.replace(known[0], expiry=None)
    desk.take(ev.FuturesListed(time=desk.now, instruments=(odd, *known)))
    assert desk.state.market.futures == known


def test_a_number_that_is_none_cannot_be_an_event(desk_with_condor: Desk) -> None:
    """NaN never reaches the core: JSON has no such number, so a replay would see another event."""
    desk = desk_with_condor
    with pytest.raises(ValueError, match="nan is not a number"):
        facts.Quote(instrument=SPX.key, last=float("nan"))
    with pytest.raises(ValueError, match="inf is not a number"):
        facts.Bar(date(2018, 1, 22), float("inf"))
    with pytest.raises(ValueError, match="NaN is not a number"):
        desk.broker.status(desk.order.ref, filled=Decimal("NaN"))


@pytest.mark.parametrize("price", [0.0, -1.0])
def test_a_price_that_is_not_positive_is_unavailable(desk: Desk, price: float) -> None:
    """A broken feed's zero is no index level."""
    desk.start()
    desk.take(ev.Quotes(time=desk.now, quotes=(facts.Quote(instrument=SPX.key, last=price),)))
    assert isinstance(spx_last(Turn(desk.state, desk.now)), Unavailable)


def test_options_quoted_at_zero_are_not_bought(desk_with_condor: Desk) -> None:
    """A chain without prices gives no contract, and no order."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(1)
    for strike in range(5, 61):
        key = f"OPT.VIX.20180320.{strike}.C"
        desk.world.given[key] = facts.Quote(instrument=key, bid=0.0, ask=0.0)
    desk.beat(30)
    assert len(desk.placed) == 1


def test_a_hole_in_the_brokers_history_is_written_down_and_passed_over(desk: Desk) -> None:
    """The exchange may have been closed on a day that the calendar does not know: nothing waits in vain."""
    desk.start()
    desk.clock(8, 0, date(2018, 1, 25))
    desk.disconnect()
    desk.connect()
    desk.todo.clear()
    bars = (facts.Bar(date(2018, 1, 22), 2830.0), facts.Bar(date(2018, 1, 24), 2850.0))
    desk.take(ev.History(time=desk.now, symbol="SPX", bars=bars))
    assert desk.state.signals.last_session == date(2018, 1, 24)
    holes = [r.session for r in desk.records if isinstance(r, BarMissing)]
    assert holes == [date(2018, 1, 23)]


def test_a_cancel_that_is_never_answered_is_asked_for_again(working: Desk) -> None:
    """A cancel may be lost with a connection; asking again cannot double anything."""
    desk = working
    desk.broker.fills = False
    period = int(desk.state.rules.orders.working_timeout_s // 60) + 1
    cancels = []
    for _ in range(3 * period):
        desk.todo = [c for c in desk.todo if type(c).__name__ != "CancelOrder"]
        desk.beat_silent(1)
        cancels += [c for c in desk.todo if type(c).__name__ == "CancelOrder"]
    assert len(cancels) >= 2
    assert len({c.order_ref for c in cancels}) == 1
