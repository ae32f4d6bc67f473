"""Valuing many options at once says what valuing them one by one says."""

from datetime import date, timedelta

import pytest

from simulator.market.model import Market, OptionKey
from simulator.market.sources import generate

DAY = date(2026, 1, 5)


@pytest.fixture
def market() -> Market:
    """A generated market an hour into its first session."""
    found = generate("shock", DAY, 2, 1)
    found.move_to(found.sessions[0].open + timedelta(hours=1))
    return found


def _keys(market: Market) -> tuple[OptionKey, ...]:
    return tuple(
        OptionKey(name, expiry, strike, right)
        for name in ("SPX", "SPXW", "VIX")
        for expiry in market.expiries(name, DAY)[1:6:2]
        for strike in market.strikes(name, expiry)[::7]
        for right in ("C", "P")
    )


def test_all_at_once_equals_one_by_one(market: Market) -> None:
    """Every number of every option agrees to ten digits, deep in and far out of the money too."""
    keys = _keys(market)
    assert len(keys) > 500
    for minutes in (0, 1, 45):
        market.move_to(market.sessions[0].open + timedelta(minutes=60 + minutes))
        columns = market.options(keys)
        assert columns is not None
        for row, key in enumerate(keys):
            found, wanted = columns.row(row), market.option(*key)
            assert wanted is not None
            assert found.price == pytest.approx(wanted.price, rel=1e-10, abs=1e-10), key
            for field in ("implied_vol", "delta", "gamma", "vega", "theta", "underlying"):
                assert getattr(found, field) == pytest.approx(getattr(wanted, field), rel=1e-9, abs=1e-12)


def test_all_at_once_is_none_unless_all_exist(market: Market) -> None:
    """An unknown strike, right or expiry, or no option at all, leaves the question to one by one."""
    good = _keys(market)[:3]
    assert market.options(good) is not None
    for bad in (good[0]._replace(strike=1.23), good[0]._replace(right="X"), good[0]._replace(expiry=DAY)):
        assert market.options((*good, bad)) is None
    assert market.options(()) is None
