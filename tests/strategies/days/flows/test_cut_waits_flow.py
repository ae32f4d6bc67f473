"""A delta cut that cannot be sent or closed yet: what it waits for, and when it is given up."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core import events as ev
from strategies.core.commands import Purpose
from strategies.core.holdings import Engine, LayerState
from strategies.core.mode import Action
from strategies.core.rules import CondorRules, OrderRules, Rules

Story = Any
MakeRules = Callable[..., Rules]
Shape = Callable[[int], float]
LOW = 2690.0


@pytest.fixture
def due(story: Story, rules_of: MakeRules, in_waves: Callable[[float], Shape]) -> Story:
    """A 40-lot condor whose put side is breached; the cut is planned for this morning."""
    condors = CondorRules(exit_dte=2, profit_share=0.99, contracts=40)
    story.begin(rules_of("breach", condors=condors), in_waves(-0.4))
    story.close(LOW)
    story.morning()
    return story


@pytest.fixture
def ending(due: Story) -> Story:
    """The cut is held and SPX has closed back inside: it is to be closed this morning."""
    due.until(Purpose.CUT_OPEN)
    due.close(2840.0)
    due.morning()
    return due


def market_without(story: Story, *, keys: tuple[str, ...] = (), marks: bool = False) -> None:
    """Forget quotes (and marks), and let nobody quote these again."""
    market = story.desk.state.market
    story.world.given.update(dict.fromkeys(keys))
    story.desk.tweak(
        market=structs.replace(
            market,
            quotes={k: v for k, v in market.quotes.items() if k not in keys},
            marks={k: v for k, v in market.marks.items() if not (marks and k in keys)},
        )
    )


def test_a_cut_waits_for_the_connection(due: Story) -> None:
    """Gate 1 first."""
    due.desk.disconnect()
    due.desk.beat_silent(3)
    assert due.why("cut_open") == {"ready": "broker is not connected"}
    due.desk.connect()
    due.desk.answer()
    due.until(Purpose.CUT_OPEN)


@pytest.mark.parametrize("what", ["quotes of the legs", "a mark of the condor", "SPX"])
def test_a_cut_without_what_it_is_sized_by_is_given_up_in_time(due: Story, what: str) -> None:
    """No quote, no mark, no index: it waits, and lapses after orders.selection_timeout_s."""
    desk = due.desk
    if what == "SPX":
        market_without(due, keys=("IND.SPX",))
    elif what == "a mark of the condor":
        market_without(due, keys=(desk.condor.legs[0].key,), marks=True)
    else:
        market_without(due, keys=tuple(f"OPT.SPXW.20180307.2690.{side}" for side in "PC"))
    desk.beat(40)
    assert due.why("cut_open") == {"plan": "no strike could be chosen from quotes in time"}
    assert not due.of(Purpose.CUT_OPEN)


def test_a_condor_leg_that_no_volatility_explains_has_no_delta(due: Story) -> None:
    """A price beyond all reason: the cut waits."""
    desk = due.desk
    leg = desk.condor.legs[1]
    odd = structs.replace(desk.state.market.quotes[leg.key].quote, bid=9000.0, ask=9001.0)
    due.world.given[leg.key] = odd
    desk.beat(5)
    assert not due.of(Purpose.CUT_OPEN)


def test_an_expiry_without_a_strike_that_has_both_rights_is_refused(due: Story) -> None:
    """Puts and calls of other strikes: there is no synthetic."""
    expiries = {
        key: structs.replace(found, puts=(2600.0,), calls=(2700.0,))
        for key, found in due.desk.state.market.expiries.items()
    }
    due.desk.tweak(market=structs.replace(due.desk.state.market, expiries=expiries))
    due.desk.beat(4)
    assert due.why("cut_open") == {"plan": "no strike has both a put and a call listed"}


def test_the_end_of_a_cut_waits_for_what_it_needs(ending: Story) -> None:
    """Not connected, then without quotes of its legs: waiting, each with its reason; then closed."""
    desk = ending.desk
    (layer,) = ending.layers(Engine.DELTA_CUT)
    desk.disconnect()
    desk.beat_silent(2)
    assert "ready" in ending.why("cut_close")
    desk.connect()
    market_without(ending, keys=(layer.instrument.key,))
    desk.answer()
    desk.beat(2)
    assert ending.why("cut_close") == {"quotes": "no quote"}
    ending.world.given.clear()
    ending.until(Purpose.CUT_CLOSE)


def test_the_end_of_a_cut_that_is_gone_ends_quietly(ending: Story) -> None:
    """Closed by hand and settled in between: the plan is dropped."""
    desk = ending.desk
    (layer,) = ending.layers(Engine.DELTA_CUT)
    gone = structs.replace(layer, held=0, short_held=0, state=LayerState.CLOSED)
    desk.tweak(layers={layer.layer_id: gone})
    desk.quote()
    desk.broker.now += timedelta(minutes=1)
    desk.quote()
    assert not desk.state.plans
    assert not ending.of(Purpose.CUT_CLOSE)


def test_a_cut_on_its_way_out_is_not_planned_out_twice(ending: Story) -> None:
    """Its order still works at the next final bar."""
    desk = ending.desk
    rules = structs.replace(desk.state.rules, orders=OrderRules(working_timeout_s=23_400))
    desk.tweak(rules=rules)
    desk.broker.fills = False
    ending.until(Purpose.CUT_CLOSE)
    planned = len(desk.decisions("cut_exit"))
    ending.close()
    assert len(desk.decisions("cut_exit")) == planned
    assert len(ending.of(Purpose.CUT_CLOSE)) == 1


def test_a_corrected_leg_of_a_cut_is_booked_as_a_difference(due: Story) -> None:
    """The sold call at another price: the cut's net moves by it, its legs do not."""
    desk = due.desk
    due.until(Purpose.CUT_OPEN)
    (layer,) = due.layers(Engine.DELTA_CUT)
    sold = next(e for e in desk.broker.executions if e.instrument == layer.short.key and not e.bought)
    dearer = structs.replace(
        sold, exec_id=sold.exec_id.removesuffix("01") + "02", price=sold.price + Decimal("0.10")
    )
    desk.take(ev.ExecutionReported(time=desk.now, execution=dearer))
    (after,) = due.layers(Engine.DELTA_CUT)
    assert after.debit_usd == layer.debit_usd - Decimal("0.10") * 100 * layer.held
    assert (after.held, after.short_held) == (layer.held, layer.short_held)


def test_a_leg_of_a_cut_that_was_closed_by_hand_is_settled(due: Story) -> None:
    """The short call bought back by hand: the book takes over what the account holds of it."""
    desk = due.desk
    due.until(Purpose.CUT_OPEN)
    (layer,) = due.layers(Engine.DELTA_CUT)
    desk.broker.positions[layer.short.key] += 1
    for _ in range(2):
        desk.broker.now += timedelta(minutes=2)
        desk.take(desk.broker.snapshot())
    said = {"who": "ann", "reason": "bought back", "subject": layer.layer_id}
    desk.take(ev.Operator(time=desk.now, action=Action.SETTLE, **said))
    (after,) = due.layers(Engine.DELTA_CUT)
    assert (after.held, after.short_held, after.state) == (
        layer.held,
        layer.short_held + 1,
        LayerState.OPEN,
    )
