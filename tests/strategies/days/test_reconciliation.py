"""The book held against the broker's truth."""

from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.holdings import CondorState, LayerState, OrderStage
from strategies.core.instruments import InstrumentKey
from strategies.core.records import Reconciled, Summary
from strategies.core.state import State

Desk = Any
FOREIGN = InstrumentKey("OPT.SPX.20181221.2500.P")


def still(state: State) -> State:
    """Return a state without what merely tells the time."""
    account = structs.replace(state.account, reconciled_at=None)
    return structs.replace(state, seq=0, time=None, account=account)


def test_reconciling_twice_changes_nothing(desk_with_layer: Desk) -> None:
    """Facts may be read any number of times: the second time nothing moves and nothing is said."""
    desk = desk_with_layer
    desk.take(desk.broker.snapshot())
    before = desk.state
    outcome = desk.take(desk.broker.snapshot())
    assert still(desk.state) == still(before)
    assert outcome.records == ()
    assert outcome.commands == ()


def test_a_difference_blocks_new_risk_until_it_is_gone(desk: Desk) -> None:
    """Book and account differ: named, nothing is sent, and the truth is read again soon."""
    desk.start()
    desk.act()
    key = desk.condor.legs[0].key
    desk.broker.positions[key] = Decimal(9)
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.take(desk.broker.snapshot())
    assert desk.state.account.differences == (f"{key}: book 10, account 9",)
    desk.beat(8)
    assert not desk.state.layers
    assert desk.verdicts("layer_open")["ready"] == ("refuse", "book and account differ")
    desk.broker.positions[key] = Decimal(10)
    desk.beat(10)
    assert desk.layer.held == 10


def test_foreign_positions_are_recorded_and_left_alone(desk_with_condor: Desk) -> None:
    """What is not ours is named, blocks nothing and is never traded."""
    desk = desk_with_condor
    desk.broker.positions[FOREIGN] = Decimal(-3)
    desk.disconnect()
    desk.connect()
    desk.answer()
    last = [r for r in desk.records if isinstance(r, Reconciled)][-1]
    assert (last.ready, last.differences, last.foreign) == (True, (), (f"{FOREIGN}: -3",))
    desk.buy_layer()
    assert desk.layer.held == 10
    assert not any(leg.instrument.key == FOREIGN for intent in desk.placed for leg in intent.legs)


def test_a_snapshot_of_an_older_connection_is_ignored(desk_with_condor: Desk) -> None:
    """Each connection proves its own truth: an older answer neither readies nor blocks."""
    desk = desk_with_condor
    old = desk.broker.snapshot(positions=())
    desk.disconnect()
    desk.connect()
    desk.take(old)
    assert desk.state.account.reconciled_epoch == 1
    assert desk.state.account.differences == ()


def test_nothing_is_sent_before_the_new_connection_is_reconciled(desk_with_condor: Desk) -> None:
    """A decided layer waits for the first complete snapshot of the connection."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.clock(9, 45, date(2018, 1, 23))
    desk.disconnect()
    desk.connect()
    asked = [c for c in desk.todo if isinstance(c, cm.FetchSnapshot)]
    assert len(asked) == 1
    desk.todo = [c for c in desk.todo if not isinstance(c, cm.FetchSnapshot)]
    desk.take(ev.SnapshotMissing(time=desk.now, epoch=desk.state.account.epoch, reason="timed out"))
    desk.answer()
    desk.quote()
    assert not desk.state.layers
    reason = ("refuse", "not reconciled since the connection came up")
    assert desk.verdicts("layer_open")["ready"] == reason
    desk.beat(10)
    assert desk.layer.held == 10


def test_a_snapshot_is_asked_for_every_quarter_of_an_hour(desk_with_condor: Desk) -> None:
    """In quiet times too the truth is read regularly."""
    desk = desk_with_condor
    count = sum(isinstance(e, ev.Snapshot) for e in desk.events)
    desk.beat(46)
    assert sum(isinstance(e, ev.Snapshot) for e in desk.events) == count + 3


def test_a_layer_that_expired_is_closed_with_its_debit_lost_once(desk_with_layer: Desk) -> None:
    """Past its last trading day and gone from the account: closed, its loss counted once."""
    desk = desk_with_layer
    debit = desk.layer.debit_usd
    desk.clock(8, 0, date(2018, 3, 21))
    desk.broker.positions.clear()
    desk.take(desk.broker.snapshot())
    layer = desk.layer
    assert (layer.state, layer.held, layer.realised_usd) == (LayerState.CLOSED, 0, -debit)
    assert desk.condor.state is CondorState.CLOSED
    desk.timer(ev.Job.DAILY_SUMMARY)
    first = [r for r in desk.records if isinstance(r, Summary)][-1]
    desk.timer(ev.Job.SESSION_PREP)
    desk.timer(ev.Job.DAILY_SUMMARY)
    second = [r for r in desk.records if isinstance(r, Summary)][-1]
    assert first.hedge_result_usd == second.hedge_result_usd == -debit
    assert first.condor_result_usd == second.condor_result_usd
    assert not desk.state.layers
    assert not desk.state.condors


def test_a_layer_still_in_the_account_has_not_expired(desk_with_layer: Desk) -> None:
    """Settlement is believed when the broker shows it, not by the calendar."""
    desk = desk_with_layer
    desk.clock(8, 0, date(2018, 3, 21))
    desk.take(desk.broker.snapshot())
    assert desk.layer.held == 10


def test_a_partly_filled_order_that_is_proven_absent_keeps_what_it_filled(desk_with_condor: Desk) -> None:
    """What was executed stays booked; the rest is over, and no second order follows."""
    desk = desk_with_condor
    desk.broker.fills = False
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(6)
    intent = desk.order.intent
    assert intent.purpose is cm.Purpose.LAYER_OPEN
    desk.take(*desk.broker.fill(intent, 4))
    desk.broker.working.clear()
    desk.beat(1)
    desk.disconnect()
    desk.connect()
    desk.answer()
    desk.beat(4)
    assert desk.state.orders[intent.order_ref].stage is OrderStage.CANCELLED
    assert (desk.layer.held, desk.layer.state) == (4, LayerState.OPEN)
    assert desk.placed[-1] == intent


def test_an_order_whose_every_fill_is_booked_is_filled_without_a_word(desk_with_condor: Desk) -> None:
    """The status was lost and the broker no longer lists the order: its executions prove the end."""
    desk = desk_with_condor
    desk.broker.fills = False
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(6)
    intent = desk.order.intent
    fills = desk.broker.fill(intent)
    desk.take(*[event for event in fills if isinstance(event, ev.ExecutionReported)])
    desk.broker.completed.clear()
    desk.take(desk.broker.snapshot())
    assert desk.order.stage is OrderStage.FILLED
    assert desk.layer.state is LayerState.OPEN


def test_a_rejection_in_the_list_of_orders_is_one(desk_with_condor: Desk) -> None:
    """Listed as inactive the order is refused; it is not offered again."""
    desk = desk_with_condor
    desk.broker.fills = False
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(6)
    intent = desk.order.intent
    seen = desk.broker.working.pop(intent.order_ref)
    desk.take(desk.broker.snapshot(completed_orders=(structs.replace(seen, status="Inactive"),)))
    assert desk.state.orders[intent.order_ref].stage is OrderStage.REJECTED
    desk.beat_silent(2)
    assert desk.placed[-1] == intent
