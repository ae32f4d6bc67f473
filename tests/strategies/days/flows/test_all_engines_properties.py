"""Random weeks with every engine, every instrument and both modes: what must hold whatever happens."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from strategies.alvh.strategy import Outcome, step
from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.gate_rules import DecayRules, StewardRules
from strategies.core.holdings import LayerState, OrderStage
from strategies.core.layer_rules import BreachRules, RollRules, SecondRules, SlopeRules
from strategies.core.rules import CapRules, CondorRules, Rules
from strategies.core.state import State, decode_state, encode_state

Desk = Any
MakeDesk = Callable[[], Desk]
Shape = Callable[[int], float]
WORTH = Decimal(1_000_000)
CAPS = CapRules(
    layers_open_max=3,
    contracts_per_layer_max=6,
    premium_day_share_max=0.002,
    orders_per_minute_max=4,
    orders_per_day_max=12,
)
# Changes of SPX, VIX and the futures (near, far), shares: calm, melt-up, crash, relief, a steep curve,
# an orderly fall, an orderly rise.
DAYS = [
    (0.001, -0.02, (-0.01, -0.01)),
    (0.008, -0.03, (-0.02, -0.01)),
    (-0.045, 0.80, (0.9, 0.5)),
    (0.02, -0.25, (-0.2, -0.1)),
    (0.004, 0.02, (0.0, 0.30)),
    (-0.03, 0.02, (0.01, 0.02)),
    (0.03, 0.0, (0.0, 0.01)),
]
ACTIONS = ("beat", "beat", "cut", "kill", "mute", "fill", "fill", "cancel", "reject", "answer", "drop")


@st.composite
def all_rules(draw: st.DrawFn) -> Rules:
    """Every engine on, with settings that let each of them act often."""
    return Rules(
        mode=draw(st.sampled_from(["auto", "auto", "advise"])),
        caps=CAPS,
        condors=CondorRules(contracts=20, exit_dte=30, max_open=2),
        slope=SlopeRules(points_min=1.0, needs_open=draw(st.booleans())),
        second=SecondRules(instrument=draw(st.sampled_from(["VIX", "VXX"])), fraction=0.05),
        breach=BreachRules(use_xsp=draw(st.booleans()), delta_cut=draw(st.sampled_from([0.5, 1.0]))),
        roll=RollRules(dte_max=draw(st.sampled_from([14, 57])), extrinsic_share_min=0.9),
        decay=DecayRules(share_max=1.0, share_max_low_inflation=1.0),
        steward=StewardRules(mode=draw(st.sampled_from(["veto", "off"]))),
    )


class Watchman:
    """Holds each step of a desk against what must hold."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.sent: dict[date, list[cm.Intent]] = {}
        self._take = desk.take
        desk.take = self.take

    def take(self, *events: ev.AnyEvent) -> Outcome:
        """Step through events one at a time, and look."""
        outcome = Outcome((), ())
        for event in events:
            outcome = self._take(event)
            sent = [c.intent for c in outcome.commands if isinstance(c, cm.PlaceOrder)]
            self.sent.setdefault(self.desk.today, []).extend(sent)
            self.look()
        return outcome

    def look(self) -> None:
        """Caps, one order a decision, nothing sold twice, no leg turned round, no reference twice."""
        state = self.desk.state
        today = self.sent[self.desk.today]
        assert len(today) <= CAPS.orders_per_day_max
        paid = sum((premium(intent) for intent in today), Decimal(0))
        assert paid <= WORTH * Decimal(str(CAPS.premium_day_share_max))
        refs = [intent.order_ref for intent in self.desk.placed]
        assert len(refs) == len(set(refs))
        lineages = {
            layer.layer_id
            for layer in state.layers.values()
            if layer.state is not LayerState.CLOSED and not layer.rolled_from
        }
        assert len(lineages) <= CAPS.layers_open_max
        for layer in state.layers.values():
            limit = CAPS.contracts_per_layer_max * (100 if layer.instrument.key == "STK.VXX" else 1)
            assert 0 <= layer.held <= layer.bought <= limit
            assert -limit <= layer.short_held <= 0
        leaving: Counter[str] = Counter()
        for order in state.orders.values():
            if order.ended or order.intent.purpose not in {cm.Purpose.LAYER_PEEL, cm.Purpose.LAYER_ROLL}:
                continue
            leaving[order.intent.subject] += order.intent.quantity - order.filled
        for layer_id, count in leaving.items():
            layer = state.layers[layer_id]
            unbooked = sum(o.intent.subject == layer_id and bool(o.leg_filled) for o in state.orders.values())
            assert unbooked or count <= layer.held
        for condor in state.condors.values():
            assert all(abs(count) <= state.rules.condors.contracts for count in condor.held.values())
        filled = [order.plan for order in state.orders.values() if order.filled and order.plan]
        assert len(filled) == len(set(filled)), "a decision was carried out twice"


def premium(intent: cm.Intent) -> Decimal:
    """Return the most that an order may pay, USD."""
    if intent.purpose not in cm.PAYING:
        return Decimal(0)
    return max(intent.limit, Decimal(0)) * intent.quantity * intent.legs[0].instrument.multiplier


def reject(desk: Desk) -> None:
    """The broker refuses what works."""
    for ref in list(desk.broker.working):
        if desk.broker.working[ref].filled == 0:
            desk.broker.completed[ref] = structs.replace(desk.broker.working.pop(ref), status="Inactive")
            desk.take(desk.broker.status(ref, reason="201 margin"))


def answer(desk: Desk, data: st.DataObject) -> None:
    """An operator answers what is proposed."""
    for order in list(desk.state.orders.values()):
        if order.stage is OrderStage.PROPOSED:
            yes = data.draw(st.booleans())
            desk.take(ev.ProposalAnswered(time=desk.now, order_ref=order.ref, approved=yes, by="ann"))
    desk.answer()


def trouble(desk: Desk, data: st.DataObject) -> None:
    """Let one thing happen."""
    match data.draw(st.sampled_from(ACTIONS)):
        case "beat":
            desk.beat(data.draw(st.sampled_from([2, 16])))
        case "answer":
            answer(desk, data)
        case "reject":
            reject(desk)
        case other:
            desk.suffer(other, data.draw)


def swing(desk: Desk, change: tuple[float, float, tuple[float, float]]) -> None:
    """Move the market by a day's change."""
    spx, vix, (near, far) = change
    world = desk.world
    world.spx *= 1 + spx
    world.vix *= 1 + vix
    for (expiry, price), move in zip(list(world.futures.items()), [near, far, far, far], strict=True):
        world.futures[expiry] = round(price * (1 + move), 3)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=10,
    phases=[Phase.generate],  # weeks are too long to shrink; the seed is fixed
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data(), rules=all_rules())
def test_weeks_with_every_engine_keep_within_bounds_and_replay_alike(
    make_desk: MakeDesk, in_waves: Callable[[float], Shape], data: st.DataObject, rules: Rules
) -> None:
    """Each event is looked at; the book ends equal to the account; any prefix and the rest replay alike."""
    desk = make_desk()
    Watchman(desk)
    desk.start(rules, shape=in_waves(data.draw(st.sampled_from([-0.4, 0.4]))))
    desk.act()
    mood = data.draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=3))
    for _ in range(data.draw(st.sampled_from([4, 9]))):
        for _ in range(data.draw(st.integers(0, 3))):
            trouble(desk, data)
        swing(desk, data.draw(st.sampled_from(mood)))
        desk.close_bar()
        desk.answer()
        desk.next_session()
        desk.take(*desk.economy())
        desk.timer(ev.Job.ACT)
        desk.beat(data.draw(st.sampled_from([3, 9])))
        answer(desk, data)
        raw = encode_state(desk.state)
        assert encode_state(decode_state(raw)) == raw  # a restart changes nothing, not a byte
    desk.broker.fills = True
    desk.todo.clear()
    desk.restart()
    desk.answer()
    desk.beat(12)
    assert desk.state.account.differences == ()
    again, split = State(), data.draw(st.integers(0, len(desk.events)))
    said: list[bytes] = []
    for seq, event in enumerate(desk.events, 1):
        if seq == split:
            again = decode_state(encode_state(again))
        again, outcome = step(again, event, seq)
        said += map(msgspec.json.encode, outcome.records)
    assert said == [msgspec.json.encode(record) for record in desk.records]
    assert encode_state(again) == encode_state(desk.state)
