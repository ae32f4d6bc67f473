"""The first engine: when it adds, how much, and each reason for which it does not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.first_engine import fraction
from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.holdings import LayerState
from strategies.core.rules import FirstEngineRules, GateRules, OrderRules, RsiRules, Rules

Desk = Any
ENGINE = "first_engine:C0001"


@pytest.mark.parametrize(
    ("rsi", "share"),
    [
        (70.0, 0.15),
        (75.0, 0.20),
        (80.0, 0.25),
        (83.28, 0.25),
        (100.0, 0.25),
        (30.0, 0.15),
        (27.5, 0.175),
        (20.0, 0.25),
        (0.0, 0.25),
    ],
)
def test_the_share_of_the_notional_rises_with_the_distance_from_the_band(rsi: float, share: float) -> None:
    """15 % at the band edge, linearly to 25 % ten RSI points beyond."""
    assert fraction(rsi, RsiRules(), FirstEngineRules()) == pytest.approx(share)


def test_the_worked_example_buys_ten_calls(desk: Desk) -> None:
    """2018-01-22: overbought in contango; 0.25 x 50,000 / 1,247.5 = 10 calls of strike 16, March."""
    desk.start()
    desk.act()
    desk.close_bar(2832.97, 11.03)
    planned = desk.decisions(ENGINE)[-1]
    assert planned.outcome == "planned"
    share = next(v for v in planned.rules if v.rule == "fraction")
    assert share.inputs["fraction"] == pytest.approx(0.25)
    desk.answer()
    desk.next_session()
    desk.beat(8)
    layer = desk.layer
    assert layer.instrument.key == "OPT.VIX.20180320.16.C"
    assert (layer.held, layer.state, layer.engine, layer.condor_id) == (10, LayerState.OPEN, "first", "C0001")
    assert layer.debit_usd == desk.order.intent.limit * 1000 + Decimal("0.65")
    assert not desk.condor.armed


def test_nothing_is_sent_before_the_acting_time_of_the_next_session(desk_with_condor: Desk) -> None:
    """Decided on the final bar, carried out from 09:45 on."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.beat(10)
    desk.next_session(9, 30)
    desk.beat(14)
    assert len(desk.placed) == 1
    desk.beat(8)
    assert len(desk.placed) == 2


def test_an_oversold_close_in_contango_buys_too(desk: Desk) -> None:
    """The trigger is a band on either side."""
    desk.start(up=2, down=10)
    desk.act()
    desk.close_bar(desk.world.spx - 20)
    assert desk.decisions(ENGINE)[-1].rules[0].reason == "oversold"
    assert desk.decisions(ENGINE)[-1].outcome == "planned"


@pytest.mark.parametrize(
    ("m1", "reason"), [(13.0, "the curve is in backwardation"), (12.44, "the curve is in flat")]
)
def test_without_contango_it_is_refused_with_that_reason(
    desk_with_condor: Desk, m1: float, reason: str
) -> None:
    """Overbought, armed, but the curve says no."""
    desk = desk_with_condor
    desk.world.futures[date(2018, 2, 14)] = m1
    desk.close_bar(desk.world.spx + 20)
    assert desk.decisions(ENGINE)[-1].outcome == "refused"
    assert desk.verdicts(ENGINE)["contango"] == ("refuse", reason)
    assert not desk.state.plans


def test_without_a_curve_nothing_is_added(desk_with_condor: Desk) -> None:
    """Unavailable never adds risk: the reason of the missing quote is the verdict's."""
    desk = desk_with_condor
    desk.world.given[desk.state.market.futures[0].key] = None
    desk.close_bar(desk.world.spx + 20)
    assert desk.verdicts(ENGINE)["contango"] == ("unavailable", "M1: quote is stale")
    assert not desk.state.plans


def test_inside_the_bands_it_holds(desk: Desk) -> None:
    """No band, no layer; and the same verdict is not recorded twice."""
    desk.start(up=6, down=4)
    desk.act()
    desk.close_bar(desk.world.spx - 19)
    assert desk.decisions(ENGINE)[-1].outcome == "hold"
    desk.next_session()
    desk.close_bar(desk.world.spx + 1)
    assert len(desk.decisions(ENGINE)) == 1


def test_without_an_rsi_it_holds(desk_with_condor: Desk) -> None:
    """A flat or missing RSI is in no band."""
    desk = desk_with_condor
    rsi = structs.replace(desk.state.signals.rsi, seen=3)
    desk.tweak(signals=structs.replace(desk.state.signals, rsi=rsi))
    desk.close_bar(desk.world.spx + 20)
    assert desk.verdicts(ENGINE)["rsi_band"] == ("unavailable", "fewer closes than the RSI needs")
    assert not desk.state.plans


def test_switched_off_it_refuses(desk: Desk) -> None:
    """The setting is a verdict like any other."""
    desk.start(Rules(first_engine=FirstEngineRules(enabled=False)))
    desk.act()
    desk.close_bar(desk.world.spx + 20)
    assert desk.verdicts(ENGINE)["enabled"] == ("refuse", "first_engine is switched off")


def test_it_fires_once_and_again_only_after_a_neutral_close(desk_with_layer: Desk) -> None:
    """Disarmed by its fill; a close inside 40 to 60 arms it again; the second layer needs confirmation."""
    desk = desk_with_layer
    desk.close_bar(desk.world.spx + 10)
    assert desk.verdicts(ENGINE)["armed"] == ("refuse", "the condor's trigger is not armed")
    desk.answer()
    desk.next_session()
    desk.close_bar(desk.world.spx - 70)
    assert desk.condor.armed
    desk.answer()
    desk.next_session(9, 31)
    desk.close_bar(desk.world.spx + 200)
    verdicts = desk.verdicts(ENGINE)
    assert verdicts["armed"] == ("pass", "")
    assert verdicts["confirmation"] == (
        "unavailable",
        "hidden_bullish: fewer than two swing lows",
    )
    assert not desk.state.plans


def test_nothing_is_added_in_the_peel_zone(desk: Desk) -> None:
    """With bands that overlap the neutral zone the peel condition wins."""
    desk.start(Rules(rsi=RsiRules(overbought=45)), up=6, down=4)
    desk.act()
    desk.close_bar(desk.world.spx - 19)
    assert desk.verdicts(ENGINE)["peel_zone"] == (
        "refuse",
        "nothing is added while the peel condition holds",
    )
    assert not desk.state.plans


def test_nothing_is_added_to_a_condor_whose_exit_is_decided(desk_with_condor: Desk) -> None:
    """Exits come first on a bar, and rule an addition out."""
    desk = desk_with_condor
    desk.clock(9, 45, date(2018, 2, 13))
    desk.tweak(signals=structs.replace(desk.state.signals, last_session=date(2018, 2, 13)))
    desk.next_session()
    desk.close_bar(desk.world.spx + 20)
    assert desk.decisions("condor_exit")[-1].outcome == "planned"
    assert desk.verdicts(ENGINE)["not_exiting"] == ("refuse", "the condor's exit is decided on this bar")
    assert [plan.purpose for plan in desk.state.plans.values()] == [cm.Purpose.CONDOR_CLOSE]


def test_a_condor_that_closed_before_the_sending_gets_no_layer(desk_with_condor: Desk) -> None:
    """What is gone is not hedged."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.tweak(condors={})
    desk.next_session(9, 45)
    assert desk.verdicts("layer_open")["plan"] == ("refuse", "the condor is no longer open")


def test_without_an_expiry_in_the_allowed_tenor_it_is_refused(desk_with_condor: Desk) -> None:
    """25 to 60 days or nothing."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    chain = structs.replace(desk.state.market.chains["VIX"], expiries=())
    desk.take(chain)
    desk.next_session(9, 45)
    assert desk.verdicts("layer_open")["plan"][1] == "no expiry of VIX in the allowed tenor is listed"


def test_the_nearer_expiry_wins_a_tie(desk_with_condor: Desk) -> None:
    """On 2018-01-23 expiries 25 and 35 days away are equally far from 30: the nearer one."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    days = [date(2018, 1, 23) + timedelta(days=n) for n in (61, 35, 25, 24)]
    desk.take(
        structs.replace(desk.state.market.chains["VIX"], expiries=tuple(facts.Expiry(d, d) for d in days))
    )
    desk.next_session(9, 45)
    (plan,) = desk.state.plans.values()
    assert plan.listed is None or plan.listed.expiry == days[2]
    assert f"contracts of VIX.{days[2]:%Y%m%d}" in [getattr(r, "why", "") for r in desk.records]


def test_without_quotes_it_is_refused_in_time(desk: Desk) -> None:
    """A chain that stays silent ends the plan, and no price is made up."""
    desk.start(Rules(orders=OrderRules(selection_timeout_s=600)))
    desk.act()
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    listed = desk.broker.expiry_listed(
        cm.ListExpiry(symbol="VIX", trading_class="VIX", listed=desk.state.market.chains["VIX"].expiries[1])
    )
    desk.world.given.update({listed.instrument(k, right).key: None for k in listed.calls for right in ("C",)})
    desk.beat(20)
    assert not desk.state.plans
    assert desk.verdicts("layer_open")["plan"][0] == "refuse"
    assert len(desk.placed) == 1


def test_without_the_future_of_the_expiry_it_waits_and_is_refused(desk_with_condor: Desk) -> None:
    """F is the future of the same expiry, never spot: without it no delta, no size, no order."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.take(ev.FuturesListed(time=desk.now, instruments=desk.state.market.futures[:1]))
    desk.next_session()
    desk.beat(35)
    assert desk.verdicts("layer_open")["plan"][1] == "no contract could be chosen from quotes in time"


def test_a_plan_lapses_with_its_session(desk_with_condor: Desk) -> None:
    """What could not be carried out in its session is not carried out later."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.disconnect()
    desk.clock(9, 46, date(2018, 1, 23))
    desk.beat_silent()
    assert desk.verdicts("layer_open")["ready"] == ("refuse", "broker is not connected")
    desk.clock(9, 46, date(2018, 1, 24))
    desk.connect()
    desk.answer()
    desk.beat(5)
    assert desk.verdicts("layer_open")["plan"][1] == "session ended before it could be carried out"
    assert len(desk.placed) == 1


def test_a_restart_while_strikes_are_chosen_carries_on(desk_with_condor: Desk) -> None:
    """After the restart listings come again, in any order: the plan waits for them and then orders once."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(2)
    desk.restart()
    first = [c for c in desk.todo if isinstance(c, cm.FetchSnapshot)]
    desk.todo = [*first, *(c for c in desk.todo if c not in first)]
    desk.take(desk.broker.snapshot())  # reconciled before anything is listed
    desk.quote()
    desk.answer()
    desk.beat(8)
    assert len(desk.placed) == 2
    assert desk.layer.held == 10


def test_a_decision_on_a_bar_from_history_is_carried_out_in_the_session_that_follows_it(
    desk_with_condor: Desk,
) -> None:
    """Started before the open, yesterday's bar decides for today, not for tomorrow."""
    desk = desk_with_condor
    closes = (facts.Bar(date(2018, 1, 22), desk.world.spx), facts.Bar(date(2018, 2, 14), desk.world.spx))
    desk.tweak(signals=structs.replace(desk.state.signals, last_session=date(2018, 2, 13)))
    desk.broker.history["SPX"] += closes
    desk.clock(8, 0, date(2018, 2, 15))
    desk.restart()
    desk.answer()
    (plan,) = desk.state.plans.values()
    assert (plan.purpose, plan.session) == (cm.Purpose.CONDOR_CLOSE, date(2018, 2, 15))


def test_a_plan_that_ends_like_the_one_before_has_an_end_of_its_own_on_record(desk: Desk) -> None:
    """The trail never says "planned" and then stops: each refusal of a plan is recorded."""
    desk.start(Rules(gates=GateRules(debit_credit_share_max=0.01)))
    desk.act()
    for _ in range(2):
        desk.close_bar(desk.world.spx + 20)
        desk.answer()
        desk.next_session()
        desk.beat(8)
    said = [d.outcome for d in desk.decisions("layer_open.first")]
    assert said.count("refused") == 2
