"""Wilder's RSI against TA-Lib."""

import csv
import os
from functools import reduce
from pathlib import Path

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.rsi import add_close, rsi, rsi_with
from strategies.core.market import Unavailable
from strategies.core.state import RsiState

PERIOD = 14


def readings(closes: list[float], period: int = PERIOD) -> list[float | Unavailable]:
    """Return our RSI after each close."""
    state, found = RsiState(), []
    for close in closes:
        state = add_close(state, close, period)
        found.append(rsi(state, period))
    return found


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    start=st.floats(5.0, 5000.0),
    changes=st.lists(st.floats(-0.09, 0.09).filter(lambda x: abs(x) > 1e-6), min_size=20, max_size=300),
    period=st.sampled_from([2, 5, 14, 21]),
)
def test_rsi_equals_talib_on_random_walks(start: float, changes: list[float], period: int) -> None:
    """RSI is TA-Lib's RSI on the same closes, and undefined where TA-Lib has none."""
    closes = [start]
    for change in changes:
        closes.append(closes[-1] * (1.0 + change))
    expected = talib.RSI(np.array(closes), timeperiod=period)
    for ours, theirs in zip(readings(closes, period), expected, strict=True):
        if np.isnan(theirs):
            assert isinstance(ours, Unavailable)
        else:
            assert ours == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("moved_before", [False, True])
def test_rsi_of_a_flat_feed_is_undefined(moved_before: bool) -> None:  # noqa: FBT001 - the case
    """A window without any change has no RSI: neither 0 nor 50 nor 100."""
    closes = ([90.0, 95.0, 92.0] if moved_before else []) + [100.0] * (PERIOD + 1)
    assert readings(closes)[-1] == Unavailable("no change over the whole RSI window")


def test_only_an_unbroken_window_without_change_is_flat() -> None:
    """Thirteen closes without a change are not fourteen, and any change begins the count again."""
    moved = [90.0, 95.0, 92.0, *([100.0] * PERIOD)]  # the first of them is a change
    assert isinstance(readings(moved)[-1], float)
    assert isinstance(readings([*moved, *([101.0] * PERIOD)])[-1], float)
    assert isinstance(readings([*moved, *([101.0] * (PERIOD + 1))])[-1], Unavailable)


def test_gains_and_losses_that_balance_are_fifty() -> None:
    """Up and down by one: 50, whatever the sum of both averages is."""
    assert readings([100.0, 101.0, 100.0], period=2)[-1] == 50.0


def test_rsi_returns_with_the_first_change_after_a_flat_feed() -> None:
    """Only the window counts: one change makes the RSI defined again."""
    found = readings([90.0, 95.0, 92.0] + [100.0] * (PERIOD + 1) + [101.0])
    assert isinstance(found[-1], float)


def test_provisional_rsi_is_the_rsi_with_one_more_close() -> None:
    """A provisional reading treats the last price as the close and leaves the averages alone."""
    closes = [100.0 + (n * 7 % 11) for n in range(40)]
    state = reduce(lambda s, c: add_close(s, c, PERIOD), closes, RsiState())
    assert rsi_with(state, 111.0, PERIOD) == readings([*closes, 111.0])[-1]
    assert rsi(state, PERIOD) == readings(closes)[-1]


@pytest.mark.history
def test_warm_up_of_500_sessions_equals_the_full_history() -> None:
    """The warm-up is long enough: on every close of 2018 it gives the RSI of the history from 1990."""
    folder = os.environ.get("HEDGED_DATA")
    if not folder:
        pytest.skip("HEDGED_DATA is not set: give the folder with spx_daily.csv")
    with Path(folder, "spx_daily.csv").open(encoding="utf-8") as lines:
        rows = [(row["date"], float(row["close"])) for row in csv.DictReader(lines)]
    closes = [close for _, close in rows]
    full = readings(closes)
    expected = talib.RSI(np.array(closes), timeperiod=PERIOD)
    year = [n for n, (day, _) in enumerate(rows) if day.startswith("2018")]
    assert len(year) == 251
    first = year[0]
    warm = readings(closes[first - 500 : year[-1] + 1])[500:]
    for n, ours in zip(year, warm, strict=True):
        assert full[n] == pytest.approx(expected[n], abs=1e-9)
        assert ours == pytest.approx(expected[n], abs=1e-9)
