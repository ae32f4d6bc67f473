"""The second engine from the bar on which volatility begins to expand to the layer that is held."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from strategies.core.commands import Purpose
from strategies.core.gate_rules import StewardRules
from strategies.core.holdings import Engine, LayerState
from strategies.core.layer_rules import SecondRules
from strategies.core.rules import Rules

Story = Any
MakeRules = Callable[..., Rules]


@pytest.fixture
def expanded(story: Story, rules_of: MakeRules) -> Callable[..., Story]:
    """Play Monday to an expanding close, SPX outside the peel zone, and go to Tuesday's opening."""

    def play(**changes: Any) -> Story:  # noqa: ANN401 - sections of the rules
        story.begin(rules_of("second", **changes))
        story.close(story.world.spx + 20, 14.0)
        story.morning()
        return story

    return play


def test_expansion_buys_a_tenth_of_the_notional_in_longer_calls(expanded: Callable[..., Story]) -> None:
    """VIX calls nearest 110 days, contracts = 10 % x N / (F x 100), rounded down, delta nearest 0.30."""
    story = expanded()
    intent = story.until(Purpose.LAYER_OPEN)
    bought = intent.legs[0].instrument
    assert bought.expiry == date(2018, 5, 16)  # 113 days on; April has 85
    assert intent.quantity == int(0.10 * 50_000 / (story.world.futures[bought.expiry] * 100))
    (layer,) = story.layers(Engine.SECOND)
    assert (layer.state, layer.held, layer.episode) == (LayerState.OPEN, intent.quantity, "2018-01-22")
    size = next(v for v in story.desk.decisions("layer_open.second")[-1].rules if v.rule == "size")
    assert size.inputs["base_contracts"] == pytest.approx(5000 / 1360)


def test_one_layer_an_episode(expanded: Callable[..., Story]) -> None:
    """The fill uses the episode up: the next expanding bar refuses, with that reason."""
    story = expanded()
    story.until(Purpose.LAYER_OPEN)
    story.close(story.world.spx + 5, 15.0)
    assert story.why("second_engine") == {"once_per_episode": "a layer was filled in this episode"}


def test_a_refusal_does_not_use_the_episode_up(expanded: Callable[..., Story]) -> None:
    """An order that nobody fills leaves the episode open: it is looked at again on each final bar."""
    story = expanded()
    story.desk.broker.fills = False
    story.until(Purpose.LAYER_OPEN)
    story.desk.beat(40)
    assert story.layers(Engine.SECOND)[-1].held == 0
    story.close(story.world.spx + 5, 15.0)
    assert story.outcome("second_engine") == "planned"


def test_vxx_by_setting(expanded: Callable[..., Story]) -> None:
    """Shares = fraction x N / price; a share counts as a hundredth of a contract towards the cap."""
    story = expanded(
        second=SecondRules(instrument="VXX", fraction=0.05), steward=StewardRules(multiple_second=1.0)
    )
    intent = story.until(Purpose.LAYER_OPEN)
    assert intent.legs[0].instrument.key == "STK.VXX"
    assert intent.quantity == 83  # 2,500 / 30.00
    (layer,) = story.layers(Engine.SECOND)
    assert (layer.held, layer.extrinsic) == (83, None)


def test_vxx_gains_too_little_in_stress_for_the_default_multiple(expanded: Callable[..., Story]) -> None:
    """A share has no leverage: VIX futures that more than double still gain less than twice its price."""
    story = expanded(second=SecondRules(instrument="VXX"))
    story.desk.beat(8)
    assert story.why("layer_open.second") == {"steward_stress": "gains too little in stress for its debit"}


def test_vxx_is_peeled_and_never_rolled(expanded: Callable[..., Story]) -> None:
    """A share has no tenor: time-shifting does not look at it; calm sells it in halves."""
    story = expanded(
        second=SecondRules(instrument="VXX", fraction=0.05), steward=StewardRules(multiple_second=1.0)
    )
    story.until(Purpose.LAYER_OPEN)
    story.close(story.world.spx - 75, 11.0)
    assert not story.desk.decisions("time_shift")
    story.morning()
    intent = story.until(Purpose.LAYER_PEEL)
    assert (intent.quantity, intent.legs[0].ratio) == (42, -1)
