"""Executions and commissions: each booked once, whatever the order and number in which they come."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.holdings import CondorState, LayerState
from strategies.core.records import Fill

Desk = Any
MakeDesk = Callable[[], Desk]
ONCE = settings(
    derandomize=True,
    deadline=None,
    max_examples=15,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def working_layer(desk: Desk) -> cm.Intent:
    """Bring a desk to a layer order of 10 that works at the broker."""
    desk.start()
    desk.act()
    desk.broker.fills = False
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(6)
    intent: cm.Intent = desk.order.intent
    assert intent.purpose is cm.Purpose.LAYER_OPEN
    return intent


@ONCE
@given(data=st.data())
def test_fills_are_booked_once_in_any_order_and_number(make_desk: MakeDesk, data: st.DataObject) -> None:
    """Live, repeated, out of order, and again from snapshots: the layer ends with 10 at the prices paid."""
    desk = make_desk()
    intent = working_layer(desk)
    parts = [event for units in (3, 1, 6) for event in desk.broker.fill(intent, units)]
    repeats = data.draw(st.lists(st.sampled_from(parts), max_size=10))
    for event in data.draw(st.permutations([*parts, *repeats])):
        desk.take(event)
        if data.draw(st.integers(0, 5)) == 0:
            desk.take(desk.broker.snapshot())
    desk.take(desk.broker.snapshot(), desk.broker.snapshot())
    assert desk.layer.held == desk.layer.bought == 10
    assert desk.layer.debit_usd == intent.limit * 1000 + 3 * Decimal("0.65")
    assert desk.layer.state is LayerState.OPEN
    assert sum(r.quantity for r in desk.records if isinstance(r, Fill) and r.subject == "L0001") == 10
    assert desk.state.account.differences == ()


def test_a_correction_by_suffix_is_not_a_second_fill(desk: Desk) -> None:
    """The broker counts corrections of one execution in the id's suffix."""
    intent = working_layer(desk)
    first = next(e for e in desk.broker.fill(intent, 4) if isinstance(e, ev.ExecutionReported))
    corrected = structs.replace(first.execution, exec_id=first.execution.exec_id[:-2] + "02")
    desk.take(first, ev.ExecutionReported(time=desk.now, execution=corrected))
    assert desk.layer.held == 4


def test_legs_are_booked_and_the_combo_line_is_not(desk_with_condor: Desk) -> None:
    """A combo reports itself and its legs: only legs are positions."""
    condor = desk_with_condor.condor
    assert len(desk_with_condor.broker.executions) == 5
    assert [condor.held[leg.key] for leg in condor.legs] == [10, -10, -10, 10]
    assert condor.contracts == 10
    assert condor.credit_usd == -desk_with_condor.order.intent.limit * 1000 - 4 * Decimal("0.65")
    assert condor.state is CondorState.OPEN


def test_an_execution_of_an_instrument_that_is_no_leg_is_not_booked(desk: Desk) -> None:
    """A reference on a foreign contract makes it no position of ours."""
    intent = working_layer(desk)
    event = next(e for e in desk.broker.fill(intent, 1) if isinstance(e, ev.ExecutionReported))
    odd = structs.replace(event.execution, instrument="OPT.VIX.20180320.99.C")
    desk.take(ev.ExecutionReported(time=desk.now, execution=odd))
    assert desk.layer.held == 0


def test_a_commission_may_come_late_early_twice_or_never(desk: Desk) -> None:
    """It is charged once, when both it and its execution are known; a fill does not wait for it."""
    intent = working_layer(desk)
    fills = desk.broker.fill(intent)
    commission = fills[-1]
    desk.take(commission)  # before its execution: left for the snapshot
    desk.take(*fills[:-1])
    assert desk.layer.state is LayerState.OPEN
    assert desk.layer.debit_usd == intent.limit * 1000
    desk.take(desk.broker.snapshot(), commission, commission)
    assert desk.layer.debit_usd == intent.limit * 1000 + Decimal("0.65")


def test_what_peeling_brings_in_is_realised_and_releases_its_part_of_the_debit(desk_with_layer: Desk) -> None:
    """Selling half at twice the price: half the debit stays, the rest is profit less commission."""
    desk = desk_with_layer
    layer = desk.layer
    leg = cm.Leg(instrument=layer.instrument, ratio=-1)
    order = structs.replace(
        desk.order,
        intent=structs.replace(
            desk.order.intent, order_ref="peel", purpose=cm.Purpose.LAYER_PEEL, legs=(leg,), quantity=5
        ),
        leg_filled={},
        reported_filled=0,
    )
    desk.tweak(orders={**desk.state.orders, "peel": order})
    desk.broker.working["peel"] = facts.OrderSeen(
        order_ref="peel", perm_id=8, status="Submitted", remaining=Decimal(5)
    )
    desk.take(*desk.broker.fill(order.intent))
    paid = layer.debit_usd
    brought = order.intent.limit * 500
    assert desk.layer.held == 5
    assert desk.layer.debit_usd == paid / 2
    assert desk.layer.realised_usd == brought - paid / 2 - Decimal("0.65")


def test_a_sale_that_is_reported_after_the_layer_expired_is_booked(desk_with_layer: Desk) -> None:
    """A late execution on a layer that holds nothing must not stop the loop: what it brought is realised."""
    desk = desk_with_layer
    desk.close_bar()
    desk.state = structs.replace(desk.state, peel=None)  # only the sale below
    layer = desk.layer
    leg = cm.Leg(instrument=layer.instrument, ratio=-1)
    sale = structs.replace(desk.order.intent, order_ref="s", purpose=cm.Purpose.LAYER_PEEL, legs=(leg,))
    order = structs.replace(desk.order, intent=sale, leg_filled={}, reported_filled=0)
    desk.tweak(orders={**desk.state.orders, "s": order})
    desk.clock(8, 0, date(2018, 3, 22))
    desk.broker.positions.clear()
    desk.take(desk.broker.snapshot(executions=(), commissions=()))
    assert desk.layer.held == 0
    desk.broker.working["s"] = facts.OrderSeen(
        order_ref="s", perm_id=8, status="Submitted", remaining=Decimal(10)
    )
    desk.take(*desk.broker.fill(sale))
    assert desk.layer.held == -10
    assert desk.layer.debit_usd == 0


def test_a_commission_without_any_order_or_after_all_is_forgotten_is_no_error(desk_with_layer: Desk) -> None:
    """Unknown execution ids, and those of pruned orders, move no money."""
    desk = desk_with_layer
    before = structs.replace(desk.state, seq=0)
    desk.take(ev.Commission(time=desk.now, exec_id="nobody.1", commission_usd=Decimal(1)))
    assert structs.replace(desk.state, seq=0) == before
