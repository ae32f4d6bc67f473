"""The condors' exit: at half the credit or 21 days, in whole units, tried again until it is done."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.holdings import CondorState
from strategies.core.rules import CapRules, Rules

Desk = Any


def close_day(desk: Desk, day: date) -> None:
    """Bring the final bar of a later day, as if the sessions between had been seen, with fresh quotes."""
    before = max(s.day for s in desk.broker.sessions if s.day < day)
    signals = structs.replace(desk.state.signals, last_session=before, vix_last_session=before)
    desk.tweak(signals=signals)
    desk.clock(15, 59, day)
    desk.quote()
    desk.close_bar()
    desk.answer()


@pytest.mark.parametrize(("day", "outcome"), [(date(2018, 2, 13), "hold"), (date(2018, 2, 14), "planned")])
def test_a_condor_is_left_at_21_days(desk_with_condor: Desk, day: date, outcome: str) -> None:
    """Expiry 2018-03-07: 22 days stay, 21 go, in the next session."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.14  # no profit
    close_day(desk, day)
    assert desk.decisions("condor_exit:C0001")[-1].outcome == outcome
    desk.next_session()
    desk.beat(5)
    assert (desk.condor.state is CondorState.CLOSED) == (outcome == "planned")


def test_a_closed_condor_keeps_its_cash(desk_with_condor: Desk) -> None:
    """Credit less what the exit cost, commissions included; nothing is held any more."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.14
    close_day(desk, date(2018, 2, 14))
    desk.next_session()
    desk.beat(5)
    opened, closed = desk.placed
    assert [leg.ratio for leg in closed.legs] == [-1, 1, 1, -1]
    assert closed.quantity == 10
    assert not any(desk.condor.held.values())
    legs = [e for e in desk.broker.executions if e.instrument]
    flows = sum(((-1 if e.bought else 1) * e.price * e.quantity * 100 for e in legs), Decimal(0))
    assert desk.condor.cash_usd == flows - 8 * Decimal("0.65")
    assert opened.limit < 0 < closed.limit


def test_half_the_credit_is_enough(desk_with_condor: Desk) -> None:
    """The cost to close has fallen to half the credit: out."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.06
    close_day(desk, date(2018, 1, 23))
    assert desk.verdicts("condor_exit")["exit_profit"] == ("fire", "profit share reached")
    desk.next_session()
    desk.beat(5)
    assert desk.condor.state is CondorState.CLOSED


def test_without_a_leg_quote_no_profit_is_claimed(desk_with_condor: Desk) -> None:
    """A leg that is not quoted leaves the profit unavailable; tenor still counts."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.06
    desk.world.given[desk.condor.legs[1].key] = None
    close_day(desk, date(2018, 1, 23))
    assert desk.verdicts("condor_exit")["exit_profit"][0] == "unavailable"
    close_day(desk, date(2018, 2, 14))
    assert desk.decisions("condor_exit")[-1].outcome == "planned"


def test_an_exit_waits_for_quotes_and_readiness(desk_with_condor: Desk) -> None:
    """No quote of a leg: it waits with that reason; a leg without a bid counts as zero."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.14
    close_day(desk, date(2018, 2, 14))
    wing = desk.condor.legs[0].key
    desk.world.given[wing] = facts.Quote(instrument=wing, bid=0.1)
    desk.next_session()
    desk.beat(3)
    assert desk.verdicts("condor_close")["quotes"] == ("unavailable", f"{wing}: no ask")
    desk.world.given[wing] = facts.Quote(instrument=wing, ask=0.1)
    desk.beat(2)
    assert desk.condor.state is CondorState.CLOSED


def test_an_exit_that_does_not_fill_is_tried_again_the_next_day(desk_with_condor: Desk) -> None:
    """After its tries the condor is open again, and the next bar decides again."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.14
    desk.broker.fills = False
    close_day(desk, date(2018, 2, 14))
    desk.next_session()
    desk.beat(30)
    assert len(desk.placed) == 1 + Rules().orders.attempts_per_plan_max
    assert desk.condor.state is CondorState.OPEN
    close_day(desk, date(2018, 2, 15))
    assert [p.purpose for p in desk.state.plans.values()] == [cm.Purpose.CONDOR_CLOSE]


def test_uneven_legs_are_never_closed_beyond_what_is_held(desk_with_condor: Desk) -> None:
    """Legs of 3 and 10: whole units of the smallest, and no leg turns over."""
    desk = desk_with_condor
    condor = desk.condor
    held = dict(zip((leg.key for leg in condor.legs), (3, -10, -10, 10), strict=True))
    desk.tweak(condors={"C0001": structs.replace(condor, held=held, contracts=3)})
    desk.broker.positions = {key: Decimal(n) for key, n in held.items()}
    desk.world.spx_vol = 0.14
    close_day(desk, date(2018, 2, 14))
    desk.next_session()
    desk.beat(5)
    for key, before in held.items():
        after = desk.condor.held[key]
        assert abs(after) <= abs(before)
        assert after * before >= 0


def test_an_exit_of_a_condor_that_is_gone_ends_quietly(desk_with_condor: Desk) -> None:
    """Nothing is held any more: nothing to close."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.14
    close_day(desk, date(2018, 2, 14))
    desk.tweak(condors={"C0001": structs.replace(desk.condor, held={})})
    desk.broker.positions.clear()
    desk.next_session()
    desk.beat(2)
    assert not desk.state.plans
    assert len(desk.placed) == 1


def test_closed_condors_and_layers_are_forgotten_with_their_result_kept(desk_with_layer: Desk) -> None:
    """Pruning keeps the totals."""
    desk = desk_with_layer
    desk.world.spx_vol = 0.14
    close_day(desk, date(2018, 2, 14))
    desk.next_session()
    desk.beat(5)
    cash = desk.condor.cash_usd
    desk.clock(8, 0, date(2018, 2, 20))
    desk.timer(ev.Job.SESSION_PREP)
    assert not desk.state.condors
    assert desk.state.counters.condors_closed_usd == cash
    assert list(desk.state.layers) == ["L0001"]
    desk.answer()
    assert desk.state.account.differences == ()


def test_an_exit_waits_until_it_may_trade_and_for_its_pace(desk_with_condor: Desk) -> None:
    """Not connected, then out of orders: the exit waits with that reason and is then made."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.14
    close_day(desk, date(2018, 2, 14))
    desk.next_session()
    desk.disconnect()
    desk.beat_silent(2)
    assert desk.verdicts("condor_close")["ready"] == ("refuse", "broker is not connected")
    desk.tweak(rules=Rules(caps=CapRules(orders_per_day_max=0)))
    desk.connect()
    desk.answer()
    desk.beat(2)
    assert desk.verdicts("condor_close")["order_pace"][0] == "refuse"
    desk.tweak(rules=Rules())
    desk.beat(2)
    assert desk.condor.state is CondorState.CLOSED


def test_an_exit_already_planned_is_not_planned_twice(desk_with_condor: Desk) -> None:
    """A second bar before the exit was made finds it planned."""
    desk = desk_with_condor
    desk.world.spx_vol = 0.14
    close_day(desk, date(2018, 2, 14))
    plans = desk.state.plans
    desk.tweak(signals=structs.replace(desk.state.signals, last_session=date(2018, 2, 13)))
    desk.timer(ev.Job.BAR_FINAL)
    assert desk.state.plans == plans
