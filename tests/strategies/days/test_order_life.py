"""An order's life through `step`: late, repeated, unordered and missing words of the broker."""

from decimal import Decimal
from typing import Any

from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.holdings import LayerState, OrderStage
from strategies.core.rules import OrderRules, Rules

Desk = Any


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
