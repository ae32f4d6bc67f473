"""Peeling: when, how much, which layer first, and what holds it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.peel import step_quantity
from strategies.core import commands as cm
from strategies.core import facts
from strategies.core.holdings import Layer, LayerState
from strategies.core.rules import CapRules, PeelRules, Rules
from strategies.core.state import State

Desk = Any
CALM = -70.0  # points that take RSI from its heights to about 50


def peels(desk: Desk) -> list[tuple[str, int]]:
    """Return layer and quantity of every peel order asked for."""
    return [(i.subject, i.quantity) for i in desk.placed if i.purpose is cm.Purpose.LAYER_PEEL]


def calm_close(desk: Desk) -> None:
    """Bring a final bar inside 40 to 60, answer, and go to the next session's opening minutes."""
    desk.close_bar(desk.world.spx + CALM)
    desk.answer()
    desk.next_session(9, 31)


def with_layers(desk: Desk, *counts: int, condors: tuple[str, ...] = ()) -> list[Layer]:
    """Give the desk layers of these sizes, the last one newest, booked and in the account."""
    first: Layer = desk.layer
    desk.broker.positions[first.instrument.key] = Decimal(sum(counts))
    layers = [
        structs.replace(
            first,
            layer_id=f"L{n:04d}",
            condor_id=condors[n - 1] if condors else first.condor_id,
            held=count,
            bought=count,
            opened_at=first.opened_at if n < 3 else desk.now,
            debit_usd=Decimal(68 * count),
        )
        for n, count in enumerate(counts, 1)
    ]
    desk.tweak(layers={layer.layer_id: layer for layer in layers})
    return layers


def test_a_calm_close_peels_half_of_the_layer_the_next_morning(desk_with_layer: Desk) -> None:
    """From 09:45 of the next session: half, rounded up; at the bid."""
    desk = desk_with_layer
    calm_close(desk)
    desk.beat(13)
    assert peels(desk) == []
    desk.beat(2)
    assert peels(desk) == [("L0001", 5)]
    assert desk.placed[-1].legs[0].ratio == -1
    assert (desk.layer.held, desk.layer.state) == (5, LayerState.OPEN)


def test_steps_are_a_quarter_of_an_hour_apart_and_two_a_session(desk_with_layer: Desk) -> None:
    """10: 5, then 3 of 5, then nothing more that day; 1 of 2 and 1 of 1 on a second calm day."""
    desk = desk_with_layer
    calm_close(desk)
    desk.beat(14 + 14)
    assert peels(desk) == [("L0001", 5)]
    desk.beat(1)
    assert peels(desk) == [("L0001", 5), ("L0001", 3)]
    desk.beat(120)
    assert len(peels(desk)) == 2
    desk.close_bar(desk.world.spx + 1)
    desk.answer()
    desk.next_session(9, 45)
    desk.beat(60)
    assert peels(desk)[2:] == [("L0001", 1), ("L0001", 1)]
    assert desk.layer.state is LayerState.CLOSED


def test_the_newest_layer_goes_first_and_the_highest_id_on_a_tie(desk_with_layer: Desk) -> None:
    """L3 is newest; L1 and L2 are of equal age."""
    desk = desk_with_layer
    with_layers(desk, 4, 4, 1)
    calm_close(desk)
    desk.beat(60)
    assert peels(desk) == [("L0003", 1), ("L0002", 2)]


def test_the_scope_may_be_each_condor(desk: Desk) -> None:
    """Two steps a session for every condor instead of the book."""
    desk.start(Rules(peel=PeelRules(scope="condor")))
    desk.act()
    desk.buy_layer()
    with_layers(desk, 4, 4, condors=("C0001", "C0002"))
    calm_close(desk)
    desk.beat(60)
    assert sorted(peels(desk)) == [("L0001", 1), ("L0001", 2), ("L0002", 1), ("L0002", 2)]


@pytest.mark.parametrize(
    ("held", "bid", "size", "expected"),
    [
        (10, 0.6, 5.0, 5),
        (7, 0.6, 4.0, 4),  # half rounded up
        (1, 0.6, 1.0, 1),
        (10, 0.6, 4.9, 2),  # ratio under 1: half the step
        (1, 0.6, 0.5, 1),  # at least one
        (10, 0.6, None, 2),
        (10, 0.0, 100.0, 2),
    ],
)
def test_a_thin_bid_halves_the_step(held: int, bid: float, size: float | None, expected: int) -> None:
    """Displayed bid value over the order's value must be 1 for a full step."""
    assert step_quantity(held, bid, size, 1.0)[0] == expected


def test_a_thin_bid_is_recorded(desk_with_layer: Desk) -> None:
    """The verdict shows the ratio and that the step was halved."""
    desk = desk_with_layer
    desk.world.bid_size = 3.0
    calm_close(desk)
    desk.beat(16)
    assert peels(desk) == [("L0001", 2)]
    assert desk.verdicts("peel:L0001")["liquidity_ratio"] == ("pass", "half a step")


def test_expanding_volatility_holds_the_peel(desk_with_layer: Desk) -> None:
    """RSI is neutral, but VIX jumped: hold."""
    desk = desk_with_layer
    desk.world.vix = 17.31
    calm_close(desk)
    desk.beat(60)
    assert peels(desk) == []
    held = [d for d in desk.decisions("peel") if d.subject == "peel"][-1]
    assert [(v.rule, v.verdict) for v in held.rules[:2]] == [
        ("rsi_neutral", "fire"),
        ("not_expanding", "hold"),
    ]


def test_holding_while_expanding_can_be_switched_off(desk: Desk) -> None:
    """By setting, RSI alone decides."""
    desk.start(Rules(peel=PeelRules(hold_while_expanding=False)))
    desk.act()
    desk.buy_layer()
    desk.world.vix = 17.31
    calm_close(desk)
    desk.beat(20)
    assert len(peels(desk)) == 1


def test_unknown_expansion_does_not_peel(desk_with_layer: Desk) -> None:
    """Unavailable is not calm."""
    desk = desk_with_layer
    desk.tweak(signals=structs.replace(desk.state.signals, vix_closes=()))
    calm_close(desk)
    desk.beat(20)
    assert peels(desk) == []


def test_outside_the_zone_nothing_is_peeled(desk_with_layer: Desk) -> None:
    """An overbought close keeps the hedge."""
    desk = desk_with_layer
    desk.close_bar(desk.world.spx + 5)
    desk.answer()
    desk.next_session(9, 45)
    desk.beat(60)
    assert peels(desk) == []


@pytest.mark.parametrize("bid", [0.01, None])
def test_a_worthless_layer_is_left_and_the_next_one_peeled(desk_with_layer: Desk, bid: float | None) -> None:
    """Under 0.05 x its debit, with a bid or without one, a layer is left to expire and blocks no other."""
    desk = desk_with_layer
    old, _ = with_layers(desk, 4, 4)
    dead = structs.replace(old.instrument, strike=40.0)
    newest = structs.replace(old, layer_id="L0002", instrument=dead, opened_at=desk.now)
    desk.tweak(layers={"L0001": old, "L0002": newest})
    desk.broker.positions.update({dead.key: Decimal(4), old.instrument.key: Decimal(4)})
    quote = facts.Quote(instrument=dead.key, bid=bid, ask=0.02, bid_size=50.0, ask_size=50.0)
    desk.world.given[dead.key] = quote
    calm_close(desk)
    desk.beat(16)
    assert peels(desk) == [("L0001", 2)]
    assert desk.verdicts("peel:L0002")["worth_selling"][0] == "hold"


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        ({"bid": 0.6}, "no two-sided quote"),
        ({"ask": 1.2}, "no two-sided quote"),
        ({"bid": 1.3, "ask": 1.2}, "no two-sided quote"),
    ],
)
def test_without_a_two_sided_quote_the_step_waits(
    desk_with_layer: Desk, quote: dict[str, float], reason: str
) -> None:
    """One side, or sides that cross, are no price to sell at."""
    desk = desk_with_layer
    key = desk.layer.instrument.key
    desk.world.given[key] = facts.Quote(instrument=key, **quote)
    calm_close(desk)
    desk.beat(20)
    assert peels(desk) == []
    assert desk.verdicts("peel:L0001")["quote"] == ("unavailable", reason)


def test_a_stale_quote_is_no_price(desk_with_layer: Desk) -> None:
    """A quote older than its limit is unavailable."""
    desk = desk_with_layer
    desk.world.given[desk.layer.instrument.key] = None
    calm_close(desk)
    desk.beat(20)
    assert peels(desk) == []
    assert desk.verdicts("peel:L0001")["quote"][0] == "unavailable"


def test_a_peel_waits_while_its_order_is_live(desk_with_layer: Desk) -> None:
    """No second order on a layer whose first may still fill."""
    desk = desk_with_layer
    calm_close(desk)
    desk.broker.fills = False
    desk.beat(16)
    assert len(peels(desk)) == 1
    assert desk.layer.state is LayerState.PEELING
    unknown = desk.broker.status(desk.order.ref, status="Cancelled", confirmed=False)
    desk.take(unknown)
    desk.clock(10, 30)
    desk.beat_silent(3)
    assert len(peels(desk)) == 1


def test_an_unfilled_peel_leaves_the_layer_open(desk_with_layer: Desk) -> None:
    """Cancelled after its time, the layer keeps its contracts and its debit."""
    desk = desk_with_layer
    before = desk.layer
    calm_close(desk)
    desk.broker.fills = False
    desk.beat(16 + 7)
    assert (desk.layer.state, desk.layer.held) == (LayerState.OPEN, 10)
    assert desk.layer.debit_usd == before.debit_usd


def test_a_peel_too_waits_for_readiness_and_pace(desk_with_layer: Desk) -> None:
    """Every order passes gate 1 and the pace."""
    desk = desk_with_layer
    calm_close(desk)
    desk.tweak(rules=Rules(caps=CapRules(orders_per_day_max=0)))
    desk.beat(16)
    assert peels(desk) == []
    assert desk.verdicts("peel:L0001")["order_pace"][0] == "refuse"


def test_a_peel_run_is_of_one_session(desk_with_layer: Desk) -> None:
    """What was not peeled in its session is not peeled in a later one without a new decision."""
    desk = desk_with_layer
    desk.close_bar(desk.world.spx + CALM)
    desk.disconnect()
    desk.clock(9, 50, date(2018, 1, 25))
    desk.connect()
    desk.answer()
    desk.world.spx += 200
    desk.beat(40)
    assert peels(desk) == []


def test_without_layers_nothing_is_planned(desk_with_condor: Desk) -> None:
    """A calm close with nothing held is a hold with that reason."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx - 50)
    assert desk.state.peel is None
    assert desk.verdicts("peel")["layers_held"] == ("hold", "no layer is held")


def test_a_fresh_state_holds_nothing() -> None:
    """The state begins empty."""
    assert State().peel is None
