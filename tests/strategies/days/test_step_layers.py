"""Weeks of swings in which every engine may speak: what holds on each event, and again by replay."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from strategies.alvh.strategy import Outcome, step
from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.holdings import LayerState
from strategies.core.state import State, decode_state, encode_state

Desk = Any
MakeDesk = Callable[[], Desk]
# Changes of SPX, of VIX and of its futures (shares): calm, melt-up, fall, crash, relief, a steep curve,
# a rally, orderly falls and rises.
DAYS = [
    (0.001, -0.02, (-0.01, -0.01)),
    (0.006, -0.03, (-0.02, -0.01)),
    (-0.02, 0.30, (0.15, 0.08)),
    (-0.045, 0.80, (0.9, 0.5)),
    (0.02, -0.25, (-0.2, -0.1)),
    (-0.004, 0.02, (0.0, 0.25)),
    (0.035, -0.1, (-0.05, -0.03)),
    (-0.025, 0.02, (0.01, 0.01)),
    (0.025, 0.0, (0.0, 0.0)),
]
ACTIONS = ("beat", "beat", "beat", "cut", "kill", "mute", "fill", "cancel", "thin")


def look(desk: Desk) -> None:
    """No sale beyond what is held, no side turned round, nothing beyond the caps."""
    caps = desk.state.rules.caps
    layers = desk.state.layers
    assert sum(layer.state is not LayerState.CLOSED for layer in layers.values()) <= caps.layers_open_max
    for layer in layers.values():
        assert 0 <= layer.held <= layer.bought <= caps.contracts_per_layer_max
        assert -layer.bought <= layer.short_held <= 0
    leaving: Counter[str] = Counter()
    for order in desk.state.orders.values():
        if order.intent.purpose is cm.Purpose.LAYER_PEEL and not order.ended:
            leaving[order.intent.subject] += order.intent.quantity - order.filled
    assert all(quantity <= layers[layer_id].held for layer_id, quantity in leaving.items())


def watch(desk: Desk) -> None:
    """Look at each event."""
    take = desk.take

    def watched(*events: ev.AnyEvent) -> Outcome:
        outcome = Outcome((), ())
        for event in events:
            outcome = take(event)
            look(desk)
        return outcome

    desk.take = watched


def trouble(desk: Desk, data: st.DataObject) -> None:
    """Let one thing happen inside the session."""
    match data.draw(st.sampled_from(ACTIONS)):
        case "beat":
            desk.beat(data.draw(st.sampled_from([2, 16])))
        case "thin":
            desk.world.bid_size = data.draw(st.sampled_from([1.0, 500.0]))
        case other:
            desk.suffer(other, data.draw)


def swing(desk: Desk, change: tuple[float, float, tuple[float, float]]) -> None:
    """Move SPX, VIX and the futures: the first two, and the others by half of the second's change."""
    spx, vix, (near, far) = change
    world = desk.world
    world.spx *= 1 + spx
    world.vix *= 1 + vix
    moves = [near, far, far / 2, far / 2]
    for (expiry, price), move in zip(list(world.futures.items()), moves, strict=True):
        world.futures[expiry] = round(price * (1 + move), 3)


def weeks(data: st.DataObject) -> list[tuple[float, float, tuple[float, float]]]:
    """Return three sessions to five weeks, each of a mood: most days are of one kind."""
    mood = data.draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=3))
    count = data.draw(st.sampled_from([3, 8, 25]))
    return [data.draw(st.sampled_from(mood)) for _ in range(count)]


@settings(
    derandomize=True,
    deadline=None,
    max_examples=15,
    phases=[Phase.generate],  # a week is too long to shrink; the seed is fixed
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data())
def test_weeks_of_swings_keep_within_bounds_and_replay_alike(
    make_desk: MakeDesk, data: st.DataObject
) -> None:
    """Every event is looked at; then any prefix and the rest give the records and the state of the whole."""
    desk = make_desk()
    watch(desk)
    desk.start()
    desk.act()
    for change in weeks(data):
        for _ in range(data.draw(st.integers(0, 3))):
            trouble(desk, data)
        swing(desk, change)
        desk.close_bar()
        desk.answer()
        desk.next_session()
        desk.timer(ev.Job.ACT)
        desk.answer()
        desk.beat(data.draw(st.sampled_from([3, 9])))
    again, split = State(), data.draw(st.integers(0, len(desk.events)))
    said: list[bytes] = []
    for seq, event in enumerate(desk.events, 1):
        if seq == split:
            again = decode_state(encode_state(again))
        again, outcome = step(again, event, seq)
        said += map(msgspec.json.encode, outcome.records)
    assert said == [msgspec.json.encode(record) for record in desk.records]
