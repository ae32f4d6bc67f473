"""The advance/decline trend against numpy, and what is said while sessions are missing."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.breadth import ad_trend, add_session
from strategies.core.market import Unavailable
from strategies.core.rules import BreadthRules
from strategies.core.signal_state import BreadthState

SMALL = BreadthRules(trend_sessions=4, deviation_sessions=10)
GAP = Unavailable("no quote")
NETS = st.lists(st.integers(-3000, 3000).map(float), min_size=10, max_size=60)


def readings(nets: Sequence[float | Unavailable], rules: BreadthRules = SMALL) -> list[float | Unavailable]:
    """Return the trend after each session."""
    state, found = BreadthState(), []
    for net in nets:
        state = add_session(state, net, rules)
        found.append(ad_trend(state, net, rules))
    return found


@settings(derandomize=True, deadline=None, max_examples=60)
@given(nets=NETS, clip=st.sampled_from([0.5, 2.0, 10.0]))
def test_the_trend_is_the_sum_over_its_own_deviation(nets: list[float], clip: float) -> None:
    """Sum of the latest nets over their long standard deviation times the root of the count, clipped."""
    rules = BreadthRules(trend_sessions=4, deviation_sessions=10, clip=clip)
    for n, ours in enumerate(readings(nets, rules)):
        window = np.array(nets[: n + 1][-10:])
        if n < 9:
            assert ours == Unavailable("breadth was seen on fewer than 10 sessions")
        elif window.std() == 0.0:
            assert ours == Unavailable("breadth has not changed over its whole window")
        else:
            expected = window[-4:].sum() / (window.std(ddof=1) * 2.0)
            assert ours == pytest.approx(np.clip(expected, -clip, clip), rel=1e-9, abs=1e-12)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(nets=NETS, factor=st.sampled_from([0.25, 3.0]))
def test_the_trend_knows_no_scale(nets: list[float], factor: float) -> None:
    """A count of fewer issues with the same shares gives the same trend."""
    for ours, other in zip(readings(nets), readings([factor * net for net in nets]), strict=True):
        assert other == (ours if isinstance(ours, Unavailable) else pytest.approx(ours))


def test_a_gap_silences_the_trend_until_the_window_is_whole_again() -> None:
    """A session that was not seen is no session without news: the sum waits until it is complete."""
    nets: list[float | Unavailable] = [float(n % 5) for n in range(12)]
    found = readings([*nets, GAP, *nets[:4]])
    assert isinstance(found[11], float)
    assert found[12] == GAP
    assert found[13:16] == [Unavailable("breadth of the latest 4 sessions is not complete")] * 3
    assert isinstance(found[16], float)


def test_breadth_keeps_one_window() -> None:
    """The state is bounded by the settings."""
    state = BreadthState()
    for n in range(100):
        state = add_session(state, float(n), SMALL)
    assert (len(state.nets), state.unbroken) == (10, 4)
