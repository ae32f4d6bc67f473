"""Well-typed nonsense must not stop the loop: an exception in `step` would stop every replay too."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from strategies.alvh.strategy import step
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.instruments import SPX, VIX
from strategies.core.state import State

Desk = Any
MakeDesk = Callable[[], Desk]
PRICE = st.sampled_from([None, 0.01, 0.5, 12.0, 13.0, 2800.0, 1e12])


@pytest.mark.parametrize("year", [1990, 1999, 2000, 2040])
def test_a_journal_of_any_year_gets_its_name(year: int) -> None:
    """The name is made of the first event's second, before and after 2000 alike."""
    start = ev.Lifecycle(time=datetime(year, 1, 2, tzinfo=UTC), phase=ev.Phase.STARTED)
    state, _ = step(State(), start, 1)
    assert state.journal_id.startswith("hedged-")
    assert len(state.journal_id) > len("hedged-")


@settings(
    derandomize=True,
    deadline=None,
    max_examples=15,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_quotes_at_any_time_are_survived(make_desk: MakeDesk, data: st.DataObject) -> None:
    """Absurd positive prices, crossed and one-sided quotes, on everything watched, all day."""
    desk = make_desk()
    desk.start()
    desk.act()
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    for _ in range(8):
        quotes = tuple(
            facts.Quote(
                instrument=instrument.key,
                bid=data.draw(PRICE),
                ask=data.draw(PRICE),
                bid_size=data.draw(PRICE),
                last=data.draw(PRICE),
                mark=data.draw(PRICE),
            )
            for instrument in desk.broker.watched[:6]
        )
        desk.beat_silent(1)
        desk.take(ev.Quotes(time=desk.now, quotes=quotes))
        desk.answer()
    desk.close_bar()


def test_empty_answers_are_survived(desk: Desk) -> None:
    """No futures, no chains, no history, no accounts: everything is unavailable, nothing fails."""
    desk.start()
    at = desk.now
    desk.take(
        ev.FuturesListed(time=at, instruments=()),
        ev.ChainListed(time=at, symbol="VIX", trading_class="VIX", expiries=()),
        ev.History(time=at, symbol="SPX", bars=()),
        ev.HistoryMissing(time=at, symbol="VIX", reason="timeout"),
        ev.ListingMissing(time=at, what="VX futures", reason="timeout"),
        ev.SnapshotMissing(time=at, epoch=1, reason="timeout"),
        ev.BrokerNotice(time=at, code=2103, text="farm"),
        ev.Quotes(time=at, quotes=()),
        ev.Calendar(time=at, sessions=()),
    )
    desk.beat(3)
    desk.timer(ev.Job.BAR_FINAL, day=date(2018, 1, 22))
    desk.timer(ev.Job.ACT)
    desk.timer(ev.Job.DAILY_SUMMARY)
    assert desk.placed == []


def test_a_disconnect_forgets_every_quote(desk_with_condor: Desk) -> None:
    """What the lost connection quoted is no input any more."""
    desk = desk_with_condor
    assert SPX.key in desk.state.market.quotes
    desk.disconnect()
    assert desk.state.market.quotes == {}
    desk.beat_silent(1)
    assert VIX.key not in desk.state.market.quotes


def test_executions_of_foreign_orders_are_not_ours(desk_with_condor: Desk) -> None:
    """An empty or unknown reference books nothing."""
    desk = desk_with_condor
    held = desk.condor.held
    for ref in ("", "someone"):
        execution = facts.Execution(
            exec_id=f"x{ref}",
            order_ref=ref,
            perm_id=1,
            instrument=desk.condor.legs[0].key,
            bought=True,
            quantity=Decimal(5),
            price=Decimal(1),
            at=desk.now,
        )
        desk.take(ev.ExecutionReported(time=desk.now, execution=execution))
    assert desk.condor.held == held
