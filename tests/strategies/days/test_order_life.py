"""An order's life through `step`: late, repeated, unordered and missing words of the broker."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.rules import OrderRules, Rules
from strategies.core.state import LayerState, OrderStage

Desk = Any


@pytest.fixture
def sending(desk_with_condor: Desk) -> Desk:
    """A desk whose layer order has just been decided and not yet been handed to the broker."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    while desk.order.intent.purpose is not cm.Purpose.LAYER_OPEN:
        desk.beat_silent()
        desk.quote()
        if not any(isinstance(c, cm.PlaceOrder) for c in desk.todo):
            desk.answer()
    return desk


@pytest.fixture
def working(sending: Desk) -> Desk:
    """A desk whose layer order works at the broker."""
    sending.broker.fills = False
    sending.answer()
    assert sending.order.stage is OrderStage.WORKING
    return sending


def layer_orders(desk: Desk) -> list[cm.Intent]:
    """Return the layer orders asked for so far."""
    return [intent for intent in desk.placed if intent.purpose is cm.Purpose.LAYER_OPEN]


def test_an_acknowledged_order_makes_its_layer_work(working: Desk) -> None:
    """Intended, transmitted, working: the layer follows its order."""
    assert working.layer.state is LayerState.WORKING
    assert working.layer.held == 0


def test_a_fill_before_any_status_is_booked(sending: Desk) -> None:
    """Executions may overtake the acknowledgement: the layer holds what was executed."""
    events = list(sending.broker.receive(sending.order.intent))
    sending.take(*[e for e in events if isinstance(e, ev.ExecutionReported)])
    assert sending.layer.held == 10
    sending.take(*[e for e in events if not isinstance(e, ev.ExecutionReported)])
    assert sending.order.stage is OrderStage.FILLED
    assert sending.layer.state is LayerState.OPEN
    assert sending.layer.held == 10


def test_a_filled_status_waits_for_its_executions(working: Desk) -> None:
    """Filled without the executions is not the end: nothing new is risked until they are booked."""
    events = working.broker.fill(working.order.intent)
    working.take(*[e for e in events if isinstance(e, ev.OrderStatus)])
    assert not working.order.ended
    working.beat_silent()
    assert len(layer_orders(working)) == 1
    working.take(*[e for e in events if not isinstance(e, ev.OrderStatus)])
    assert working.order.ended
    assert working.layer.held == 10


def test_a_filled_word_without_a_count_still_waits_for_the_executions(working: Desk) -> None:
    """A list of completed orders may say Filled with a count of zero: that is no order without fills."""
    events = working.broker.fill(working.order.intent)
    working.take(working.broker.status(working.order.ref, filled=Decimal(0)))
    working.beat_silent()
    assert not working.order.ended
    assert len(layer_orders(working)) == 1
    working.take(*[e for e in events if not isinstance(e, ev.OrderStatus)])
    assert working.layer.held == 10
    assert working.layer.state is LayerState.OPEN


def test_late_and_repeated_words_change_nothing(working: Desk) -> None:
    """After the end, every earlier word may come again, in any order."""
    ref, intent = working.order.ref, working.order.intent
    early = [ev.OrderTransmitted(time=working.now, order_ref=ref, order_id=1), working.broker.status(ref)]
    fills = working.broker.fill(intent)
    working.take(*fills)
    before = structs.replace(working.state, seq=0)
    working.take(*reversed(fills), *early, *fills)
    assert structs.replace(working.state, seq=0) == before


def test_an_order_that_works_too_long_is_cancelled_once(working: Desk) -> None:
    """After its time the cancel is asked for; while it is under way it is not asked for again."""
    working.beat_silent(6)
    cancels = [c for c in working.todo if isinstance(c, cm.CancelOrder)]
    assert [c.order_ref for c in cancels] == [working.order.ref]
    assert working.order.stage is OrderStage.CANCELLING


def test_a_cancel_is_not_asked_of_a_lost_connection(working: Desk) -> None:
    """A cancel into the void would be believed under way for ever: it waits for the connection."""
    working.disconnect()
    working.beat_silent(6)
    assert not [c for c in working.todo if isinstance(c, cm.CancelOrder)]
    working.connect()
    working.answer()
    assert working.order.ref in working.broker.completed


def test_a_confirmed_cancel_is_followed_by_one_new_intent(working: Desk) -> None:
    """With the old order proven over, a new one with its own reference names the one it supersedes."""
    first = working.order.ref
    working.beat_silent(6)
    working.answer()
    working.beat()
    second = layer_orders(working)[-1]
    assert second.order_ref != first
    assert second.supersedes == first
    assert working.state.layers["L0001"].state is LayerState.CLOSED


def test_a_plan_gives_up_after_its_tries(working: Desk) -> None:
    """No more tries than allowed, then the plan ends with that reason."""
    working.beat(40)
    assert len(layer_orders(working)) == Rules().orders.attempts_per_plan_max
    assert working.verdicts("layer_open")["plan"] == ("refuse", "as many tries as allowed were made")
    assert not working.state.plans


def test_a_cancel_that_loses_the_race_to_a_fill_is_a_fill(working: Desk) -> None:
    """Cancelled, then the execution: the layer is held, and no second order is sent for the plan."""
    intent = working.order.intent
    working.take(working.broker.status(intent.order_ref, status="Cancelled"))
    assert working.order.stage is OrderStage.CANCELLED
    working.take(*working.broker.fill(intent))
    working.beat(2)
    assert layer_orders(working) == [intent]
    assert working.layer.held == 10
    assert working.layer.state is LayerState.OPEN
    assert not working.state.plans


def test_an_order_that_comes_back_to_life_is_not_followed_by_another(working: Desk) -> None:
    """Cancelled, then Submitted again: it may still fill, so the plan waits for its end."""
    intent = working.order.intent
    working.take(
        working.broker.status(intent.order_ref, status="Cancelled"), working.broker.status(intent.order_ref)
    )
    assert working.order.stage is OrderStage.WORKING
    working.beat(2)
    assert layer_orders(working) == [intent]


def test_an_unconfirmed_cancel_makes_an_order_unknown(working: Desk) -> None:
    """A cancel inferred from an error code proves nothing, and nothing is sent in doubt."""
    ref = working.order.ref
    working.take(working.broker.status(ref, status="Cancelled", confirmed=False, reason="10349 preset"))
    assert working.order.stage is OrderStage.UNKNOWN
    working.beat_silent()
    assert [i.order_ref for i in layer_orders(working)] == [ref]


def test_an_unknown_order_is_resolved_by_the_snapshot(working: Desk) -> None:
    """The broker's list says that it works: so it does."""
    ref = working.order.ref
    working.take(working.broker.status(ref, status="Cancelled", confirmed=False))
    working.take(working.broker.snapshot())
    assert working.order.stage is OrderStage.WORKING


def test_no_acknowledgement_in_time_makes_an_order_unknown(sending: Desk) -> None:
    """The paper server drops orders silently: after the deadline the fate is unknown, never re-sent."""
    ref = sending.order.ref
    sending.todo.clear()
    sending.take(ev.OrderTransmitted(time=sending.now, order_ref=ref, order_id=1))
    sending.beat_silent()
    assert sending.order.stage is OrderStage.UNKNOWN
    sending.todo.clear()
    sending.beat_silent(3)
    assert len(layer_orders(sending)) == 1


def test_absence_needs_two_complete_snapshots_a_quiet_period_apart(sending: Desk) -> None:
    """One list without the order proves nothing; two of one connection, apart, end it; a new one follows."""
    first = sending.order.ref
    sending.todo.clear()  # the transmission is lost without a trace
    sending.take(ev.OrderTransmitted(time=sending.now, order_ref=first, order_id=1))
    sending.beat_silent(2)
    sending.take(sending.broker.snapshot())
    sending.take(sending.broker.snapshot())  # at once: not a second proof
    assert sending.state.orders[first].stage is OrderStage.UNKNOWN
    sending.broker.now += timedelta(seconds=60)
    sending.take(sending.broker.snapshot())
    assert sending.state.orders[first].stage is OrderStage.ABSENT
    sending.beat()
    assert [i.supersedes for i in layer_orders(sending)] == ["", first]


def test_two_proofs_of_absence_must_be_of_one_connection(sending: Desk) -> None:
    """A new connection begins the proof anew."""
    ref = sending.order.ref
    sending.todo.clear()
    sending.beat_silent(2)
    sending.take(sending.broker.snapshot())
    sending.disconnect()
    sending.broker.now += timedelta(seconds=120)
    sending.connect()
    sending.take(sending.broker.snapshot())
    assert sending.state.orders[ref].stage is OrderStage.UNKNOWN


def test_a_snapshot_asked_before_the_order_proves_nothing(sending: Desk) -> None:
    """What was asked for before the order was made may well not know it."""
    sending.todo.clear()
    asked = structs.replace(sending.state.account, snapshot_asked_at=sending.order.intended_at)
    sending.tweak(account=asked)
    sending.take(sending.broker.snapshot())
    assert sending.order.stage is OrderStage.INTENDED


def test_a_missing_snapshot_is_not_an_empty_one(sending: Desk) -> None:
    """A snapshot that could not be read says nothing of any order."""
    ref = sending.order.ref
    sending.todo.clear()
    for _ in range(4):
        sending.beat_silent(2)
        sending.take(ev.SnapshotMissing(time=sending.now, epoch=sending.broker.epoch, reason="timeout"))
    assert sending.state.orders[ref].stage is OrderStage.INTENDED


@pytest.mark.parametrize("transmitted", [False, True])
def test_a_restart_doubts_what_was_not_acknowledged(sending: Desk, transmitted: bool) -> None:  # noqa: FBT001
    """After a crash an intent may or may not have left: unknown, and not sent again."""
    ref = sending.order.ref
    if transmitted:
        sending.take(ev.OrderTransmitted(time=sending.now, order_ref=ref, order_id=1))
    sending.restart()
    assert sending.order.stage is OrderStage.UNKNOWN
    assert [i.order_ref for i in layer_orders(sending)] == [ref]
    sending.answer()
    sending.beat_silent()
    assert [i.order_ref for i in layer_orders(sending)] == [ref]


def test_an_order_filled_while_the_daemon_was_dead_is_adopted(working: Desk) -> None:
    """The fill is in the snapshot after the restart: booked once, layer open, no second order."""
    intent = working.order.intent
    working.broker.fill(intent)
    working.restart()
    working.answer()
    working.beat(2)
    assert layer_orders(working) == [intent]
    assert working.layer.held == 10
    assert working.layer.state is LayerState.OPEN


def test_an_order_believed_absent_that_shows_up_alive_is_taken_back(sending: Desk) -> None:
    """The broker's open order is a fact, whatever was believed: it is ours and it works."""
    ref = sending.order.ref
    sending.todo.clear()
    sending.take(ev.OrderTransmitted(time=sending.now, order_ref=ref, order_id=1))
    sending.beat_silent(2)
    sending.take(sending.broker.snapshot())
    sending.clock(15, 59)
    sending.take(sending.broker.snapshot())
    assert sending.state.orders[ref].stage is OrderStage.ABSENT
    seen = ev.OrderSeen(order_ref=ref, perm_id=9, status="Submitted", remaining=Decimal(10))
    sending.take(sending.broker.snapshot(open_orders=(seen,)))
    assert sending.state.orders[ref].stage is OrderStage.WORKING


def test_certainly_not_sent_voids_the_intent(sending: Desk) -> None:
    """What the shell did not send is over at once, and a new intent may follow."""
    first = sending.order.ref
    sending.todo.clear()
    sending.take(ev.OrderNotTransmitted(time=sending.now, order_ref=first, reason="pacing"))
    assert sending.state.orders[first].stage is OrderStage.ABSENT
    sending.beat_silent()
    assert [i.supersedes for i in layer_orders(sending)] == ["", first]


def test_a_rejected_order_ends_its_plan(working: Desk) -> None:
    """What the broker refuses is not offered again."""
    working.take(working.broker.status(working.order.ref, status="Inactive", reason="201 margin"))
    working.beat(2)
    assert len(layer_orders(working)) == 1
    assert working.verdicts("layer_open")["plan"] == ("refuse", "the broker refused the order")


def test_words_on_foreign_orders_are_ignored(working: Desk) -> None:
    """An order that is not ours moves nothing."""
    before = structs.replace(working.state, seq=0)
    working.take(
        working.broker.status(working.order.ref, order_ref="someone"),
        ev.OrderTransmitted(time=working.now, order_ref="someone", order_id=1),
        ev.OrderNotTransmitted(time=working.now, order_ref="someone", reason=""),
    )
    assert structs.replace(working.state, seq=0) == before


def test_each_reference_is_new(desk: Desk) -> None:
    """A desk whose orders never fill uses a fresh reference every time."""
    desk.broker.fills = False
    desk.start(Rules(orders=OrderRules(attempts_per_plan_max=5)))
    desk.act()
    desk.beat(60)
    refs = [intent.order_ref for intent in desk.placed]
    assert len(refs) == 5
    assert len(set(refs)) == 5
