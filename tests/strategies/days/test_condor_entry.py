"""The condors' entry: one a week, four at most, 0.16 delta shorts with wings of 50 points."""

from datetime import date
from typing import Any

from msgspec import structs

from strategies.core import events as ev
from strategies.core import facts
from strategies.core.instruments import SPX, Right
from strategies.core.market import Unavailable
from strategies.core.rules import CondorRules, OrderRules, Rules
from strategies.core.selection import quoted_greeks
from strategies.core.turn import Turn

Desk = Any


def test_a_condor_has_the_right_expiry_deltas_and_wings(desk_with_condor: Desk) -> None:
    """44 and 46 days are equally near 45: the nearer; 0.16 delta shorts, wings 50 points beyond."""
    desk = desk_with_condor
    condor = desk.condor
    k1, k2, k3, k4 = condor.strikes
    assert condor.expiry == date(2018, 3, 7)
    assert (k2 - k1, k4 - k3) == (50.0, 50.0)
    for strike, right in ((k2, Right.PUT), (k3, Right.CALL)):
        at = [
            structs.replace(condor.legs[0], strike=strike + shift, right=right) for shift in (-5.0, 0.0, 5.0)
        ]
        desk.take(desk.broker.quotes(at))
        found = [quoted_greeks(Turn(desk.state, desk.now), option) for option in at]
        gaps = [abs(abs(g.delta) - 0.16) for g in found if not isinstance(g, Unavailable)]
        assert len(gaps) == 3
        assert min(gaps) == gaps[1]
    assert condor.notional_usd == 50_000
    assert desk.order.intent.limit < 0
    assert desk.order.intent.legs[0].ratio == 1


def test_vega_and_theta_of_the_entry_are_kept(desk_with_condor: Desk) -> None:
    """V0 and T0 are positive figures of what is held, from the entry's quotes."""
    condor = desk_with_condor.condor
    assert condor.vega_usd is not None
    assert condor.vega_usd > 100
    assert condor.theta_usd is not None
    assert condor.theta_usd > 10


def test_entry_is_on_the_first_session_of_a_week_only(desk: Desk) -> None:
    """Tuesday is not, unless Monday was a holiday."""
    desk.clock(9, 0, date(2018, 1, 23))
    desk.start()
    desk.act()
    assert desk.placed == []
    assert desk.verdicts("condor_entry")["first_session_of_week"] == (
        "hold",
        "not the first session of a week",
    )


def test_after_a_holiday_tuesday_is_the_first_session(desk: Desk) -> None:
    """2018-01-15 was a holiday."""
    desk.clock(9, 0, date(2018, 1, 16))
    desk.start()
    desk.act()
    assert len(desk.placed) == 1


def test_no_more_condors_than_allowed(desk: Desk) -> None:
    """As many as allowed are open: refused with that reason."""
    desk.start(Rules(condors=CondorRules(max_open=1)))
    desk.act()
    desk.clock(9, 0, date(2018, 1, 29))
    desk.act()
    assert len(desk.state.condors) == 1
    assert desk.verdicts("condor_entry")["condors_open"][0] == "refuse"


def test_a_misfired_entry_and_one_while_a_plan_waits_do_nothing(desk: Desk) -> None:
    """A late job opens nothing, and one plan at a time is enough."""
    desk.start()
    desk.clock(10, 30)
    desk.quote()
    desk.timer(ev.Job.ACT, misfired=True)
    assert not desk.state.plans
    desk.timer(ev.Job.ACT)
    desk.timer(ev.Job.ACT)
    assert len(desk.state.plans) == 1


def test_without_managing_no_condor_is_traded(desk: Desk) -> None:
    """`condors.manage = false`: neither entered nor left."""
    desk.start()
    desk.act()
    desk.tweak(rules=Rules(condors=CondorRules(manage=False)))
    desk.clock(9, 0, date(2018, 2, 12))
    desk.act()
    desk.clock(9, 0, date(2018, 2, 14))
    desk.tweak(signals=structs.replace(desk.state.signals, last_session=date(2018, 2, 13)))
    desk.close_bar()
    assert desk.decisions("condor_exit")[-1].outcome == "hold"
    assert len(desk.placed) == 1


def test_no_listed_expiry_no_condor(desk: Desk) -> None:
    """30 to 60 days or nothing."""
    desk.start()
    desk.take(structs.replace(desk.state.market.chains["SPXW"], expiries=()))
    desk.act()
    assert (
        desk.verdicts("condor_open")["plan"][1] == "no expiry of SPX or SPXW in the allowed tenor is listed"
    )


def test_a_condor_without_a_credit_is_refused(desk: Desk) -> None:
    """What would cost to open is not opened: the wings' price rises once the strikes are chosen."""
    desk.start()
    desk.clock(9, 45)
    desk.quote()
    desk.timer(ev.Job.ACT)
    (plan,) = desk.state.plans.values()
    while not plan.chosen:
        if desk.todo:
            desk.take(*desk.broker.reply(desk.todo.pop(0)))
        else:
            desk.beat_silent()
            desk.quote()
        (plan,) = desk.state.plans.values()
    for wing in (plan.chosen[0].key, plan.chosen[3].key):
        desk.world.given[wing] = facts.Quote(instrument=wing, bid=49.0, ask=50.0)
    desk.beat(1)
    assert desk.verdicts("condor_open")["credit"] == ("refuse", "the condor would not bring a credit")
    assert desk.placed == []
    assert not desk.state.condors


def test_silent_quotes_open_no_condor(desk: Desk) -> None:
    """Strikes that are never quoted end the plan in time."""
    desk.start(Rules(orders=OrderRules(selection_timeout_s=300)))
    desk.world.spx_vol = 0.0001
    desk.act()
    desk.beat(10)
    assert desk.placed == []
    assert desk.verdicts("condor_open")["plan"][0] == "refuse"


def test_an_entry_waits_until_it_may_trade_and_for_spx(desk: Desk) -> None:
    """Not reconciled: it waits with that reason; without SPX it waits too, and then opens."""
    desk.start()
    desk.clock(9, 45)
    desk.disconnect()
    desk.timer(ev.Job.ACT)
    assert desk.verdicts("condor_open")["ready"] == ("refuse", "broker is not connected")
    desk.connect()
    desk.world.given[SPX.key] = None
    desk.answer()
    desk.beat(3)
    assert desk.placed == []
    del desk.world.given[SPX.key]
    desk.beat(12)
    assert desk.condor.contracts == 10


def test_legs_that_have_no_volatility_leave_vega_and_theta_unknown(desk: Desk) -> None:
    """V0 and T0 are None where a leg's quote has no volatility, never zero."""
    desk.start()
    desk.clock(9, 45)
    desk.quote()
    desk.timer(ev.Job.ACT)
    (plan,) = desk.state.plans.values()
    while not plan.chosen:
        if desk.todo:
            desk.take(*desk.broker.reply(desk.todo.pop(0)))
        else:
            desk.beat_silent()
            desk.quote()
        (plan,) = desk.state.plans.values()
    short = plan.chosen[1].key
    desk.world.given[short] = facts.Quote(instrument=short, bid=9000.0, ask=9001.0)
    desk.beat(1)
    assert desk.condor.held
    assert (desk.condor.vega_usd, desk.condor.theta_usd) == (None, None)
