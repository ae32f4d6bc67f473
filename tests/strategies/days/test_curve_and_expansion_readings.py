"""Readings off the quotes: the futures curve, the final bar, and what is said when one is missing."""

from datetime import date, timedelta
from typing import Any

import pytest

from strategies.alvh.breadth import net_at
from strategies.alvh.term_structure import Curve, curve, read_slope
from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.instruments import SPX, VIX
from strategies.core.market import Unavailable
from strategies.core.records import BarClosed, BarMissing
from strategies.core.turn import Turn

Desk = Any


# The history of these tests never swings, and breadth, P/E and earlier futures are not known on a first day.
NOT_YET = {"hidden_bullish", "macd_bullish", "macd_bearish", "steepening", "ad_trend", "pe_elevated"}


def slope_now(desk: Desk) -> Any:  # noqa: ANN401 - a slope or the reason why there is none
    """Read the slope as the rules do."""
    return read_slope(Turn(desk.state, desk.now))


def last_bar(desk: Desk) -> BarClosed:
    """Return the last final bar."""
    found = [r for r in desk.records if isinstance(r, BarClosed)][-1]
    assert isinstance(found, BarClosed)
    return found


@pytest.mark.parametrize(
    ("points", "shape"),
    [
        (0.051, Curve.CONTANGO),
        (0.05, Curve.FLAT),
        (0.0, Curve.FLAT),
        (-0.05, Curve.FLAT),
        (-0.051, Curve.BACKWARDATION),
    ],
)
def test_the_curve_is_flat_within_its_threshold(points: float, shape: Curve) -> None:
    """Contango and backwardation begin beyond 0.05 points."""
    assert curve(points, 0.05) is shape


def test_slope_is_m2_less_m1(desk: Desk) -> None:
    """M1 and M2 are the first two monthly futures."""
    desk.start()
    slope = slope_now(desk)
    assert (slope.m1, slope.m2) == (11.82, 12.475)
    assert slope.points == pytest.approx(0.655)


@pytest.mark.parametrize(
    ("day", "first"), [(date(2018, 2, 13), "FUT.VX.20180214"), (date(2018, 2, 14), "FUT.VX.20180321")]
)
def test_a_future_stops_being_m1_on_its_settlement_day(desk: Desk, day: date, first: str) -> None:
    """On the morning of its final settlement the next contract is M1."""
    desk.start()
    desk.clock(9, 31, day)
    desk.quote()
    assert slope_now(desk).m1_contract == first


def test_a_mark_beats_the_mid_and_the_mid_beats_the_last(desk: Desk) -> None:
    """After the close the mark is the settlement; bid and ask are what is left of the day."""
    desk.start()
    key = desk.state.market.futures[0].key
    for quote, expected in (
        (facts.Quote(instrument=key, mark=12.0, bid=11.0, ask=11.2, last=10.0), 12.0),
        (facts.Quote(instrument=key, bid=11.0, ask=11.2, last=10.0), 11.1),
        (facts.Quote(instrument=key, last=10.0), 10.0),
    ):
        desk.take(ev.Quotes(time=desk.now, quotes=(quote,)))
        assert slope_now(desk).m1 == pytest.approx(expected)
    desk.take(ev.Quotes(time=desk.now, quotes=(facts.Quote(instrument=key),)))
    assert slope_now(desk) == Unavailable("M1: no price")


def test_a_stale_or_missing_future_leaves_no_slope(desk: Desk) -> None:
    """A quote older than its limit is no value, and one listed future is no curve."""
    desk.start()
    desk.broker.now += timedelta(seconds=901)
    assert slope_now(desk) == Unavailable("M1: quote is stale")
    desk.take(desk.broker.quotes(desk.state.market.futures[:1]))
    assert slope_now(desk) == Unavailable("M2: quote is stale")
    desk.take(ev.FuturesListed(time=desk.now, instruments=desk.state.market.futures[:1]))
    assert isinstance(slope_now(desk), Unavailable)


def test_a_slope_is_read_as_of_the_time_that_it_is_asked_for(desk: Desk) -> None:
    """A bar made up a while after the close takes the quotes that were fresh then, and no others."""
    desk.start()
    quoted = desk.now
    desk.broker.now += timedelta(seconds=901)
    late = Turn(desk.state, desk.now)
    assert read_slope(late, quoted) == read_slope(Turn(desk.state, quoted))
    assert read_slope(late) == Unavailable("M1: quote is stale")
    desk.take(desk.broker.quotes(desk.state.market.futures[:1]))
    both = Turn(desk.state, desk.now)
    assert read_slope(both) == Unavailable("M2: quote is stale")
    assert not isinstance(read_slope(both, quoted), Unavailable)


def test_breadth_is_bid_less_ask_as_of_the_time_that_it_is_asked_for(desk: Desk) -> None:
    """1,700 advancing less 1,200 declining; what was fresh at the close counts, however late it is read."""
    desk.start()
    quoted = desk.now
    assert net_at(Turn(desk.state, desk.now), quoted) == 500.0
    desk.broker.now += timedelta(seconds=601)
    late = Turn(desk.state, desk.now)
    assert net_at(late, quoted) == 500.0
    assert net_at(late, desk.now) == Unavailable("AD-NYSE: quote is stale")


def test_a_final_bar_carries_every_signal(desk: Desk) -> None:
    """The record of a bar shows what each rule read, with the contracts of the curve."""
    desk.start()
    desk.close_bar(2832.97, 11.03)
    bar = last_bar(desk)
    assert (bar.session, bar.source, bar.close, bar.vix) == (date(2018, 1, 22), "live", 2832.97, 11.03)
    assert (bar.m1_contract, bar.m2_contract) == ("FUT.VX.20180214", "FUT.VX.20180321")
    assert bar.expanding is False
    assert bar.rsi is not None
    assert bar.rsi > 80
    assert bar.macd is not None
    assert bar.realised_vol is not None
    assert set(bar.unavailable) == NOT_YET


def test_a_final_bar_is_closed_once(desk: Desk) -> None:
    """The same job again, and the same day from history, change nothing."""
    desk.start()
    desk.close_bar()
    before = desk.state.signals
    desk.timer(ev.Job.BAR_FINAL)
    day = desk.today
    desk.take(ev.History(time=desk.now, symbol="SPX", bars=(facts.Bar(day, 1.0),)))
    assert desk.state.signals == before


def test_a_bar_is_not_final_before_its_close(desk: Desk) -> None:
    """A job that comes early closes nothing."""
    desk.start()
    desk.clock(15, 59)
    desk.quote()
    assert desk.timer(ev.Job.BAR_FINAL).records == ()
    assert desk.state.signals.last_session == date(2018, 1, 19)


def test_a_close_that_was_not_seen_is_fetched_and_never_guessed(desk: Desk) -> None:
    """A stale last price is not the close: history is asked, and what it brings counts as not seen live."""
    desk.start()
    desk.clock(16, 0)
    outcome = desk.timer(ev.Job.BAR_FINAL)
    assert [r.reason for r in outcome.records if isinstance(r, BarMissing)] == ["SPX: quote is stale"]
    desk.broker.history["SPX"] += (facts.Bar(desk.today, 2850.0),)
    desk.broker.history["VIX"] += (facts.Bar(desk.today, 12.0),)
    desk.answer()
    bar = last_bar(desk)
    assert (bar.source, bar.close, bar.vix, bar.slope) == ("history", 2850.0, 12.0, None)
    assert set(bar.unavailable) == NOT_YET | {"slope"}
    assert desk.state.signals.vix_last_session == desk.state.signals.last_session == desk.today


def test_quotes_of_a_later_day_are_no_close(desk: Desk) -> None:
    """A job that fires a day late finds the next day's prices: the close comes from history instead."""
    desk.start()
    desk.clock(9, 40, date(2018, 1, 23))
    desk.quote()
    outcome = desk.timer(ev.Job.BAR_FINAL, misfired=True, day=date(2018, 1, 22))
    assert [r.reason for r in outcome.records if isinstance(r, BarMissing)] == ["SPX: the close is past"]
    assert desk.state.signals.last_session == date(2018, 1, 19)


def test_a_gap_in_the_bars_is_filled_before_the_next_one(desk: Desk) -> None:
    """With yesterday's bar missing today's close alone would make a wrong RSI."""
    desk.start()
    desk.clock(9, 40, date(2018, 1, 23))
    desk.quote()
    outcome = desk.close_bar()
    assert [r.reason for r in outcome.records if isinstance(r, BarMissing)] == ["earlier bars are missing"]
    assert any(isinstance(c, cm.FetchHistory) and c.instrument == SPX for c in outcome.commands)


def test_history_of_today_counts_only_after_the_close(desk: Desk) -> None:
    """A broker lists the running day as well: not completed, not folded."""
    desk.start()
    desk.clock(12, 0)
    bars = (facts.Bar(desk.today, 2900.0),)
    for symbol in ("SPX", "VIX", "NDX"):
        desk.take(ev.History(time=desk.now, symbol=symbol, bars=bars))
    assert desk.state.signals.last_session == date(2018, 1, 19)
    assert desk.state.signals.vix_last_session == date(2018, 1, 19)


def test_a_stale_vix_leaves_expansion_unavailable_and_is_fetched(desk: Desk) -> None:
    """Without today's VIX nothing is said of expansion, and the closes are asked for."""
    desk.start()
    desk.world.given[VIX.key] = None
    outcome = desk.close_bar()
    assert last_bar(desk).expanding is None
    assert last_bar(desk).unavailable["vix"] == "quote is stale"
    assert any(isinstance(c, cm.FetchHistory) and c.instrument == VIX for c in outcome.commands)
    desk.answer()
    desk.world.given.clear()
    desk.next_session()
    desk.close_bar()
    assert last_bar(desk).unavailable["expanding"] == "earlier VIX closes are missing"
    assert last_bar(desk).vix == desk.world.vix


def test_too_short_a_history_leaves_the_signals_unavailable(desk: Desk) -> None:
    """Signals that lack data have a reason, not a value."""
    desk.start()
    desk.tweak(signals=type(desk.state.signals)())
    bars = desk.broker.history
    desk.broker.history = {"SPX": bars["SPX"][-5:], "VIX": bars["VIX"][-5:]}
    desk.disconnect()
    desk.connect()
    desk.answer()
    desk.close_bar()
    lacking = {
        "rsi",
        "expanding",
        "macd",
        "macd_signal",
        "macd_histogram",
        "realised_vol",
        "vix_over_realised",
    }
    assert set(last_bar(desk).unavailable) == NOT_YET | lacking
