"""Real days are played exactly."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from simulator.market.model import Market, MarketDataError
from simulator.market.sources import open_history

pytestmark = pytest.mark.history

SPIKE = date(2018, 2, 5)
M1, M2 = date(2018, 2, 14), date(2018, 3, 21)


def _close_of(market: Market, day: date) -> None:
    market.move_to(next(session.close for session in market.sessions if session.day == day))


def test_closes_and_settlements_are_the_files(february_2018: Market) -> None:
    """The known figures of 2018-02-05 come out at its close, to the digit."""
    _close_of(february_2018, SPIKE)
    assert (february_2018.index("SPX"), february_2018.index("VIX")) == (2648.94, 37.32)
    assert february_2018.futures(SPIKE)[:2] == (M1, M2)
    assert [february_2018.settlement(expiry, SPIKE) for expiry in (M1, M2)] == [33.225, 27.975]
    assert [february_2018.future(expiry) for expiry in (M1, M2)] == [33.225, 27.975]


def test_settlements_and_bars_of_a_day_are_unknown_until_it_closes(february_2018: Market) -> None:
    """No look-ahead: one second before the close the last known day is the one before."""
    close = next(session.close for session in february_2018.sessions if session.day == SPIKE)
    february_2018.move_to(close - timedelta(seconds=1))
    assert february_2018.settlement(M1, SPIKE) is None
    assert february_2018.daily("SPX", date(2018, 3, 1), 1)[0].day == date(2018, 2, 2)
    assert february_2018.daily_future(M2, date(2018, 3, 1), 1)[0].day == date(2018, 2, 2)
    february_2018.move_to(close)
    assert february_2018.settlement(M1, SPIKE) == 33.225
    assert february_2018.daily("SPX", date(2018, 3, 1), 1)[0].close == 2648.94
    assert february_2018.daily_future(M1, SPIKE, 1)[0].close == 33.225


def test_history_goes_back_600_sessions(february_2018: Market) -> None:
    """Signals over 252 sessions and more can warm up."""
    february_2018.move_to(february_2018.sessions[0].open)
    for symbol in ("SPX", "VIX"):
        bars = february_2018.daily(symbol, date(2018, 2, 16), 600)
        assert len(bars) == 600
        assert bars[-1].day == date(2018, 1, 19)


def test_a_future_is_gone_and_settled_on_the_morning_of_its_settlement_day(february_2018: Market) -> None:
    """M1 rolls that morning, and the cash value is known from the open on, not before."""
    opening = next(session.open for session in february_2018.sessions if session.day == M1)
    february_2018.move_to(opening - timedelta(minutes=1))
    assert february_2018.final_settlement("VX", M1) is None
    february_2018.move_to(opening)
    assert february_2018.futures(M1)[0] == M2
    assert february_2018.future(M1) is None
    assert february_2018.final_settlement("VX", M1) == february_2018.final_settlement("VIX", M1) == 23.48
    assert february_2018.option("VIX", M1, 20.0, "C") is None


def test_pm_options_settle_on_the_close_and_am_options_on_the_open(february_2018: Market) -> None:
    """SPXW 2018-02-09 settles at 2619.55, SPX 2018-02-16 at that morning's 2727.14, XSP at its close."""
    _close_of(february_2018, date(2018, 2, 9))
    assert february_2018.final_settlement("SPXW", date(2018, 2, 9)) == 2619.55
    _close_of(february_2018, date(2018, 2, 16))
    assert february_2018.final_settlement("SPX", date(2018, 2, 16)) == 2727.14
    assert february_2018.final_settlement("XSP", date(2018, 2, 16)) == 2732.22


def test_the_worked_example_is_priced_near_the_strategys_figures(february_2018: Market) -> None:
    """The condor of 2018-01-22 brings about 8.36, the March 16 call costs about 0.67: both within 10 %."""
    _close_of(february_2018, date(2018, 1, 22))
    legs = [(2675.0, "P", -1), (2725.0, "P", 1), (2915.0, "C", 1), (2965.0, "C", -1)]
    credit = 0.0
    for strike, right, sign in legs:
        value = february_2018.option("SPXW", date(2018, 3, 9), strike, right)
        assert value is not None
        credit += sign * value.price
    assert credit == pytest.approx(8.36, rel=0.10)
    call = february_2018.option("VIX", M2, 16.0, "C")
    assert call is not None
    assert call.price == pytest.approx(0.67, rel=0.10)
    assert call.underlying == 12.475
    assert call.delta == pytest.approx(0.30, abs=0.03)


def test_a_half_day_ends_at_one(data_folder: Path) -> None:
    """The day after Thanksgiving closes at 13:00 New York, with its official values."""
    market = open_history(data_folder, date(2017, 11, 24), date(2017, 11, 24), 1)
    (session,) = market.sessions
    assert session.half_day
    assert (session.close - session.open, session.options_close - session.close) == (
        timedelta(hours=3, minutes=30),
        timedelta(minutes=15),
    )
    market.move_to(session.close)
    assert market.index("SPX") == 2602.42


@pytest.mark.parametrize("start", [date(2008, 10, 1), date(2015, 4, 6), date(2018, 12, 3)])
def test_gaps_of_the_contract_file_are_filled(data_folder: Path, start: date) -> None:
    """M1 to M4 settle on every session, also where only the term structure file has them."""
    market = open_history(data_folder, start, start + timedelta(days=7), 1)
    for session in market.sessions:
        market.move_to(session.close)
        front = market.futures(session.day)[:4]
        assert all(market.settlement(expiry, session.day) for expiry in front), session.day


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (date(2007, 1, 3), date(2007, 5, 1), "before the first day with VIX futures"),
        (date(2019, 12, 2), date(2020, 1, 31), "is not covered"),
        (date(2018, 2, 5), date(2018, 2, 2), "is before start"),
        (date(2018, 2, 3), date(2018, 2, 4), "no session from"),
    ],
)
def test_a_range_outside_the_data_is_refused_by_name(
    data_folder: Path, start: date, end: date, says: str
) -> None:
    """The message names the limit that was crossed."""
    with pytest.raises(MarketDataError, match=says):
        open_history(data_folder, start, end, 1)
