"""Whole days through `step`, hostile and unordered: what must hold whatever happens."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from strategies.alvh.strategy import Outcome, step
from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.gates import ready
from strategies.core.state import State, decode_state, encode_state
from strategies.core.turn import Turn

Desk = Any
MakeDesk = Callable[[], Desk]
FEW = settings(
    derandomize=True,
    deadline=None,
    max_examples=25,
    phases=[Phase.generate],  # a day is too long to shrink; the seed is fixed
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
ACTIONS = ("beat", "beat", "beat", "wild", "drop", "repeat", "cut", "kill", "fill", "cancel", "doubt", "mute")


def trouble(desk: Desk, data: st.DataObject) -> None:
    """Let one thing happen that happens to unattended daemons."""
    working = list(desk.broker.working)
    match data.draw(st.sampled_from(ACTIONS)):
        case "beat":
            desk.beat(data.draw(st.sampled_from([1, 4, 16])))
        case "drop":
            desk.todo = desk.todo[1:]
            desk.beat_silent(2)
        case "repeat":
            desk.take(*data.draw(st.lists(st.sampled_from(said(desk) or desk.events[-1:]), max_size=4)))
        case "cut":
            desk.disconnect()
            desk.beat_silent(1)
            desk.connect()
            desk.answer()
        case "doubt":
            for ref in working[:1]:
                desk.take(desk.broker.status(ref, status="Cancelled", confirmed=False))
        case other:
            desk.suffer(other, data.draw)


def said(desk: Desk) -> list[ev.AnyEvent]:
    """Return the broker's words of this connection on executions and commissions so far."""
    return [e for e in desk.events if isinstance(e, ev.ExecutionReported | ev.Commission)]


def play(make_desk: MakeDesk, data: st.DataObject) -> Desk:
    """Play two or three sessions with trouble in them; check what must hold after each event."""
    desk = make_desk()
    watch(desk)
    desk.start()
    desk.act()
    for _ in range(data.draw(st.integers(1, 2))):
        for _ in range(data.draw(st.integers(0, 5))):
            trouble(desk, data)
        desk.close_bar(desk.world.spx + data.draw(st.sampled_from([25.0, 5.0, -40.0, -75.0])))
        desk.answer()
        desk.next_session()
        desk.beat(data.draw(st.sampled_from([2, 8])))
    for _ in range(data.draw(st.integers(2, 8))):
        trouble(desk, data)
    return desk


def watch(desk: Desk) -> None:
    """Check each step of a desk as it is taken."""
    take = desk.take

    def checked(*events: ev.AnyEvent) -> Outcome:
        outcome = Outcome((), ())
        for event in events:
            outcome = take(event)
            check(desk, event, outcome)
        return outcome

    desk.take = checked


def check(desk: Desk, event: ev.AnyEvent, outcome: Outcome) -> None:
    """No order without readiness, none beyond what is held, no reference twice."""
    sent = [c.intent for c in outcome.commands if isinstance(c, cm.PlaceOrder)]
    refs = [intent.order_ref for intent in desk.placed]
    assert len(refs) == len(set(refs))
    if sent:
        assert ready(Turn(desk.state, event.time)).verdict == "pass"
    for intent in sent:
        if intent.purpose is cm.Purpose.LAYER_PEEL:
            assert intent.quantity <= desk.state.layers[intent.subject].held
        if intent.purpose is cm.Purpose.CONDOR_CLOSE:
            held = desk.state.condors[intent.subject].held
            assert all(
                abs(leg.ratio) * intent.quantity <= abs(held[leg.instrument.key]) for leg in intent.legs
            )
    bought = {i.subject: i.quantity for i in desk.placed if i.purpose is cm.Purpose.LAYER_OPEN}
    for layer in desk.state.layers.values():
        assert 0 <= layer.held <= layer.bought <= bought[layer.layer_id]
        assert layer.debit_usd >= 0
    for condor in desk.state.condors.values():
        assert all(abs(n) <= 10 for n in condor.held.values())
    filled = [order.plan for order in desk.state.orders.values() if order.filled and order.plan]
    assert len(filled) == len(set(filled)), "a decision was carried out twice"


def bodies(outcome: Outcome) -> list[bytes]:
    """Return the records as the journal writes them."""
    return [msgspec.json.encode(record) for record in outcome.records]


@FEW
@given(data=st.data())
def test_the_book_ends_equal_to_the_account_whatever_happened(
    make_desk: MakeDesk, data: st.DataObject
) -> None:
    """After trouble ends, a quiet while brings book and account together and nothing stays unknown."""
    desk = play(make_desk, data)
    desk.broker.fills = True
    desk.todo.clear()
    desk.restart()
    desk.answer()
    desk.beat(12)
    assert desk.state.account.differences == ()
    if desk.state.sessions and ready(Turn(desk.state, desk.now)).reason != "session is closed":
        assert ready(Turn(desk.state, desk.now)).verdict == "pass"


@FEW
@given(data=st.data())
def test_replaying_the_events_gives_the_same_bytes(make_desk: MakeDesk, data: st.DataObject) -> None:
    """Split anywhere, through the bytes of state and events: same records, same state."""
    desk = play(make_desk, data)
    decoder = msgspec.json.Decoder(ev.AnyEvent)
    split = data.draw(st.integers(0, len(desk.events)))
    once, again = State(), State()
    for seq, event in enumerate(desk.events, 1):
        if seq == split:
            again = decode_state(encode_state(again))
        once, first = step(once, event, seq)
        again, second = step(again, decoder.decode(msgspec.json.encode(event)), seq)
        assert bodies(first) == bodies(second)
        assert first.commands == second.commands
    assert encode_state(once) == encode_state(again) == encode_state(again)


def test_the_future_changes_no_decision_of_the_past(make_desk: MakeDesk) -> None:
    """Cut anywhere, a day's first part decides what it decides in the whole day."""
    desks = [make_desk(), make_desk()]
    for desk, turn in zip(desks, (-40.0, 90.0), strict=True):
        desk.start()
        desk.act()
        desk.buy_layer()
        desk.beat(5)
        same = len(desk.events)
        desk.world.spx += turn
        desk.close_bar(desk.world.spx, 11.0 if turn > 0 else 25.0)
        desk.answer()
        desk.next_session()
        desk.beat(20)
        assert same
    first, second = (desk.events for desk in desks)
    common = next(n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)
    assert common > 50
    states = []
    for events in (first, second):
        state = State()
        for seq, event in enumerate(events[:common], 1):
            state, _ = step(state, event, seq)
        states.append(encode_state(state))
    assert states[0] == states[1]


def test_step_leaves_the_state_before_as_it_was(desk_with_condor: Desk) -> None:
    """The core is a pure function: what it was given is unchanged."""
    desk = desk_with_condor
    before, raw = desk.state, encode_state(desk.state)
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    assert encode_state(before) == raw
    assert encode_state(decode_state(raw)) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b'{"kind":"quotes","time":"2018-01-22T15:00:00Z","quotes":[{"instrument":"IND.SPX","last":NaN}]}',
        b'{"kind":"quotes","time":"2018-01-22T15:00:00Z","quotes":[{"instrument":"IND.SPX","last":1e999}]}',
        b'{"kind":"quotes","time":"2018-01-22T15:00:00Z","quotes":[{"instrument":"IND.SPX","last":Infinity}]}',
    ],
)
def test_no_journalled_event_holds_what_is_not_a_number(raw: bytes) -> None:
    """A price is a finite number or not there."""
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(raw, type=ev.AnyEvent)


def test_heartbeats_say_what_they_are_unchanged_since(desk: Desk) -> None:
    """In between decisions, one line a minute names the decision that still stands."""
    desk.start()
    desk.beat(3)
    kinds = [type(r).__name__ for r in desk.records]
    assert kinds.count("Unchanged") == 3
