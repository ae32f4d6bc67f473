"""What the account holds and the book cannot explain, fills that never come, and the ways out."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.gates import hindrance, ready
from strategies.core.holdings import LayerState, OrderStage
from strategies.core.mode import Action, Cause, Mode
from strategies.core.quarantine import unsettled
from strategies.core.records import Alarm, Quarantined
from strategies.core.turn import Turn

Desk = Any


def alarms(desk: Desk) -> list[Cause]:
    """Return the causes of all alarms so far."""
    return [record.cause for record in desk.records if isinstance(record, Alarm)]


def take_away(desk: Desk, contracts: int) -> None:
    """Somebody sells of the layer by hand."""
    key = desk.layer.instrument.key
    desk.broker.positions[key] -= contracts


def look(desk: Desk, minutes: int = 0) -> None:
    """Let time pass, then take a snapshot."""
    desk.broker.now += timedelta(minutes=minutes)
    desk.take(desk.broker.snapshot())


def settle(desk: Desk, subject: str) -> None:
    """A person settles."""
    desk.take(
        ev.Operator(time=desk.now, action=Action.SETTLE, who="anna", reason="sold by hand", subject=subject)
    )


def gate(desk: Desk, subject: str) -> str:
    """Return why gate 1 refuses an order that takes risk off."""
    reason: str = ready(Turn(desk.state, desk.now), adds_risk=False, subject=subject).reason
    return reason


def test_a_difference_that_stays_quarantines_its_layer_and_alarms_once(desk_with_layer: Desk) -> None:
    """Seen in two snapshots a quiet period apart; the condor beside it may still be closed."""
    desk = desk_with_layer
    take_away(desk, 3)
    look(desk)
    assert desk.state.quarantine == {}
    assert gate(desk, "L0001") == "book and account differ on L0001"
    look(desk, 2)
    look(desk, 2)
    assert list(desk.state.quarantine) == ["L0001"]
    assert alarms(desk) == [Cause.DIFFERENCE]
    assert gate(desk, "L0001").startswith("L0001 is quarantined: ")
    assert gate(desk, desk.condor.condor_id) == ""
    assert hindrance(desk.state) == "book and account differ"
    assert desk.state.trading.mode is Mode.ACTIVE


def test_a_quarantined_layer_is_not_peeled(desk_with_layer: Desk) -> None:
    """Its count is not known: what is sold might be sold short."""
    desk = desk_with_layer
    take_away(desk, 3)
    look(desk)
    look(desk, 2)
    before = len(desk.placed)
    desk.close_bar(desk.world.spx - 70)
    desk.answer()
    desk.next_session()
    desk.beat(5)
    assert [i for i in desk.placed[before:] if i.subject == "L0001"] == []
    assert desk.verdicts("peel:L0001")["ready"][0] == "refuse"


def test_a_difference_that_ends_ends_the_quarantine(desk_with_layer: Desk) -> None:
    """A late execution explains it, or the account is put right by hand."""
    desk = desk_with_layer
    take_away(desk, 3)
    look(desk)
    look(desk, 2)
    take_away(desk, -3)
    look(desk, 2)
    assert desk.state.quarantine == {}
    assert [r.ended for r in desk.records if isinstance(r, Quarantined)] == [False, True]
    assert hindrance(desk.state) == ""


@pytest.mark.parametrize(("gone", "state"), [(3, LayerState.OPEN), (10, LayerState.CLOSED)])
def test_a_person_settles_a_layer_to_what_the_account_holds(
    desk_with_layer: Desk, gone: int, state: LayerState
) -> None:
    """What is no longer held is written off with its part of the debit; trading goes on."""
    desk = desk_with_layer
    debit, realised = desk.layer.debit_usd, desk.layer.realised_usd
    take_away(desk, gone)
    look(desk)
    look(desk, 2)
    settle(desk, "L0001")
    assert (desk.layer.held, desk.layer.state) == (10 - gone, state)
    lost = debit * gone / 10
    assert (desk.layer.debit_usd, desk.layer.realised_usd) == (debit - lost, realised - lost)
    assert desk.state.quarantine == {}
    desk.answer()
    look(desk, 2)
    assert hindrance(desk.state) == ""


def test_a_condor_is_settled_leg_by_leg(desk_with_condor: Desk) -> None:
    """A leg that was assigned or closed by hand: the book takes over all that differs."""
    desk = desk_with_condor
    leg, credit = desk.condor.legs[1].key, desk.condor.credit_usd
    desk.broker.positions[leg] = Decimal(-4)
    look(desk)
    look(desk, 2)
    settle(desk, desk.condor.condor_id)
    assert desk.condor.held[leg] == -4
    assert desk.condor.contracts == 4
    assert desk.condor.credit_usd == credit * 4 / 10  # gate 2 compares with the credit of what is left


def test_what_two_layers_share_cannot_be_settled(desk_with_layer: Desk) -> None:
    """Nobody can tell whose contracts are missing: the account is put right by hand."""
    desk = desk_with_layer
    twin = structs.replace(desk.layer, layer_id="L0002")
    desk.tweak(layers={**desk.state.layers, "L0002": twin})
    look(desk)
    look(desk, 2)
    settle(desk, "L0001")
    assert set(desk.state.quarantine) == {"L0001", "L0002"}
    assert "is traded by L0001, L0002" in unsettled(desk.state, "L0001")


def test_fills_that_an_order_told_of_and_that_never_come_are_given_up(working: Desk) -> None:
    """Alarm and quarantine instead of an unknown that blocks for ever; what comes later is booked."""
    desk = working
    intent = desk.order.intent
    late = desk.broker.fill(intent, 4)
    desk.broker.executions = [e for e in desk.broker.executions if e.order_ref != intent.order_ref]
    desk.take(next(iter(desk.broker.cancel(intent.order_ref))))
    assert (desk.order.stage, desk.order.ended) == (OrderStage.CANCELLED, False)
    look(desk, 1)
    assert hindrance(desk.state) == "book and account differ"
    look(desk, 16)
    assert desk.order.ended
    assert Cause.FILLS_MISSING in alarms(desk)
    assert desk.layer.layer_id in desk.state.quarantine
    desk.take(*(event for event in late if isinstance(event, ev.ExecutionReported)))
    assert desk.layer.held == 4
    look(desk, 1)
    assert desk.state.quarantine == {}
    assert hindrance(desk.state) == ""


def corrected(desk: Desk, **changes: object) -> ev.ExecutionReported:
    """Return the layer's purchase as the broker corrects it."""
    (bought,) = [e for e in desk.broker.executions if e.instrument == desk.layer.instrument.key]
    execution = structs.replace(bought, exec_id=bought.exec_id.removesuffix("01") + "02", **changes)
    assert isinstance(execution, facts.Execution)
    return ev.ExecutionReported(time=desk.now, execution=execution)


def test_a_corrected_price_is_booked_as_a_difference_once(desk_with_layer: Desk) -> None:
    """The debit moves by it; neither a repetition nor the earlier execution moves it again."""
    desk = desk_with_layer
    debit = desk.layer.debit_usd
    correction = corrected(desk, price=Decimal("0.75"))
    (bought,) = [e for e in desk.broker.executions if e.instrument == desk.layer.instrument.key]
    first = ev.ExecutionReported(time=desk.now, execution=bought)
    desk.take(correction, correction, first)
    assert desk.layer.debit_usd - debit == (Decimal("0.75") - bought.price) * 1000
    assert desk.layer.held == 10


def test_a_corrected_quantity_changes_what_is_held(desk_with_layer: Desk) -> None:
    """A bust in part: the book holds what the broker says was executed."""
    desk = desk_with_layer
    (bought,) = [e for e in desk.broker.executions if e.instrument == desk.layer.instrument.key]
    debit = desk.layer.debit_usd
    desk.take(corrected(desk, quantity=Decimal(7)))
    assert (desk.layer.held, desk.layer.bought) == (7, 7)
    assert debit - desk.layer.debit_usd == bought.price * 300


def test_a_correction_of_something_else_is_an_alarm_and_not_booked(desk_with_layer: Desk) -> None:
    """The other side under the same id cannot be a correction of it."""
    desk = desk_with_layer
    before = desk.layer
    desk.take(corrected(desk, bought=False))
    assert desk.layer == before
    assert alarms(desk) == [Cause.CORRECTION]


def test_a_corrected_sale_moves_what_was_realised(desk_with_layer: Desk) -> None:
    """Price and quantity of a peel: realised result, and the debit of what is held after all."""
    desk = desk_with_layer
    desk.close_bar(desk.world.spx - 70)
    desk.answer()
    desk.next_session()
    desk.beat(2)
    key = desk.layer.instrument.key
    sold = [e for e in desk.broker.executions if not e.bought and e.instrument == key][-1]
    stem = sold.exec_id.removesuffix("01")
    held, debit, realised = desk.layer.held, desk.layer.debit_usd, desk.layer.realised_usd
    second = structs.replace(sold, exec_id=stem + "02", price=sold.price + 1)
    desk.take(ev.ExecutionReported(time=desk.now, execution=second))
    assert desk.layer.realised_usd - realised == sold.quantity * 100
    third = structs.replace(second, exec_id=stem + "03", quantity=sold.quantity - 1)
    desk.take(ev.ExecutionReported(time=desk.now, execution=third))
    assert desk.layer.held == held + 1
    back = desk.layer.debit_usd - debit
    assert back == (debit / held).quantize(Decimal("0.0001"))
    total = desk.layer.realised_usd - realised
    assert total == sold.quantity * 100 - second.price * 100 + back


def test_a_commission_that_never_came_is_told_the_next_day(desk_with_layer: Desk) -> None:
    """Once: results look better than they are."""
    desk = desk_with_layer
    desk.next_session(9, 15)
    booked = {k: structs.replace(v, commissioned=False) for k, v in desk.state.booked.items()}
    desk.tweak(booked=booked)
    desk.timer(ev.Job.SESSION_PREP)
    desk.timer(ev.Job.SESSION_PREP)
    assert alarms(desk) == [Cause.COMMISSION_MISSING]


def test_flatten_leaves_a_quarantined_layer_alone(desk_with_layer: Desk) -> None:
    """And closes the rest."""
    desk = desk_with_layer
    take_away(desk, 3)
    look(desk)
    look(desk, 2)
    before = len(desk.placed)
    desk.take(ev.Operator(time=desk.now, action=Action.FLATTEN, who="anna", reason="holiday"))
    desk.beat(5)
    assert [intent.purpose for intent in desk.placed[before:]] == [cm.Purpose.CONDOR_CLOSE]
