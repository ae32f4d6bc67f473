"""Time-shifting: a layer that runs out of days or of time value is rolled as one combo, or peeled."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import structs

from strategies.core.commands import Purpose
from strategies.core.holdings import Engine, LayerState
from strategies.core.layer_rules import RollRules
from strategies.core.rules import CapRules, CondorRules, FirstEngineRules, Rules

Story = Any
MakeRules = Callable[..., Rules]
FEBRUARY, MARCH, APRIL, MAY = date(2018, 2, 14), date(2018, 3, 21), date(2018, 4, 18), date(2018, 5, 16)
LONG_CONDORS = CondorRules(dte_target=88, dte_max=90, exit_dte=2, profit_share=0.99)


def shift(story: Story) -> dict[str, tuple[str, str]]:
    """Return verdict and reason by rule of the latest look at the layer's time."""
    found: dict[str, tuple[str, str]] = story.desk.verdicts("time_shift:L0001")
    return found


def test_at_fourteen_days_a_layer_is_rolled_as_one_combo(due: Callable[..., Story]) -> None:
    """Same strike, same quantity, to the engine's target tenor; the successor goes on where it ends."""
    story = due()
    before = story.desk.state.layers["L0001"]
    assert shift(story)["roll_tenor"] == ("fire", "tenor reached")
    intent = story.until(Purpose.LAYER_ROLL)
    bought, sold = (leg.instrument for leg in intent.legs)
    assert [leg.ratio for leg in intent.legs] == [1, -1]
    assert (bought.expiry, sold.expiry, bought.strike) == (APRIL, MARCH, sold.strike)
    assert intent.quantity == before.held
    old, new = story.desk.state.layers["L0001"], story.desk.state.layers["L0002"]
    assert (old.state, old.held, old.debit_usd) == (LayerState.CLOSED, 0, Decimal(0))
    assert (new.state, new.held, new.rolled_from) == (LayerState.OPEN, before.held, "L0001")
    assert (new.engine, new.condor_id, new.opened_at) == (Engine.FIRST, "C0001", before.opened_at)
    assert new.debit_usd > 0
    rules = {v.rule: v.verdict for v in story.desk.decisions("layer_roll")[-1].rules}
    assert rules["roll_forward_vol"] == "pass"
    assert list(rules) == [
        *("ready", "roll_forward_vol", "break_even", "decay_budget", "steward_stress", "order_pace"),
        "premium",
    ]


def test_a_roll_asks_for_no_confirmation_and_uses_nothing_up(due: Callable[..., Story]) -> None:
    """The condor's trigger stays as it was, and the cap on layers open is not asked."""
    story = due(caps=CapRules(layers_open_max=1))
    armed = story.desk.condor.armed
    story.until(Purpose.LAYER_ROLL)
    assert (story.desk.condor.armed, story.desk.condor.used) == (armed, {})


def test_little_time_value_rolls_a_layer_before_its_tenor(held: Callable[..., Story]) -> None:
    """Out of the money, nothing expands, under 30 % of the time value at entry."""
    story = held(date(2018, 2, 26))
    story.world.futures[MARCH] = 12.2
    story.close(story.world.spx + 0.5)
    assert shift(story)["roll_tenor"] == ("hold", "tenor not reached")
    assert shift(story)["roll_extrinsic"] == ("fire", "little time value is left")
    story.morning()
    assert story.until(Purpose.LAYER_ROLL).legs[0].instrument.expiry == APRIL


def test_while_volatility_expands_time_value_rolls_nothing(held: Callable[..., Story]) -> None:
    """The same bar with VIX a fifth above its mean: held."""
    story = held(date(2018, 2, 26))
    story.world.futures[MARCH] = 12.2
    story.close(story.world.spx + 0.5, 14.0)
    assert shift(story)["roll_extrinsic"] == ("hold", "in the money or expanding")


def test_a_layer_in_the_money_is_held(held: Callable[..., Story]) -> None:
    """F above the strike: its time value is not asked."""
    story = held(date(2018, 2, 26))
    story.world.futures[MARCH] = 18.0
    story.close(story.world.spx + 0.5)
    assert shift(story)["roll_extrinsic"] == ("hold", "in the money or expanding")


def test_unknown_expansion_leaves_the_time_value_unavailable(held: Callable[..., Story]) -> None:
    """No VIX on the bar: not rolled for its time value."""
    story = held(date(2018, 2, 26))
    story.world.futures[MARCH] = 12.2
    story.desk.broker.watched = tuple(i for i in story.desk.broker.watched if i.symbol != "VIX" or i.strike)
    story.desk.clock(16)
    story.desk.beat_silent(20)
    story.close(story.world.spx + 0.5)
    assert shift(story)["roll_extrinsic"][0] == "unavailable"


def test_without_the_time_value_at_entry_there_is_nothing_to_compare(held: Callable[..., Story]) -> None:
    """A layer whose entry had no forward is rolled at its tenor only."""
    story = held(date(2018, 2, 26))
    layer = structs.replace(story.desk.layer, extrinsic=None)
    story.desk.tweak(layers={"L0001": layer})
    story.close(story.world.spx + 0.5)
    assert shift(story)["roll_extrinsic"] == ("unavailable", "time value at entry is not known")


def test_a_layer_is_not_rolled_to_the_expiry_that_it_holds(held: Callable[..., Story]) -> None:
    """With 29 days left the target tenor is its own."""
    story = held(date(2018, 2, 20))
    story.world.futures[MARCH] = 11.0
    story.close(story.world.spx + 0.5)
    assert shift(story)["roll_target"] == ("hold", "the target is not later than the expiry held")
    assert not story.desk.state.plans


def test_a_layer_is_never_rolled_back_in_time(held: Callable[..., Story]) -> None:
    """The setting now asks for a nearer tenor: the layer is not moved there."""
    story = held(date(2018, 1, 24), roll=RollRules(dte_max=60))
    rules = story.desk.state.rules
    near = FirstEngineRules(dte_target=20, dte_min=15, dte_max=40)
    story.desk.tweak(rules=structs.replace(rules, first_engine=near), verdicts={})
    story.close(story.world.spx + 0.5)
    found = next(v for v in story.desk.decisions("time_shift")[-1].rules if v.rule == "roll_target")
    assert (found.verdict, found.inputs["target"]) == ("hold", "2018-02-14")


def test_without_an_expiry_of_the_target_tenor_nothing_is_rolled(held: Callable[..., Story]) -> None:
    """No listing between 25 and 60 days: said so."""
    story = held(date(2018, 3, 7))
    chains = dict(story.desk.state.market.chains)
    chains["VIX"] = structs.replace(chains["VIX"], expiries=chains["VIX"].expiries[:2])
    story.desk.tweak(market=structs.replace(story.desk.state.market, chains=chains))
    story.close(story.world.spx + 0.5)
    assert shift(story)["roll_target"] == ("hold", "no expiry of the target tenor is listed")


def test_rolling_can_be_switched_off(held: Callable[..., Story]) -> None:
    """roll.enabled = false: layers are left to run out."""
    story = held(date(2018, 3, 7), roll=RollRules(enabled=False))
    story.close(story.world.spx + 0.5)
    assert (story.outcome("time_shift"), story.desk.state.plans) == ("hold", {})
