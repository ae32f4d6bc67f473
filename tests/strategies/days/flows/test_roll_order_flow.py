"""Rolls that are carried out in part, refused or not at all; and layers that are peeled instead."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.economics import economy
from strategies.alvh.layer_gates import Proposal, decay_of, decay_verdict
from strategies.core.commands import Leg, Purpose
from strategies.core.holdings import LayerState, PlanStage
from strategies.core.layer_rules import RollRules
from strategies.core.rules import CapRules, CondorRules, FirstEngineRules, PeelRules, Rules
from strategies.core.turn import Turn

Story = Any
MakeRules = Callable[..., Rules]
FEBRUARY, MARCH, APRIL, MAY = date(2018, 2, 14), date(2018, 3, 21), date(2018, 4, 18), date(2018, 5, 16)
LONG_CONDORS = CondorRules(dte_target=88, dte_max=90, exit_dte=2, profit_share=0.99)


def shift(story: Story) -> dict[str, tuple[str, str]]:
    """Return verdict and reason by rule of the latest look at the layer's time."""
    found: dict[str, tuple[str, str]] = story.desk.verdicts("time_shift:L0001")
    return found


def april_call(story: Story) -> Any:  # noqa: ANN401 - an instrument
    """Return the call of the layer's strike in April."""
    return structs.replace(story.desk.layer.instrument, last_trade=date(2018, 4, 17), expiry=APRIL)


def test_a_roll_that_fills_in_part_leaves_two_layers(due: Callable[..., Story]) -> None:
    """Both are open with what they hold; the rest is due again on the next bar."""
    story = due()
    desk = story.desk
    total = desk.layer.held
    desk.broker.fills = False
    intent = story.until(Purpose.LAYER_ROLL)
    desk.take(*desk.broker.fill(intent, 3))
    desk.beat(8)
    old, new = desk.state.layers["L0001"], desk.state.layers["L0002"]
    assert [(x.state, x.held) for x in (old, new)] == [(LayerState.OPEN, total - 3), (LayerState.OPEN, 3)]
    assert old.debit_usd > 0 < new.debit_usd
    story.close(story.world.spx + 0.5)
    assert story.outcome("time_shift:L0001") == "planned"
    desk.broker.fills = True
    story.morning()
    assert story.until(Purpose.LAYER_ROLL).quantity == total - 3


def test_a_roll_that_nobody_fills_leaves_the_layer(due: Callable[..., Story]) -> None:
    """Tried as often as allowed; the successors hold nothing and are closed."""
    story = due()
    story.desk.broker.fills = False
    story.until(Purpose.LAYER_ROLL)
    story.desk.beat(40)
    assert len(story.of(Purpose.LAYER_ROLL)) == 3
    assert story.outcome("layer_roll") == "gave up"
    states = [(x.state, x.held > 0) for x in story.desk.state.layers.values()]
    assert states == [(LayerState.OPEN, True), *[(LayerState.CLOSED, False)] * 3]


def test_in_the_peel_zone_a_due_layer_is_peeled_instead(held: Callable[..., Story]) -> None:
    """Calm and neutral: handed to the peel, nothing is rolled."""
    story = held(date(2018, 3, 7))
    story.close(story.world.spx - 22)
    assert story.outcome("time_shift:L0001") == "due"
    assert story.desk.state.peel.due == ("L0001",)
    assert not story.desk.state.peel.only_due
    story.morning()
    assert story.until(Purpose.LAYER_PEEL).subject == "L0001"
    assert not story.of(Purpose.LAYER_ROLL)


def test_a_due_layer_of_a_closed_condor_is_peeled_alone(held: Callable[..., Story]) -> None:
    """RSI is high, so nothing else is peeled; the due one is, two steps a session."""
    story = held(date(2018, 3, 7))
    condor = structs.replace(story.desk.condor, state="closed", held={}, contracts=0)
    young = structs.replace(
        story.desk.layer, layer_id="L0002", condor_id="C0002", instrument=april_call(story), extrinsic=None
    )
    story.desk.tweak(condors={"C0001": condor}, layers={**story.desk.state.layers, "L0002": young})
    positions = story.desk.broker.positions
    for leg in condor.legs:
        positions.pop(leg.key)
    positions[young.instrument.key] = Decimal(young.held)
    story.close(story.world.spx + 0.5)
    assert story.desk.state.peel.only_due
    story.morning()
    story.desk.beat(60)
    assert {i.subject for i in story.of(Purpose.LAYER_PEEL)} == {"L0001"}


def test_due_layers_come_before_newer_ones(held: Callable[..., Story]) -> None:
    """In the peel zone the older layer, due, is sold before the newest; then the newest."""
    story = held(date(2018, 3, 7), peel=PeelRules(steps_per_session=9))
    old = story.desk.layer
    new = structs.replace(old, layer_id="L0002", instrument=april_call(story), opened_at=story.desk.now)
    story.desk.tweak(layers={"L0001": old, "L0002": new})
    story.desk.broker.positions[new.instrument.key] = Decimal(new.held)
    story.close(story.world.spx - 22)
    story.morning()
    story.desk.beat(150)
    order = [i.subject for i in story.of(Purpose.LAYER_PEEL)]
    assert order == sorted(order)
    assert set(order) == {"L0001", "L0002"}


def test_a_layer_worth_next_to_nothing_is_left_to_expire(held: Callable[..., Story]) -> None:
    """Under 5 % of its debit: that beats time-shifting, and the peel."""
    story = held(date(2018, 3, 7))
    story.world.futures[MARCH] = 8.0
    story.close(story.world.spx + 0.5)
    assert story.outcome("time_shift:L0001") == "hold"
    assert shift(story)["worth_selling"] == (
        "hold",
        "worth less than its share of the debit: left to expire",
    )
    story.morning()
    story.desk.beat(30)
    assert not story.of(Purpose.LAYER_ROLL) + story.of(Purpose.LAYER_PEEL)


def test_the_forward_volatility_can_refuse_a_roll(due: Callable[..., Story]) -> None:
    """roll.forward_vol_ratio_max: between the tenors it costs about what it costs now; half is dear."""
    story = due(roll=RollRules(forward_vol_ratio_max=0.5))
    story.desk.beat(8)
    assert story.why("layer_roll") == {"roll_forward_vol": "forward volatility is too dear"}
    assert story.desk.layer.state is LayerState.OPEN


def test_a_roll_pays_no_more_than_the_premium_that_is_left(due: Callable[..., Story]) -> None:
    """Gate 5 on the net debit."""
    story = due()
    rules = structs.replace(story.desk.state.rules, caps=CapRules(premium_day_share_max=1e-6))
    story.desk.tweak(rules=rules)
    story.desk.beat(8)
    assert story.why("layer_roll") == {"premium": "premium cap is used up"}


def test_without_a_net_liquidation_nothing_is_rolled(due: Callable[..., Story]) -> None:
    """What may be paid is not known."""
    story = due()
    account = structs.replace(story.desk.state.account, net_liquidation_usd=None)
    story.desk.broker.net_liquidation = None
    story.desk.tweak(account=account)
    story.desk.beat(8)
    assert story.why("layer_roll") == {"premium": "net liquidation is not known"}


def test_a_roll_is_not_made_once_the_condor_has_gone(due: Callable[..., Story]) -> None:
    """Closed between the decision and the morning: the next bar hands the layer to the peel."""
    story = due()
    story.desk.tweak(condors={})
    story.desk.beat(2)
    assert story.why("layer_roll") == {"plan": "the condor is no longer open: the layer is not rolled"}


def test_a_roll_waits_for_an_order_of_its_layer(due: Callable[..., Story]) -> None:
    """What a peel is about to sell is not sold a second time: only what is left is rolled."""
    story = due(peel=PeelRules(steps_per_session=1))
    desk = story.desk
    desk.disconnect()  # the roll waits; meanwhile calm has held for half an hour
    desk.beat_silent(20)
    desk.connect()
    desk.answer()
    desk.broker.fills = False
    bands = structs.replace(desk.state.rules.rsi, neutral_high=100.0)
    (plan,) = desk.state.plans.values()
    later = structs.replace(plan, not_before=desk.now.replace(hour=23))
    desk.tweak(rules=structs.replace(desk.state.rules, rsi=bands), plans={plan.plan_id: later})
    total = desk.layer.held
    peel = story.until(Purpose.LAYER_PEEL, 60)
    desk.tweak(plans={plan.plan_id: structs.replace(plan, stage=PlanStage.WAITING)})
    desk.beat(2)
    assert story.why("layer_roll") == {"layer_free": "an order of the layer is on its way"}
    assert not story.of(Purpose.LAYER_ROLL)
    desk.take(*desk.broker.fill(peel))
    desk.broker.fills = True
    assert story.until(Purpose.LAYER_ROLL).quantity == total - peel.quantity


def test_a_roll_whose_strike_is_not_listed_is_refused(due: Callable[..., Story]) -> None:
    """The target expiry has other strikes."""
    story = due()
    listed = story.desk.broker.expiry_listed

    def other(command: Any) -> Any:  # noqa: ANN401 - the broker's own
        return structs.replace(listed(command), calls=(40.0, 41.0))

    story.desk.broker.expiry_listed = other
    expiries = {k: v for k, v in story.desk.state.market.expiries.items() if v.listed.expiry != APRIL}
    story.desk.tweak(market=structs.replace(story.desk.state.market, expiries=expiries))
    story.desk.beat(4)
    assert story.why("layer_roll") == {"plan": "the target expiry does not list the strike held"}


def test_the_decay_budget_takes_the_rolled_layer_off_not_another_with_the_same_option(
    due: Callable[..., Story],
) -> None:
    """Two layers of the same call: the one that stays counts as it is, the one that goes not at all."""
    story = due()
    desk, layer = story.desk, story.desk.layer
    twin = structs.replace(layer, layer_id="L0000", held=3)
    desk.tweak(layers={"L0000": twin, "L0001": layer})
    turn = Turn(desk.state, desk.now)
    bought = april_call(story)
    desk.quote(bought)
    turn = Turn(desk.state, desk.now)
    proposal = Proposal(
        engine=layer.engine,
        condor=desk.condor,
        legs=(Leg(instrument=bought, ratio=1), Leg(instrument=layer.instrument, ratio=-1)),
        contracts=layer.held,
        debit_usd=Decimal(100),
        leaving=layer.layer_id,
    )
    verdict = decay_verdict(turn, proposal, economy(turn))
    parts: list[Any] = [decay_of(turn, twin.positions), decay_of(turn, [(bought, layer.held)])]
    assert verdict.inputs["theta_usd_per_day"] == pytest.approx(sum(abs(p.theta_usd_per_day) for p in parts))


def test_a_roll_of_a_layer_that_is_gone_ends_quietly(due: Callable[..., Story]) -> None:
    """Sold or settled in between: the plan is dropped without a word."""
    story = due()
    gone = structs.replace(story.desk.layer, held=0, state=LayerState.CLOSED)
    story.desk.tweak(layers={"L0001": gone})
    story.desk.broker.positions.pop(gone.instrument.key)
    story.desk.beat(2)
    assert not story.desk.state.plans
    assert not story.desk.decisions("layer_roll")


def test_a_roll_without_quotes_of_both_expiries_is_given_up_in_time(due: Callable[..., Story]) -> None:
    """Nobody quotes April: no limit can be set."""
    story = due()
    story.world.given[april_call(story).key] = None
    story.desk.beat(40)
    assert story.why("layer_roll") == {"plan": "no quotes of both expiries in time"}


def test_a_roll_whose_target_has_come_nearer_is_refused(due: Callable[..., Story]) -> None:
    """The settings have changed between the decision and the choice: never back in time."""
    story = due()
    desk = story.desk
    (plan,) = desk.state.plans.values()
    desk.tweak(
        plans={plan.plan_id: structs.replace(plan, stage=PlanStage.SELECTING, not_before=desk.now)},
        rules=structs.replace(
            desk.state.rules, first_engine=FirstEngineRules(dte_target=10, dte_min=5, dte_max=20)
        ),
    )
    desk.beat(1)
    assert story.why("layer_roll") == {"plan": "the target is not later than the expiry held"}


def test_after_a_restart_a_roll_waits_for_the_listing(due: Callable[..., Story]) -> None:
    """Chains and contracts are asked for again; nothing is chosen before they are there."""
    story = due()
    desk = story.desk
    (plan,) = desk.state.plans.values()
    listing = structs.replace(plan, stage=PlanStage.SELECTING, not_before=desk.now, trading_class="VIX")
    desk.tweak(plans={plan.plan_id: listing})
    desk.beat(1)
    assert desk.state.plans[plan.plan_id].chosen == ()
    assert not story.of(Purpose.LAYER_ROLL)
