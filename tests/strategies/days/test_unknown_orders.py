"""Orders of unknown fate: never sent again, and resolved by the broker's truth alone."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.holdings import LayerState, OrderStage

Desk = Any


def layer_orders(desk: Desk) -> list[cm.Intent]:
    """Return the layer orders asked for so far."""
    return [intent for intent in desk.placed if intent.purpose is cm.Purpose.LAYER_OPEN]


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
    sending.disconnect()
    sending.connect()
    sending.todo.clear()
    sending.broker.now += timedelta(seconds=60)
    sending.take(sending.broker.snapshot())
    sending.take(sending.broker.snapshot())  # at once: not a second proof
    assert sending.state.orders[first].stage is OrderStage.UNKNOWN
    sending.broker.now += timedelta(seconds=60)
    sending.take(sending.broker.snapshot())
    assert sending.state.orders[first].stage is OrderStage.ABSENT
    sending.beat()
    assert [i.supersedes for i in layer_orders(sending)] == ["", first]


def test_the_connection_that_sent_an_order_cannot_prove_it_absent(sending: Desk) -> None:
    """A gateway may keep an order from the connection that sent it (`hold_ack`): another one is asked."""
    ref = sending.order.ref
    sending.todo.clear()
    sending.take(ev.OrderTransmitted(time=sending.now, order_ref=ref, order_id=1))
    sending.beat_silent(2)
    sending.todo.clear()
    for _ in range(3):
        sending.take(sending.broker.snapshot())
        sending.broker.now += timedelta(seconds=60)
    assert sending.state.orders[ref].stage is OrderStage.UNKNOWN
    assert [type(command) for command in sending.todo].count(cm.Reconnect) == 1
    assert len(layer_orders(sending)) == 1


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
    sending.disconnect()
    sending.connect()
    for _ in range(2):
        sending.broker.now += timedelta(seconds=60)
        sending.take(sending.broker.snapshot())
    assert sending.state.orders[ref].stage is OrderStage.ABSENT
    seen = facts.OrderSeen(order_ref=ref, perm_id=9, status="Submitted", remaining=Decimal(10))
    sending.take(sending.broker.snapshot(open_orders=(seen,)))
    assert sending.state.orders[ref].stage is OrderStage.WORKING
