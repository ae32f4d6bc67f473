"""What the modifiers read, made from macro points."""

from datetime import UTC, date, datetime, timedelta
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.modifier_inputs import (
    mean_of_last,
    newest,
    relative_returns_pct,
    values,
    variance_ratios,
)
from strategies.alvh.quantiles import median, quantile, third_quartile
from strategies.core.macro_facts import Point, Points
from strategies.core.unavailable import Unavailable

FIRST = date(2018, 1, 1)


def daily(*levels: float | None, start: int = 0) -> Points:
    """Return points of consecutive days."""
    return tuple(
        Point(FIRST + timedelta(days=start + n), datetime(2018, 6, 1, tzinfo=UTC), level)
        for n, level in enumerate(levels)
    )


@settings(derandomize=True, max_examples=100)
@given(series=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=50), share=st.floats(0, 1))
def test_quantiles_equal_numpy(series: list[float], share: float) -> None:
    """Linear interpolation, numpy's default."""
    assert quantile(series, share) == pytest.approx(np.quantile(series, share), rel=1e-9, abs=1e-9)
    assert median(series) == pytest.approx(np.median(series), rel=1e-9, abs=1e-9)
    assert third_quartile(series) == pytest.approx(np.quantile(series, 0.75), rel=1e-9, abs=1e-9)


def test_too_few_values_have_no_quantile_and_no_mean() -> None:
    """A quartile of three values says nothing: the reason counts them."""
    assert third_quartile([1.0, 2.0, 3.0], 4) == Unavailable("3 past values, 4 are needed")
    assert median([]) == Unavailable("0 past values, 1 are needed")
    assert mean_of_last([1.0], 2) == Unavailable("1 values, the mean needs 2")
    assert mean_of_last([9.0, 1.0, 2.0], 2) == 1.5
    assert newest([], "flow") == Unavailable("flow: too few sessions")
    assert newest([1.0, 2.0, 3.0], "flow") == 3.0
    assert mean_of_last([1.0, 2.0], 2) == 1.5
    assert values(daily(1.0, None, 3.0)) == (1.0, 3.0)


def test_relative_returns_match_the_two_indices_by_day() -> None:
    """Two sessions' return of one less the other's, over the days that both have a level for."""
    cap = daily(100.0, 101.0, None, 103.0, 110.0)
    equal = daily(50.0, 999.0, 51.0, 52.0, 50.0)
    found = relative_returns_pct(cap, equal, 2)  # days 0, 1, 3, 4 are shared
    assert found == pytest.approx((3.0 - 4.0, 100 * (110 / 101 - 50 / 999)))
    assert relative_returns_pct(cap, daily(50.0, start=90), 2) == ()
    assert relative_returns_pct(daily(0.0, 1.0, 2.0), daily(1.0, 1.0, 1.0), 2) == ()
    assert relative_returns_pct(daily(1.0, 1.0, 2.0), daily(0.0, 1.0, 1.0), 2) == ()
    assert relative_returns_pct(daily(0.5, 1.0), daily(0.5, 0.75), 1) == (50.0,)  # any unit


def test_variance_ratios_divide_what_moved_inside_the_days_by_what_the_closes_moved() -> None:
    """Returns of 1 % a day against 1.5 times as much variance inside: 1.5 on every day with a full window."""
    closes = daily(*(100.0 * exp(0.01 * n) for n in range(8)))
    inside = daily(*([1.5e-4] * 8))
    assert variance_ratios(inside, closes, 3) == pytest.approx((1.5,) * 5)
    assert variance_ratios(inside[:3], closes, 3) == ()  # the first close has no return
    small = daily(*(0.5 * exp(0.01 * n) for n in range(4)))
    assert variance_ratios(inside[:4], small, 3) == pytest.approx((1.5,))  # any unit
    holed = (*inside[:4], Point(inside[4].period, inside[4].released, None), *inside[5:])
    assert variance_ratios(holed, closes, 3) == pytest.approx((1.5,) * 4)


def test_closes_that_stand_still_or_are_none_give_no_ratio() -> None:
    """Nothing is divided by zero, and a close of zero is not one."""
    assert variance_ratios(daily(*([1e-4] * 4)), daily(*([100.0] * 4)), 2) == ()
    assert variance_ratios(daily(*([1e-4] * 3)), daily(100.0, 0.0, None), 1) == ()
