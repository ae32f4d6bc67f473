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
        for key, found in zip(keys, market.options(keys), strict=True):
            wanted = market.option(*key)
            assert wanted is not None
            assert found is not None
            assert found.price == pytest.approx(wanted.price, rel=1e-10, abs=1e-10), key
            for field in ("implied_vol", "delta", "gamma", "vega", "theta", "underlying"):
                assert getattr(found, field) == pytest.approx(getattr(wanted, field), rel=1e-9, abs=1e-12)


def test_what_does_not_exist_is_none_and_the_others_are_valued(market: Market) -> None:
    """Unknown strikes, rights and expiries answer None in their place, as one by one."""
    good = _keys(market)[:3]
    keys = (*good, good[0]._replace(strike=1.23), good[0]._replace(right="X"), good[0]._replace(expiry=DAY))
    found = market.options(keys)
    assert [value is None for value in found] == [False] * 3 + [True] * 3
    assert list(found[:3]) == [market.option(*key) for key in good]
    assert market.options(()) == []
