"""The MACD against TA-Lib."""

from functools import reduce

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.macd import Macd, add_close, macd
from strategies.core.market import Unavailable
from strategies.core.rules import MacdRules
from strategies.core.signal_state import MacdState

USUAL = MacdRules()
SHARES = st.one_of(st.integers(-900, -1), st.integers(1, 900)).map(lambda n: n / 10_000)
CHANGES = st.lists(SHARES, min_size=70, max_size=150)


def readings(closes: list[float], rules: MacdRules = USUAL) -> list[Macd | Unavailable]:
    """Return our MACD after each close."""
    state, found = MacdState(), []
    for close in closes:
        state = add_close(state, close, rules)
        found.append(macd(state, rules))
    return found


def walk(start: float, changes: list[float]) -> list[float]:
    """Return closes that change by these shares."""
    return [start, *(start * float(total) for total in np.cumprod(1.0 + np.array(changes)))]


@settings(derandomize=True, deadline=None, max_examples=80)
@given(
    start=st.floats(5.0, 5000.0),
    changes=CHANGES,
    rules=st.sampled_from(
        [
            USUAL,
            MacdRules(fast=5, slow=35, signal=5),
            MacdRules(fast=2, slow=3, signal=1),
            MacdRules(fast=25, slow=26, signal=40),
        ]
    ),
)
def test_macd_equals_talib_on_random_walks(start: float, changes: list[float], rules: MacdRules) -> None:
    """Line, signal and histogram are TA-Lib's on the same closes, and undefined where TA-Lib has none."""
    closes = walk(start, changes)
    theirs = talib.MACD(np.array(closes), rules.fast, rules.slow, rules.signal)
    for ours, expected in zip(readings(closes, rules), zip(*theirs, strict=True), strict=True):
        if np.isnan(expected[0]):
            assert isinstance(ours, Unavailable)
        else:
            assert isinstance(ours, Macd)
            assert (ours.line, ours.signal, ours.histogram) == pytest.approx(expected, abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(changes=CHANGES, factor=st.sampled_from([0.001, 7.0, 4096.0]))
def test_macd_scales_with_the_index(changes: list[float], factor: float) -> None:
    """The MACD is in index points: closes times ten give ten times the MACD."""
    closes = walk(100.0, changes)
    scaled = readings([factor * close for close in closes])
    for ours, other in zip(readings(closes), scaled, strict=True):
        if isinstance(ours, Macd) and isinstance(other, Macd):
            assert other.line == pytest.approx(factor * ours.line, rel=1e-9, abs=factor * 1e-9)


def test_macd_is_told_from_the_thirty_fourth_close_on() -> None:
    """Nothing is said before the signal line has its seed."""
    found = readings([100.0 + n % 7 for n in range(40)])
    assert found[32] == Unavailable("fewer closes than the MACD needs")
    assert [isinstance(reading, Macd) for reading in found].index(True) == 33


def test_macd_of_a_flat_feed_is_unavailable_until_it_moves() -> None:
    """A feed that stands still over the whole window has no MACD, rather than one of zero."""
    found = readings([100.0] * 60 + [101.0])
    assert found[59] == Unavailable("no change over the whole MACD window")
    assert isinstance(found[60], Macd)


@pytest.mark.parametrize(("flat", "known"), [(25, True), (26, False)])
def test_a_feed_is_flat_after_as_many_changes_as_the_slow_average_has_sessions(
    flat: int,
    known: bool,  # noqa: FBT001 - the case
) -> None:
    """One close fewer and the MACD still stands; the change before the flat stretch does not count."""
    closes = [100.0 + n % 7 for n in range(40)]
    assert isinstance(readings([*closes, *closes[-1:] * flat])[-1], Macd) is known


def test_the_seed_fades() -> None:
    """500 sessions of warm-up give the MACD of a longer history."""
    closes = [100.0 + (n * 37 % 101) / 10.0 for n in range(1500)]
    warm = reduce(lambda state, close: add_close(state, close, USUAL), closes[-500:], MacdState())
    ours, full = macd(warm, USUAL), readings(closes)[-1]
    assert isinstance(ours, Macd)
    assert isinstance(full, Macd)
    assert (ours.line, ours.signal) == pytest.approx((full.line, full.signal), abs=1e-9)
