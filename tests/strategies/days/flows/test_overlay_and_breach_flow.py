"""The slope overlay and the breach layer, from their bar to what is held."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from strategies.core.commands import Purpose
from strategies.core.gate_rules import DecayRules
from strategies.core.holdings import Engine, LayerState
from strategies.core.layer_rules import SlopeRules
from strategies.core.rules import Rules
from strategies.core.selection import quoted_greeks
from strategies.core.turn import Turn

Story = Any
MakeRules = Callable[..., Rules]
FEBRUARY, MARCH, APRIL, MAY = date(2018, 2, 14), date(2018, 3, 21), date(2018, 4, 18), date(2018, 5, 16)


def steepen(story: Story) -> None:
    """Let the curve go from 0.66 to 4.7 points."""
    story.world.futures.update({FEBRUARY: 12.3, MARCH: 17.0, APRIL: 18.0, MAY: 19.0})


@pytest.fixture
def steep(story: Story, rules_of: MakeRules) -> Callable[..., Story]:
    """Play six sessions of a rising SPX, then a close on a steep curve; go to the next opening."""

    def play(*engines: str, **changes: Any) -> Story:  # noqa: ANN401 - sections of the rules
        story.begin(rules_of(*(engines or ("slope",)), **changes))
        story.close(story.world.spx + 20)
        story.morning()
        story.desk.beat(8)
        story.sessions(5, 1.0)
        steepen(story)
        story.close(story.world.spx + 1)
        story.morning()
        return story

    return play


def test_a_steep_and_steepening_curve_adds_half_of_the_entry_vega(steep: Callable[..., Story]) -> None:
    """Contracts = 0.5 x V0 / (delta x 100), of the call that the first engine would choose."""
    story = steep()
    intent = story.until(Purpose.LAYER_OPEN)
    desk, bought = story.desk, intent.legs[0].instrument
    assert bought.expiry == MARCH
    size = next(v for v in desk.decisions("layer_open.slope")[-1].rules if v.rule == "size")
    greeks = quoted_greeks(Turn(desk.state, desk.now), bought)
    wanted = 0.5 * desk.condor.vega_usd / (greeks.delta * 100)
    assert size.inputs["base_contracts"] == pytest.approx(wanted, rel=1e-3)
    assert intent.quantity == int(wanted)
    (layer,) = story.layers(Engine.SLOPE)
    assert (layer.state, layer.held) == (LayerState.OPEN, intent.quantity)


def test_the_overlay_comes_once_a_steepening_episode(steep: Callable[..., Story]) -> None:
    """Still steep and steepening the next day: refused, the episode is used up."""
    story = steep()
    story.until(Purpose.LAYER_OPEN)
    story.close(story.world.spx + 1)
    assert story.why("slope_overlay") == {"once_per_episode": "a layer was filled in this episode"}


def test_the_overlay_lies_over_an_open_layer(steep: Callable[..., Story]) -> None:
    """slope.needs_open, the default: a condor without a layer gets none."""
    story = steep(slope=SlopeRules())
    assert story.why("slope_overlay") == {"open_layer": "the condor has no open layer"}


def test_the_overlay_lies_over_a_first_layer(steep: Callable[..., Story]) -> None:
    """With the first engine's layer bought on the second day the overlay follows it."""
    story = steep("first", "slope", slope=SlopeRules(), decay=DecayRules(share_max=1.0))
    story.until(Purpose.LAYER_OPEN)
    assert [len(story.layers(e)) for e in (Engine.FIRST, Engine.SLOPE)] == [1, 1]


def crash(story: Story) -> None:
    """Close under the put side, VIX at 37, the curve in backwardation; go to the next opening."""
    story.world.futures.update({FEBRUARY: 33.2, MARCH: 28.0, APRIL: 24.0, MAY: 22.0})
    story.close(2649.0, 37.3)
    story.morning()


def test_a_breach_in_backwardation_adds_a_layer_at_the_upper_fraction(
    story: Story, rules_of: MakeRules
) -> None:
    """A VIX call layer as the first engine's at 25 % of N."""
    story.begin(rules_of("breach"))
    crash(story)
    intent = story.until(Purpose.LAYER_OPEN)
    assert intent.legs[0].instrument.expiry == MARCH
    assert intent.quantity == int(0.25 * 50_000 / 2_800)
    (layer,) = story.layers(Engine.BREACH)
    assert (layer.slot, layer.state) == ("breach:put", LayerState.OPEN)
    assert layer.trigger.startswith("put side breached at 2649.00")


def test_a_breach_layer_comes_once_a_breach_episode(story: Story, rules_of: MakeRules) -> None:
    """Beyond the strike again: refused until three closes inside have ended the episode."""
    story.begin(rules_of("breach"))
    crash(story)
    story.until(Purpose.LAYER_OPEN)
    story.close(2600.0, 37.3)
    assert story.why("breach") == {"once_per_episode": "a layer was filled in this episode"}
    story.morning()
    for _ in range(3):
        story.close(2800.0, 30.0)
        story.morning()
    story.close(2600.0, 37.3)
    assert story.outcome("breach") == "planned"


def test_a_crash_brings_what_the_worked_example_says(story: Story, rules_of: MakeRules) -> None:
    """Oversold in backwardation: no first engine; second engine and breach layer, each within its gates."""
    story.begin(rules_of("first", "second", "breach"))
    crash(story)
    assert story.why("first_engine") == {"contango": "the curve is in backwardation"}
    story.desk.beat(12)
    bought = {layer.engine: layer.held for layer in story.desk.state.layers.values()}
    assert set(bought) == {Engine.SECOND, Engine.BREACH}
    assert all(bought.values())


def test_an_unknown_market_buys_no_breach_layer(story: Story, rules_of: MakeRules) -> None:
    """No curve on the bar and no second swing: nothing is done, with the reason."""
    story.begin(rules_of("breach"))
    for expiry in story.world.futures:
        story.world.futures[expiry] = 0.0
    story.close(2649.0, 37.3)
    assert list(story.why("breach")) == ["against_recovery"]
    assert not story.desk.state.plans
