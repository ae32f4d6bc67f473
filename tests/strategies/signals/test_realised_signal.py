"""Realised volatility against numpy, and VIX over it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.realised import keep, realised_vol, vix_over
from strategies.core.market import Unavailable

CLOSES = st.lists(st.floats(500.0, 5000.0), min_size=2, max_size=60)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(closes=CLOSES, sessions=st.sampled_from([2, 5, 21]), factor=st.sampled_from([1.0, 0.1]))
def test_realised_volatility_is_the_root_mean_square_of_log_returns(
    closes: list[float], sessions: int, factor: float
) -> None:
    """Percent a year of 252 sessions, without taking the mean off; the level of the index does not matter."""
    kept: tuple[float, ...] = ()
    for n, close in enumerate(closes):
        kept = keep(kept, factor * close, sessions)
        ours = realised_vol(kept, sessions)
        returns = np.diff(np.log(closes[: n + 1]))[-sessions:]
        if n < sessions:
            assert ours == Unavailable("fewer closes than realised volatility needs")
        elif not returns.any():
            assert isinstance(ours, Unavailable)
        else:
            assert ours == pytest.approx(100 * math.sqrt(252 * float((returns**2).mean())), rel=1e-6)
    assert len(kept) == min(len(closes), sessions + 1)


def test_the_window_is_the_latest_returns() -> None:
    """More closes than the window needs change nothing."""
    assert realised_vol((50.0, 100.0, 101.0, 99.0), 2) == realised_vol((100.0, 101.0, 99.0), 2)


def test_a_flat_feed_has_no_realised_volatility() -> None:
    """A feed that stands still is broken, not calm: VIX over it is unavailable, not infinite."""
    realised = realised_vol((100.0,) * 22, 21)
    assert realised == Unavailable("no change over the whole window of realised volatility")
    assert vix_over(12.0, realised) == realised


def test_vix_over_realised_volatility() -> None:
    """A ratio of two percentages; without VIX its reason is VIX's."""
    assert vix_over(15.0, 10.0) == 1.5
    assert vix_over(Unavailable("no quote"), 10.0) == Unavailable("VIX: no quote")
