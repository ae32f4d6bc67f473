"""Expiries and strikes that the exchange lists."""

from datetime import date

import pytest

from simulator.market.calendar import Calendar
from simulator.market.listings import Listings, index_strikes, vx_settlement
from simulator.market.model import Market
from simulator.market.sources import generate

CALENDAR = Calendar(date(2013, 1, 1), date(2020, 12, 31))


@pytest.mark.parametrize(
    ("year", "month", "settles"),
    [
        (2018, 2, date(2018, 2, 14)),
        (2018, 3, date(2018, 3, 21)),
        (2014, 3, date(2014, 3, 18)),  # 2014-04-18 is Good Friday
        (2019, 3, date(2019, 3, 19)),  # 2019-04-19 is Good Friday
        (2019, 12, date(2019, 12, 18)),
    ],
)
def test_vx_settles_30_days_before_the_next_third_friday(year: int, month: int, settles: date) -> None:
    """Cboe's rule, moved a day when the Wednesday or the Friday is a holiday."""
    assert vx_settlement(CALENDAR, year, month) == settles


def test_spx_is_monthly_and_spxw_the_other_fridays_and_month_ends() -> None:
    """The two classes share no date; a holiday Friday moves to Thursday."""
    listings = Listings(CALENDAR)
    day = date(2018, 1, 22)
    assert date(2018, 3, 9) in listings.expiries("SPXW", day)
    assert date(2018, 3, 29) in listings.expiries(
        "SPXW", day
    )  # Good Friday eve, and the month's last session
    assert date(2018, 3, 16) in listings.expiries("SPX", day)
    assert not {*listings.expiries("SPX", day)} & {*listings.expiries("SPXW", day)}
    assert date(2014, 4, 17) in listings.expiries("SPX", date(2014, 3, 3))


def test_am_settled_expiries_are_gone_on_their_day_and_pm_settled_are_not() -> None:
    """SPX and VIX stop trading the day before; SPXW trades to its last close."""
    listings = Listings(CALENDAR)
    assert listings.expiries("SPX", date(2018, 2, 16))[0] == date(2018, 3, 16)
    assert listings.expiries("VIX", date(2018, 2, 14))[0] == date(2018, 3, 21)
    assert listings.expiries("SPXW", date(2018, 2, 9))[0] == date(2018, 2, 9)
    assert listings.expiries("ES", date(2018, 2, 9)) == ()


def test_index_strikes_are_fine_near_the_spot_and_coarse_far_out() -> None:
    """Every 5 points within 15 % of the range, every 25 within 35 %, every 50 beyond."""
    strikes = index_strikes(2600.0, 2901.0)
    near = [strike for strike in strikes if 2210 <= strike <= 3335]
    assert near == [float(strike) for strike in range(2210, 3336, 5)]
    assert [strike for strike in strikes if strike < 1700] == [float(wing) for wing in range(550, 1700, 50)]
    assert strikes[-1] == 5800.0
    assert all(strike % 25 == 0 for strike in strikes if strike < 2210 or strike > 3335)


def test_strikes_cover_a_crash_and_never_change(shock: Market) -> None:
    """The strikes of an expiry are the same on its first and its last day, and hold the whole spot range."""
    expiry = shock.expiries("SPXW", shock.sessions[0].day)[-1]
    before = shock.strikes("SPXW", expiry)
    for session in shock.sessions:
        shock.move_to(session.close)
        spot = shock.index("SPX")
        assert spot is not None
        assert before[0] < 0.7 * spot
        assert before[-1] > 1.3 * spot
    assert shock.strikes("SPXW", expiry) == before


def test_unknown_contracts_have_no_value() -> None:
    """An unlisted expiry, strike, class or right answers None or an empty tuple."""
    market = generate("calm", date(2024, 3, 4), 2, 1)
    market.move_to(market.sessions[0].open)
    expiry = market.expiries("SPXW", market.sessions[0].day)[3]
    spot = market.index("SPX")
    assert spot is not None
    strike = min(market.strikes("SPXW", expiry), key=lambda listed: abs(listed - spot))
    assert market.option("SPXW", expiry, strike, "C") is not None
    assert market.option("SPXW", expiry, strike + 1.0, "C") is None
    assert market.option("SPXW", expiry, strike, "X") is None
    assert market.option("SPX", expiry, strike, "C") is None
    assert market.strikes("SPXW", date(2024, 3, 5)) == ()
    assert market.future(date(2024, 3, 5)) is None
    assert market.index("DJX") is None
