"""Minute paths between a day's open, high, low and close."""

import random
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.market.model import Bar
from simulator.market.paths import bridge, index_paths

DAY = date(2018, 2, 5)
CENTS = st.integers(min_value=900, max_value=400_000)


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    """A consistent bar in whole cents."""
    low, high = sorted((draw(CENTS), draw(CENTS)))
    inside = st.integers(min_value=low, max_value=high)
    opened, close = draw(inside), draw(inside)
    return Bar(day=DAY, open=opened / 100, high=high / 100, low=low / 100, close=close / 100, volume=0.0)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(bar=bars(), minutes=st.integers(min_value=3, max_value=390), seed=st.integers(0, 10**6))
def test_a_bridge_touches_all_four_prices_and_never_leaves_the_range(
    bar: Bar, minutes: int, seed: int
) -> None:
    """Ticks and bars agree: the path's open, high, low and close are the bar's, to the bit."""
    draws = random.Random(seed)
    low_at, high_at = draws.sample(range(1, minutes), 2)
    path = bridge(bar, [draws.gauss(0, 1) for _ in range(minutes)], low_at=low_at, high_at=high_at)
    assert len(path) == minutes + 1
    assert (path[0], path[-1]) == (bar.open, bar.close)
    assert (min(path), max(path)) == (bar.low, bar.high)


def _day() -> tuple[Bar, Bar]:
    spx = Bar(day=DAY, open=2741.06, high=2763.39, low=2638.17, close=2648.94, volume=0.0)
    vix = Bar(day=DAY, open=18.44, high=38.8, low=16.8, close=37.32, volume=0.0)
    return spx, vix


def test_vix_is_highest_in_the_minute_spx_is_lowest() -> None:
    """The two indices move against each other within a day."""
    found = index_paths(7, *_day(), 390)
    assert found.vix[found.spx.index(2638.17)] == 38.8
    assert found.vix[found.spx.index(2763.39)] == 16.8


def test_a_days_path_depends_on_its_seed_and_bars_alone() -> None:
    """Asking for other days first changes nothing; another seed changes the path."""
    spx, vix = _day()
    assert index_paths(7, spx, vix, 390) == index_paths(7, spx, vix, 390)
    assert index_paths(7, spx, vix, 390) != index_paths(8, spx, vix, 390)
