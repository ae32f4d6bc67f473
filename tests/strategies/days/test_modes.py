"""Modes: active, reduce-only, halted; who changes them, what they forbid, and that they outlive restarts."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.book import live_orders
from strategies.core.gates import hindrance, ready
from strategies.core.holdings import LayerState, OrderStage
from strategies.core.mode import Action, Cause, Mode
from strategies.core.records import Alarm, ModeChanged
from strategies.core.rules import HaltRules, OrderRules, ReconcileRules, Rules
from strategies.core.turn import Turn

Desk = Any
WHO = "anna (uid 1000)"


def say(desk: Desk, action: Action, reason: str = "looks odd") -> None:
    """A person says something."""
    desk.take(ev.Operator(time=desk.now, action=action, who=WHO, reason=reason))


def alarms(desk: Desk) -> list[Alarm]:
    """Return all alarms so far."""
    return [record for record in desk.records if isinstance(record, Alarm)]


def gate(desk: Desk, *, adds_risk: bool) -> str:
    """Return why gate 1 refuses an order, empty where it does not."""
    reason: str = ready(Turn(desk.state, desk.now), adds_risk=adds_risk).reason
    return reason


@pytest.mark.parametrize(
    ("action", "opening", "closing"),
    [
        (Action.HALT, f"halted by {WHO}: looks odd", f"halted by {WHO}: looks odd"),
        (Action.REDUCE_ONLY, f"reduce-only by {WHO}: looks odd", ""),
        (Action.RESUME, "", ""),
    ],
)
def test_each_mode_forbids_what_it_says(
    desk_with_condor: Desk, action: Action, opening: str, closing: str
) -> None:
    """Halted sends nothing, reduce-only nothing that adds risk; the refusal names who and why."""
    say(desk_with_condor, action)
    assert gate(desk_with_condor, adds_risk=True) == opening
    assert gate(desk_with_condor, adds_risk=False) == closing


def test_a_halt_survives_restarts_until_a_person_resumes(desk_with_condor: Desk) -> None:
    """I14: the mode is state, and only a person ends it."""
    desk = desk_with_condor
    say(desk, Action.HALT)
    desk.restart()
    desk.answer()
    assert hindrance(desk.state) == f"halted by {WHO}: looks odd"
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(8)
    assert desk.placed[-1].purpose is cm.Purpose.CONDOR_OPEN
    say(desk, Action.RESUME, "looked")
    assert hindrance(desk.state) == ""
    changes = [r for r in desk.records if isinstance(r, ModeChanged)]
    assert [(r.before, r.mode, r.who, r.reason) for r in changes] == [
        (Mode.ACTIVE, Mode.HALTED, WHO, "looks odd"),
        (Mode.HALTED, Mode.ACTIVE, WHO, "looked"),
    ]


def test_reduce_only_buys_no_layer_and_still_peels(desk_with_layer: Desk) -> None:
    """No new risk, but what takes risk off goes on."""
    desk = desk_with_layer
    say(desk, Action.REDUCE_ONLY)
    before = len(desk.placed)
    desk.close_bar(desk.world.spx - 70)
    desk.answer()
    desk.next_session()
    desk.beat(2)
    assert [intent.purpose for intent in desk.placed[before:]] == [cm.Purpose.LAYER_PEEL]


def test_a_mode_cancels_the_working_orders_that_it_forbids(desk: Desk) -> None:
    """An order that waits at the broker would fill in spite of the halt."""
    desk.start()
    desk.broker.fills = False
    desk.act()
    assert desk.order.stage is OrderStage.WORKING
    say(desk, Action.REDUCE_ONLY)
    assert isinstance(desk.todo[-1], cm.CancelOrder)
    desk.answer()
    assert live_orders(desk.state) == []


def test_flatten_sells_layers_and_condors_and_opens_nothing(desk_with_layer: Desk) -> None:
    """Everything held gets a closing order, once, and the mode stays reduce-only afterwards."""
    desk = desk_with_layer
    before = len(desk.placed)
    say(desk, Action.FLATTEN, "holiday")
    desk.answer()
    desk.beat(10)
    assert sorted(intent.purpose for intent in desk.placed[before:]) == ["condor_close", "layer_peel"]
    assert desk.layer.state is LayerState.CLOSED
    assert not any(desk.condor.held.values())
    assert desk.state.trading.mode is Mode.REDUCE_ONLY


def test_flatten_gives_up_after_so_many_tries_a_session(desk_with_layer: Desk) -> None:
    """An order that nobody fills is tried as often as any plan's, then again in the next session."""
    desk = desk_with_layer
    desk.broker.fills = False
    before = len(desk.placed)
    say(desk, Action.FLATTEN, "holiday")
    desk.beat(60)
    tries = [i for i in desk.placed[before:] if i.subject == desk.layer.layer_id]
    assert len(tries) == OrderRules().attempts_per_plan_max
    desk.broker.fills = True
    desk.next_session(10)
    desk.beat(5)
    assert desk.layer.state is LayerState.CLOSED


def loss(desk: Desk, worth: str) -> None:
    """A snapshot says what the account is worth."""
    desk.take(desk.broker.snapshot(net_liquidation_usd=Decimal(worth)))


def test_the_loss_limit_halts_once_and_resume_sets_it_anew(desk_with_condor: Desk) -> None:
    """Net liquidation is held against the day before's last word; after a resume against the resume's."""
    desk = desk_with_condor
    loss(desk, "950001")
    assert desk.state.trading.mode is Mode.ACTIVE
    loss(desk, "949000")
    assert (desk.state.trading.mode, desk.state.trading.cause) == (Mode.HALTED, Cause.LOSS_LIMIT)
    assert "from 1000000 to 949000 USD" in desk.state.trading.reason
    say(desk, Action.RESUME, "seen")
    loss(desk, "948000")
    assert desk.state.trading.mode is Mode.ACTIVE
    loss(desk, "900000")
    assert desk.state.trading.mode is Mode.HALTED


def test_a_loss_over_night_counts(desk_with_condor: Desk) -> None:
    """The base of a day is what the day before ended with."""
    desk = desk_with_condor
    desk.next_session()
    loss(desk, "940000")
    assert desk.state.trading.cause is Cause.LOSS_LIMIT


@pytest.mark.parametrize(
    ("step_s", "mode"), [(59.0, Mode.ACTIVE), (-61.0, Mode.HALTED), (3600.0, Mode.HALTED)]
)
def test_a_far_clock_step_halts(desk_with_condor: Desk, step_s: float, mode: Mode) -> None:
    """In either direction; a small one is only recorded."""
    desk_with_condor.take(ev.ClockStep(time=desk_with_condor.now, step_s=step_s))
    assert desk_with_condor.state.trading.mode is mode


def test_a_halt_that_is_switched_off_does_not_halt(desk: Desk) -> None:
    """0 is off."""
    desk.start(Rules(halts=HaltRules(loss_day_share_max=0, unknown_orders_max=0, clock_step_max_s=0)))
    desk.take(ev.ClockStep(time=desk.now, step_s=9999.0))
    loss(desk, "1")
    assert desk.state.trading.mode is Mode.ACTIVE


def test_the_shell_can_halt(desk_with_condor: Desk) -> None:
    """What the core cannot see, a full disk say, comes as an event."""
    desk = desk_with_condor
    tripped = ev.Tripped(time=desk.now, cause=Cause.DISK_NEARLY_FULL, detail="3 MiB free")
    desk.take(tripped, tripped)
    assert hindrance(desk.state) == "halted by the daemon: 3 MiB free"
    assert [alarm.cause for alarm in alarms(desk)] == [Cause.DISK_NEARLY_FULL]


def test_two_permanent_ids_for_one_reference_halt(desk: Desk) -> None:
    """Two live orders under one reference: the daemon cannot tell which one a cancel meets."""
    desk.start()
    desk.broker.fills = False
    desk.act()
    ref = desk.order.ref
    assert desk.order.perm_id == 7
    desk.take(desk.broker.status(ref, perm_id=8), desk.broker.status(ref, perm_id=7))
    assert desk.state.trading.cause is Cause.TWO_PERM_IDS
    assert [alarm.text for alarm in alarms(desk)] == [
        f"order {ref} has the permanent ids 7 and 8 at the broker"
    ]


def test_two_orders_of_one_reference_in_a_snapshot_halt(desk: Desk) -> None:
    """Seen in one list, before any report told of the second."""
    desk.start()
    desk.broker.fills = False
    desk.act()
    seen = desk.broker.working[desk.order.ref]
    twin = structs.replace(seen, perm_id=9)
    desk.take(desk.broker.snapshot(open_orders=(seen, twin)))
    assert desk.state.trading.cause is Cause.TWO_PERM_IDS


def test_orders_that_the_broker_swallows_halt_after_so_many(desk: Desk) -> None:
    """A broker that tells nothing of orders is not sent more and more of them."""
    desk.start(Rules(halts=HaltRules(unknown_orders_max=1), reconcile=ReconcileRules(quiet_s=60)))
    desk.broker.receive = lambda intent: iter(
        [ev.OrderTransmitted(time=desk.now, order_ref=intent.order_ref, order_id=1)]
    )
    desk.act()
    desk.beat(10)
    assert len(desk.placed) == 2
    assert desk.state.trading.cause is Cause.UNKNOWN_ORDERS
    assert desk.placed[1].order_ref in desk.state.trading.reason


def test_a_restart_with_an_order_in_flight_is_no_unknown_of_the_brokers(desk: Desk) -> None:
    """Doubts that we made ourselves do not count towards the halt."""
    desk.start(Rules(halts=HaltRules(unknown_orders_max=1)))
    desk.broker.receive = lambda _: iter(())
    desk.act()
    desk.restart()
    desk.disconnect()
    desk.connect()
    assert desk.state.guard.unknown_at == ()


def test_after_a_pause_nothing_is_believed(desk_with_condor: Desk) -> None:
    """What was known is of before: quotes are forgotten, and a snapshot is asked for."""
    desk = desk_with_condor
    desk.take(ev.Paused(time=desk.now, paused_s=90.0))
    assert desk.state.market.quotes == {}
    assert hindrance(desk.state) == "not reconciled since the connection came up"
    assert isinstance(desk.todo[-1], cm.FetchSnapshot)
    desk.answer()
    assert hindrance(desk.state) == ""


def test_executions_tell_of_two_permanent_ids_too(desk: Desk) -> None:
    """The second order may be seen first by its fill."""
    desk.start()
    desk.broker.fills = False
    desk.act()
    intent = desk.order.intent
    told = next(e for e in desk.broker.fill(intent) if isinstance(e, ev.ExecutionReported))
    leg = intent.legs[0].instrument.key
    execution = structs.replace(told.execution, instrument=leg, perm_id=11)
    desk.take(structs.replace(told, execution=execution))
    assert desk.state.trading.cause is Cause.TWO_PERM_IDS


def test_a_gateway_that_is_away_before_the_open_is_an_alarm(desk_with_condor: Desk) -> None:
    """A person must log it in; once a session is enough."""
    desk = desk_with_condor
    desk.next_session(9, 15)
    desk.timer(ev.Job.SESSION_PREP)
    assert alarms(desk) == []
    desk.disconnect()
    desk.timer(ev.Job.SESSION_PREP)
    desk.timer(ev.Job.SESSION_PREP)
    (alarm,) = alarms(desk)
    assert alarm.cause is Cause.NOT_LOGGED_IN
    assert f"{desk.today}" in alarm.text
