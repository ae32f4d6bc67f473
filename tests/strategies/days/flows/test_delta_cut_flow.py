"""The delta cut: half of a breached condor's delta, sold as one combo, held, and closed whole."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from strategies.core.commands import Purpose
from strategies.core.holdings import Engine, LayerState
from strategies.core.layer_rules import BreachRules
from strategies.core.rules import CapRules, CondorRules, Rules

Story = Any
MakeRules = Callable[..., Rules]
Shape = Callable[[int], float]
LOW, HIGH = 2690.0, 2990.0


@pytest.fixture
def breach(story: Story, rules_of: MakeRules, in_waves: Callable[[float], Shape]) -> Callable[..., Story]:
    """Open a 40-lot condor, close beyond one side in contango, and go to the next opening.

    The history has swings on both sides and no divergence that speaks against a recovery.
    """

    def play(side: str = "put", contracts: int = 40, spx: float = 0.0, **changes: Any) -> Story:  # noqa: ANN401
        condors = CondorRules(exit_dte=2, profit_share=0.99, contracts=contracts)
        put = side == "put"
        story.begin(rules_of("breach", **({"condors": condors} | changes)), in_waves(-0.4 if put else 0.4))
        story.close(spx or (LOW if put else HIGH))
        story.morning()
        return story

    return play


def cut(story: Story) -> Any:  # noqa: ANN401 - a layer
    """Return the one cut."""
    (layer,) = story.layers(Engine.DELTA_CUT)
    return layer


def verdict(story: Story, rule: str) -> Any:  # noqa: ANN401 - a verdict
    """Return a rule's verdict in the latest decision on the cut's order."""
    return next(v for v in story.desk.decisions("cut_open")[-1].rules if v.rule == rule)


def test_a_put_side_breach_sells_half_of_the_delta_by_a_conversion(breach: Callable[..., Story]) -> None:
    """Short call and long put of the strike nearest SPX, the condor's expiry, floor(cut x delta) of them."""
    story = breach()
    intent = story.until(Purpose.CUT_OPEN)
    long, short = (leg.instrument for leg in intent.legs)
    assert [(leg.instrument.right, leg.ratio) for leg in intent.legs] == [("P", 1), ("C", -1)]
    assert long.strike == short.strike == 2690.0
    assert long.expiry == short.expiry == story.desk.condor.expiry
    delta = verdict(story, "cut_size").inputs["condor_delta"]
    assert delta > 0
    assert intent.quantity == int(0.5 * delta) > 1
    layer = cut(story)
    assert (layer.state, layer.held, layer.short_held) == (LayerState.OPEN, intent.quantity, -intent.quantity)
    account, condor = story.desk.broker.positions, story.desk.condor.held
    added = [account[key] - condor.get(key, 0) for key in (long.key, short.key)]
    assert added == [intent.quantity, -intent.quantity]


def test_a_call_side_breach_buys_half_of_the_delta_by_a_reversal(breach: Callable[..., Story]) -> None:
    """Long call and short put."""
    story = breach("call")
    intent = story.until(Purpose.CUT_OPEN)
    assert [(leg.instrument.right, leg.ratio) for leg in intent.legs] == [("C", 1), ("P", -1)]
    assert verdict(story, "cut_size").inputs["condor_delta"] < 0
    assert cut(story).trigger.startswith("call side breached")


@pytest.mark.parametrize("side", ["put", "call"])
def test_a_close_back_inside_closes_the_cut_whole(breach: Callable[..., Story], side: str) -> None:
    """The next morning both legs go as one combo; what it made is realised."""
    story = breach(side)
    size = story.until(Purpose.CUT_OPEN).quantity
    story.close(LOW - 5 if side == "put" else HIGH + 5)
    story.morning()
    story.desk.beat(4)
    assert not story.of(Purpose.CUT_CLOSE)
    story.close(2840.0)
    assert story.outcome("cut_exit") == "planned"
    story.morning()
    intent = story.until(Purpose.CUT_CLOSE)
    assert (intent.quantity, [leg.ratio for leg in intent.legs]) == (size, [-1, 1])
    layer = cut(story)
    assert (layer.state, layer.positions, layer.debit_usd) == (LayerState.CLOSED, (), Decimal(0))
    assert layer.realised_usd < 0  # SPX went against the synthetic
    assert story.desk.decisions("cut_exit")[-1].rules[0].reason == "SPX has closed back inside"


def test_a_cut_ends_with_its_condor(breach: Callable[..., Story]) -> None:
    """The condor leaves at its tenor while SPX is outside: the cut leaves on the same morning."""
    story = breach(condors=CondorRules(exit_dte=43, profit_share=0.99, contracts=40))
    story.until(Purpose.CUT_OPEN)
    story.close(LOW)
    assert story.desk.decisions("cut_exit")[-1].rules[0].reason == "its condor is leaving"
    story.morning()
    story.until(Purpose.CUT_CLOSE)
    story.desk.beat(5)
    assert cut(story).state is LayerState.CLOSED
    assert story.desk.condor.state == "closed"


def test_a_cut_ends_at_fourteen_days(breach: Callable[..., Story]) -> None:
    """With 43 days to expiry on that bar and breach.cut_exit_dte = 43 that is the next bar."""
    story = breach(breach=BreachRules(cut_exit_dte=43))
    story.until(Purpose.CUT_OPEN)
    story.close(LOW)
    assert story.desk.decisions("cut_exit")[-1].rules[0].reason == "tenor reached"
    story.morning()
    story.until(Purpose.CUT_CLOSE)


def test_a_cut_is_neither_peeled_nor_rolled(breach: Callable[..., Story]) -> None:
    """Calm and neutral: nothing of it is sold by the peel, nothing looked at by time-shifting."""
    story = breach()
    story.until(Purpose.CUT_OPEN)
    story.sessions(3, -0.5)
    bands = story.desk.state.rules.rsi
    calm = type(bands)(neutral_low=0.5, neutral_high=99.5, oversold=0.2, overbought=99.8)
    rules = {f: getattr(story.desk.state.rules, f) for f in story.desk.state.rules.__struct_fields__}
    story.desk.tweak(rules=Rules(**(rules | {"rsi": calm})))
    story.close(LOW)
    story.morning()
    story.desk.beat(60)
    assert not story.of(Purpose.LAYER_PEEL)
    assert not story.desk.decisions("time_shift")
    assert cut(story).positions


def test_a_cut_counts_for_no_confirmation(breach: Callable[..., Story]) -> None:
    """Delta cuts are not layers that a further layer has to be confirmed after."""
    story = breach()
    story.until(Purpose.CUT_OPEN)
    story.close(LOW)
    found = next(v for v in story.desk.decisions("first_engine")[-1].rules if v.rule == "confirmation")
    assert (found.verdict, found.reason) == ("pass", "the first layer")


def test_one_cut_a_side_and_episode(breach: Callable[..., Story]) -> None:
    """Still outside: refused, a layer was filled in this episode."""
    story = breach()
    story.until(Purpose.CUT_OPEN)
    story.close(LOW)
    assert "once_per_episode" in story.why("delta_cut")


def test_a_partial_combo_is_a_smaller_cut_with_both_legs(breach: Callable[..., Story]) -> None:
    """One unit of several fills, the rest is cancelled: the layer holds one of each leg, once per episode."""
    story = breach()
    desk = story.desk
    desk.broker.fills = False
    intent = story.until(Purpose.CUT_OPEN)
    desk.take(*desk.broker.fill(intent, 1))
    assert cut(story).state is LayerState.WORKING
    desk.beat(8)  # the order's time is over: cancelled
    layer = cut(story)
    assert (layer.state, layer.held, layer.short_held) == (LayerState.OPEN, 1, -1)
    assert desk.condor.used == {"breach:put": "2018-01-22"}
    desk.broker.fills = True
    story.close(2840.0)
    story.morning()
    assert story.until(Purpose.CUT_CLOSE).quantity == 1
    assert not cut(story).positions


def test_legs_that_fill_one_after_another_meet_in_the_layer(breach: Callable[..., Story]) -> None:
    """The put is booked before the call is reported: the layer shows it, and is open when both are in."""
    story = breach()
    desk = story.desk
    desk.broker.fills = False
    intent = story.until(Purpose.CUT_OPEN)
    told = desk.broker.fill(intent)
    desk.take(*told[:2])  # the combo's own line, and the put
    assert (cut(story).held, cut(story).short_held) == (intent.quantity, 0)
    desk.take(*told[2:])
    assert (cut(story).short_held, cut(story).state) == (-intent.quantity, LayerState.OPEN)


def test_a_small_condors_cut_rounds_to_nothing(breach: Callable[..., Story]) -> None:
    """Less than one contract of delta: a recorded 0, no order."""
    story = breach(contracts=4)
    story.desk.beat(8)
    assert story.why("cut_open")["cut_size"] == "rounds to no contract"
    assert not story.of(Purpose.CUT_OPEN)


def test_a_small_condors_cut_is_made_in_xsp_by_setting(breach: Callable[..., Story]) -> None:
    """A tenth of SPX: ten times as many, the strike a tenth."""
    story = breach(contracts=4, breach=BreachRules(use_xsp=True))
    intent = story.until(Purpose.CUT_OPEN)
    (leg, _) = intent.legs
    assert (leg.instrument.trading_class, leg.instrument.strike) == ("XSP", 269.0)
    delta = verdict(story, "cut_size").inputs["condor_delta"]
    assert intent.quantity == int(0.5 * delta * 10) >= 1
    assert cut(story).positions


def test_without_an_xsp_expiry_of_that_day_nothing_is_cut(story: Story, breach: Callable[..., Story]) -> None:
    """XSP need not list the condor's day: refused at once, with the day."""
    story.desk.broker.xsp_days = (date(2018, 3, 9),)
    story = breach(contracts=4, breach=BreachRules(use_xsp=True))
    story.desk.beat(8)
    assert story.why("cut_open") == {"plan": "XSP lists no expiry of 2018-03-07"}
    assert not story.of(Purpose.CUT_OPEN)


def test_the_worst_loss_gate_refuses(breach: Callable[..., Story]) -> None:
    """Condor and cut may not lose more than N in the move against the synthetic."""
    story = breach(breach=BreachRules(cut_loss_move=0.9))
    story.desk.beat(8)
    assert story.why("cut_open") == {
        "delta_cut_loss": "condor and cut could lose more than the condor's notional"
    }
    assert verdict(story, "delta_cut_loss").inputs["loss_usd"] > 200_000


def test_a_cut_pays_no_more_than_the_premium_that_is_left(breach: Callable[..., Story]) -> None:
    """A synthetic off its strike costs money: the day's premium bounds it like any other layer."""
    story = breach(caps=CapRules(premium_day_share_max=1e-9))
    story.desk.beat(8)
    assert story.why("cut_open") == {"premium": "premium cap is used up"}


def test_a_delta_that_has_turned_is_not_cut(breach: Callable[..., Story]) -> None:
    """By the morning SPX is above the call side: a conversion would add to the delta, so nothing is done."""
    story = breach()
    story.world.spx = 3010.0
    story.desk.beat(8)
    assert story.why("cut_open")["cut_size"] == "the condor's delta is not that of the breached side"


def test_a_cut_is_refused_when_its_condor_is_gone(breach: Callable[..., Story]) -> None:
    """The condor was closed by hand in between."""
    story = breach()
    story.desk.tweak(condors={})
    story.desk.beat(4)
    assert story.why("cut_open") == {"plan": "the condor is no longer open"}
