"""The signals as the daily bar brings them: live, made up from history, and over a restart."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.instruments import AD_NYSE, SPX, VIX, Kind
from strategies.core.records import BarClosed
from strategies.core.rules import BreadthRules, MacdRules, Rules

Desk = Any
BREADTH = Rules(breadth=BreadthRules(trend_sessions=2, deviation_sessions=3))
FRONT, SECOND = "FUT.VX.20180214", "FUT.VX.20180321"


def bars_of(desk: Desk) -> list[BarClosed]:
    """Return all final bars."""
    return [record for record in desk.records if isinstance(record, BarClosed)]


def pass_sessions(desk: Desk, count: int) -> None:
    """Close so many bars, the next session's open after each."""
    for _ in range(count):
        desk.close_bar()
        desk.answer()
        desk.next_session()


def asked_futures(commands: Any) -> list[str]:  # noqa: ANN401 - commands of any kind
    """Return the futures whose history is asked for."""
    return [
        c.instrument.key
        for c in commands
        if isinstance(c, cm.FetchHistory) and c.instrument.kind is Kind.FUTURE
    ]


def test_breadth_is_read_at_the_close_once_enough_sessions_were_seen(desk: Desk) -> None:
    """Bid is advancing, ask declining; until the windows are full the bar says what is missing."""
    desk.start(BREADTH)
    for advancing in (1500.0, 1700.0, 1600.0):
        desk.world.advancing = advancing
        pass_sessions(desk, 1)
    found = bars_of(desk)
    assert [bar.unavailable.get("ad_trend") for bar in found] == [
        "breadth was seen on fewer than 3 sessions",
        "breadth was seen on fewer than 3 sessions",
        None,
    ]
    assert found[-1].ad_trend == 2.0  # (500 + 400) / (100 x sqrt 2), clipped


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, "AD-NYSE: quote is stale"),
        ({"bid": 1500.0}, "AD-NYSE: not both advancing and declining issues are quoted"),
        ({"ask": 1500.0, "last": 3.0}, "AD-NYSE: not both advancing and declining issues are quoted"),
    ],
)
def test_breadth_is_not_guessed(desk: Desk, given: dict[str, float] | None, reason: str) -> None:
    """A stale or one-sided quote is no reading, and a last price says nothing here."""
    desk.start(BREADTH)
    desk.world.given[AD_NYSE.key] = given and facts.Quote(instrument=AD_NYSE.key, **given)
    desk.close_bar()
    assert bars_of(desk)[-1].unavailable["ad_trend"] == reason


def test_breadth_switched_off_is_not_quoted(desk: Desk) -> None:
    """breadth.enabled = false spares the subscription, and the bar says so."""
    desk.start(Rules(breadth=BreadthRules(enabled=False)))
    assert AD_NYSE not in desk.broker.watched
    desk.close_bar()
    assert bars_of(desk)[-1].unavailable["ad_trend"] == "breadth.enabled is false"


def test_the_first_start_asks_for_the_closes_of_the_front_futures(desk: Desk) -> None:
    """Steepening is known on the first bar if the broker has daily bars of M1 and M2."""
    desk.start()
    days = [bar.day for bar in desk.broker.history["SPX"][-8:]]
    desk.broker.history[FRONT] = tuple(facts.Bar(day, 12.0) for day in days)
    desk.broker.history[SECOND] = tuple(facts.Bar(day, 12.4) for day in days)
    desk.disconnect()
    desk.connect()
    assert asked_futures(desk.todo) == [FRONT, SECOND, "FUT.VX.20180418"]
    desk.answer()
    desk.close_bar()
    assert bars_of(desk)[-1].steepening is True  # 12.475 - 11.82 > 0.4
    assert bars_of(desk)[-1].steepening_episode == "2018-01-22"


def test_closes_of_futures_are_asked_for_once_an_hour_at_most(desk: Desk) -> None:
    """A broker that has none is asked again later, not at every listing."""
    desk.start()
    listed = ev.FuturesListed(time=desk.now, instruments=desk.state.market.futures)
    assert asked_futures(desk.take(listed).commands) == []
    desk.clock(10, 1)
    assert len(asked_futures(desk.take(structs.replace(listed, time=desk.now)).commands)) == 3


def test_steepening_needs_no_history_once_six_sessions_were_seen(desk: Desk) -> None:
    """The closes seen live are kept; nothing is asked once they reach back far enough."""
    desk.start()
    pass_sessions(desk, 6)
    known = [bar.steepening for bar in bars_of(desk)]
    assert known == [None] * 5 + [False]
    desk.disconnect()
    desk.connect()
    desk.answer()
    asked = [r for r in desk.records if getattr(r, "why", "") == "listings and completed bars"][-1]
    assert asked_futures(asked.commands) == []


def test_a_bar_made_up_after_a_restart_has_its_curve_from_the_futures_history(desk: Desk) -> None:
    """Down over a close: the futures' closes are fetched before the SPX bar that needs them."""
    desk.start()
    pass_sessions(desk, 1)
    desk.clock(9, 31, date(2018, 1, 24))  # the close of the 23rd was not seen
    days = (date(2018, 1, 22), date(2018, 1, 23))
    desk.broker.history["SPX"] += tuple(map(facts.Bar, days, (2832.97, 2839.13)))
    desk.broker.history["VIX"] += tuple(map(facts.Bar, days, (11.03, 11.1)))
    for key, close in ((FRONT, 12.1), (SECOND, 12.7)):
        desk.broker.history[key] = (facts.Bar(days[1], close),)
    desk.restart()
    desk.answer()
    bar = bars_of(desk)[-1]
    assert (bar.session, bar.source, bar.m1, bar.m2) == (days[1], "history", 12.1, 12.7)
    assert (bar.m1_contract, bar.m2_contract, bar.vix) == (FRONT, SECOND, 11.1)
    assert bar.unavailable["ad_trend"] == "the session was not seen live"


def test_a_missed_close_asks_for_futures_and_vix_before_the_index(desk: Desk) -> None:
    """What a made-up bar reads must be there when the SPX close arrives."""
    desk.start()
    desk.clock(16)
    outcome = desk.timer(ev.Job.BAR_FINAL)
    asked = [c.instrument for c in outcome.commands if isinstance(c, cm.FetchHistory)]
    assert [i.symbol for i in asked[-2:]] == ["VIX", "SPX"]
    assert asked[-2:] == [VIX, SPX]
    assert all(i.kind is Kind.FUTURE for i in asked[:-2])
    assert len(asked) == 5


def test_an_expansion_runs_as_an_episode(desk: Desk) -> None:
    """It begins with the first expanding close and bridges a close of which nothing is known."""
    desk.start()
    for vix in (11.0, 15.0, 15.0):
        desk.world.vix = vix
        pass_sessions(desk, 1)
    desk.world.given[VIX.key] = None
    desk.broker.history["VIX"] = ()
    pass_sessions(desk, 1)
    desk.world.given.clear()
    found = [(bar.expanding, bar.expansion_episode) for bar in bars_of(desk)]
    assert found == [(False, None), (True, "2018-01-23"), (True, "2018-01-23"), (None, "2018-01-23")]


def test_signals_live_on_over_a_restart(desk: Desk) -> None:
    """The fold is in the state: a restart between two bars changes nothing on the next one."""
    desk.start(BREADTH)
    for advancing in (1500.0, 1700.0, 1600.0):
        desk.world.advancing = advancing
        pass_sessions(desk, 1)
    before = desk.state.signals
    desk.restart()
    desk.answer()
    assert desk.state.signals == before
    desk.close_bar()
    assert bars_of(desk)[-1].ad_trend is not None


def test_other_periods_are_made_anew_from_history(desk: Desk) -> None:
    """Averages of one period are not continued with another: the warm-up is read again."""
    desk.start()
    pass_sessions(desk, 1)
    desk.todo.clear()
    rules = Rules(macd=MacdRules(fast=5, slow=35, signal=5))
    desk.broker.history["SPX"] += (facts.Bar(date(2018, 1, 22), 2832.97),)
    desk.take(ev.Lifecycle(time=desk.now + timedelta(seconds=1), phase=ev.Phase.STARTED, rules=rules))
    assert desk.state.signals.macd.seen == desk.state.signals.rsi.seen == 0
    desk.disconnect()
    desk.connect()
    desk.answer()
    assert desk.state.signals.last_session == date(2018, 1, 22)
    assert desk.state.signals.macd.seen == len(desk.broker.history["SPX"])
    desk.close_bar()
    assert bars_of(desk)[-1].macd is not None
