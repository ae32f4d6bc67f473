"""Between bars: a provisional reading counts only after 30 minutes on the same side."""

from datetime import date
from typing import Any

import pytest

from strategies.core import commands as cm
from strategies.core import facts
from strategies.core.instruments import SPX
from strategies.core.rules import BarRules, Rules

Desk = Any


@pytest.fixture
def calm(desk: Desk) -> Desk:
    """A desk on Wednesday 10:00 that holds a layer; the last final bar was overbought, SPX now falls."""
    return holding(desk, Rules())


def holding(desk: Desk, rules: Rules) -> Desk:
    """Hold a layer and let SPX fall so far that RSI would close in the neutral zone."""
    desk.start(rules)
    desk.act()
    desk.buy_layer()
    desk.close_bar()
    desk.next_session(10, 0)
    desk.world.spx -= 60
    desk.quote()
    desk.answer()
    assert not peels(desk)
    return desk


def peels(desk: Desk) -> list[cm.Intent]:
    """Return the peel orders asked for."""
    return [intent for intent in desk.placed if intent.purpose is cm.Purpose.LAYER_PEEL]


def test_peeling_begins_after_thirty_minutes_inside_the_zone(calm: Desk) -> None:
    """29 minutes are not enough, 30 are."""
    calm.beat(29)
    assert not peels(calm)
    calm.beat(1)
    assert len(peels(calm)) == 1
    planned = [d for d in calm.decisions("peel") if d.subject == "peel"][-1]
    assert [v.rule for v in planned.rules][:3] == ["rsi_neutral", "not_expanding", "provisional_hold"]


def test_leaving_the_zone_begins_the_count_anew(calm: Desk) -> None:
    """The reading must hold without a break."""
    calm.beat(20)
    calm.world.spx += 80
    calm.beat(1)
    calm.world.spx -= 80
    calm.beat(30)
    assert not peels(calm)
    calm.beat(1)
    assert len(peels(calm)) == 1


def test_a_stale_reading_begins_the_count_anew(calm: Desk) -> None:
    """What is unavailable does not hold."""
    calm.beat(15)
    calm.world.given[SPX.key] = None
    calm.beat(12)
    assert calm.state.signals.calm_since is None
    del calm.world.given[SPX.key]
    calm.beat(29)
    assert not peels(calm)


@pytest.mark.parametrize("symbol", ["SPX", "VIX"])
def test_a_missing_bar_leaves_no_provisional_reading(calm: Desk, symbol: str) -> None:
    """Averages that lack yesterday's close make no reading of today."""
    calm.disconnect()
    calm.clock(10, 0, date(2018, 1, 25))
    calm.connect()
    if symbol == "VIX":
        calm.broker.history["SPX"] += (
            facts.Bar(date(2018, 1, 23), 2872.97),
            facts.Bar(date(2018, 1, 24), 2850.0),
        )
    calm.answer()
    calm.quote()
    calm.answer()
    calm.beat(40)
    assert not peels(calm)
    assert calm.state.signals.calm_since is None


def test_a_restart_begins_the_count_anew(calm: Desk) -> None:
    """A daemon that was away did not see the reading hold."""
    calm.beat(20)
    calm.restart()
    calm.answer()
    calm.beat(29)
    assert not peels(calm)


def test_an_expanding_volatility_holds_the_provisional_peel(calm: Desk) -> None:
    """RSI also passes the zone on its way into a crash."""
    calm.world.vix = 20.0
    calm.beat(40)
    assert not peels(calm)


def test_provisional_readings_can_be_switched_off(desk: Desk) -> None:
    """Then only final bars peel."""
    holding(desk, Rules(bars=BarRules(provisional="off")))
    desk.beat(40)
    assert not peels(desk)


def test_outside_the_session_nothing_is_counted(calm: Desk) -> None:
    """The count ends with the session."""
    calm.clock(15, 55)
    calm.beat(3)
    assert calm.state.signals.calm_since is not None
    calm.beat(3)
    assert calm.state.signals.calm_since is None
