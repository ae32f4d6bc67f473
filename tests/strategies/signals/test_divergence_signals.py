"""Swings and divergences against a slow, separately written version that sees whole series."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from strategies.alvh import divergence
from strategies.alvh.divergence import Divergences, divergences
from strategies.alvh.swings import swing_in
from strategies.core.market import Unavailable
from strategies.core.rules import DivergenceRules, MacdRules, RsiRules, Rules
from strategies.core.signal_state import DivergenceState, SwingBar
from strategies.core.state import Signals

USUAL = DivergenceRules()
SHORT = Rules(rsi=RsiRules(period=5), macd=MacdRules(fast=3, slow=6, signal=3))
Fold = Callable[..., list[Signals]]


def slow_swings(closes: list[float], *, low: bool, side: int = 3) -> list[int]:
    """Return the places of the strict swings of a whole series."""
    sign = 1.0 if low else -1.0
    values = [sign * close for close in closes]
    return [
        n
        for n in range(side, len(values) - side)
        if all(values[n] < values[n - k] and values[n] < values[n + k] for k in range(1, side + 1))
    ]


def slow_events(
    closes: list[float], indicator: list[float], *, low: bool, price_up: bool, indicator_up: bool
) -> list[int]:
    """Return the places at which a divergence is confirmed: three closes after its second swing."""
    swings = slow_swings(closes, low=low)
    found = []
    for earlier, later in pairwise(swings):
        price = closes[later] - closes[earlier]
        moved = indicator[later] - indicator[earlier]  # NaN compares as neither
        if (price > 0 if price_up else price < 0) and (moved > 0 if indicator_up else moved < 0):
            found.append(later + 3)
    return found


def slow_readings(closes: list[float], rules: Rules) -> dict[str, list[bool]]:
    """Return by name whether each divergence is valid after each close."""
    prices = np.array(closes)
    rsi = talib.RSI(prices, rules.rsi.period).tolist()
    line = talib.MACD(prices, rules.macd.fast, rules.macd.slow, rules.macd.signal)[0].tolist()
    events = {
        "hidden_bullish": slow_events(closes, rsi, low=True, price_up=True, indicator_up=False),
        "macd_bullish": slow_events(closes, line, low=True, price_up=False, indicator_up=True),
        "macd_bearish": slow_events(closes, line, low=False, price_up=True, indicator_up=False),
    }
    return {
        name: [any(at <= n < at + 10 for at in places) for n in range(len(closes))]
        for name, places in events.items()
    }


def test_divergences_equal_the_slow_version_on_ten_thousand_walks(
    fold: Fold, walks: Callable[[int, int, int], list[list[float]]]
) -> None:
    """After every close of 10,000 random walks a divergence is valid exactly where the slow version says."""
    events = 0
    for closes in walks(10_000, 48, 5):
        expected = slow_readings(closes, SHORT)
        for n, signals in enumerate(fold(closes, SHORT)):
            ours = structs.asdict(divergences(signals.divergence, SHORT.divergence))
            for name, reading in ours.items():
                assert (reading is True) == expected[name][n], (closes, n, name)
                events += reading is True
    assert events > 10_000


def test_divergences_equal_the_slow_version_on_long_walks(
    fold: Fold, walks: Callable[[int, int, int], list[list[float]]]
) -> None:
    """The same with the default periods over two years of sessions."""
    for closes in walks(20, 500, 6):
        expected = slow_readings(closes, Rules())
        for n, signals in enumerate(fold(closes)):
            ours = structs.asdict(divergences(signals.divergence, USUAL))
            assert {k: v is True for k, v in ours.items()} == {k: v[n] for k, v in expected.items()}


@settings(derandomize=True, deadline=None, max_examples=30)
@given(steps=st.lists(st.integers(-5, 5), min_size=20, max_size=120), cut=st.integers(1, 119))
def test_the_future_changes_no_swing_of_the_past(steps: list[int], cut: int) -> None:
    """What is known after a close follows from the closes up to it alone; ties are no swings."""
    closes = [1000.0 + total for total in np.cumsum(steps).tolist()]

    def after(series: list[float]) -> list[DivergenceState]:
        state, found = DivergenceState(), []
        for n, close in enumerate(series):
            state = divergence.add_bar(state, close, 50.0 - n % 3, n % 5, USUAL)
            found.append(state)
        return found

    states = after(closes)
    assert after(closes[:cut]) == states[:cut]
    for n, state in enumerate(states):
        assert [bar.index for bar in state.lows] == slow_swings(closes[: n + 1], low=True)[-2:]
        assert [bar.index for bar in state.highs] == slow_swings(closes[: n + 1], low=False)[-2:]


@pytest.mark.parametrize(
    ("indicators", "expected"),
    [
        ((40.0, 30.0), True),
        ((30.0, 30.0), False),
        ((30.0, 40.0), False),
        ((None, 30.0), Unavailable("RSI is undefined at a swing")),
        ((40.0, None), Unavailable("RSI is undefined at a swing")),
    ],
)
def test_an_indicator_that_is_undefined_at_a_swing_gives_no_divergence(
    indicators: tuple[float | None, float | None], expected: object
) -> None:
    """A divergence is never guessed: without the indicator at both swings it is unavailable."""
    closes = [9, 8, 7, 5, 7, 8, 9, 8, 7, 6, 7, 8, 9]
    values = dict(zip((3, 9), indicators, strict=True))
    state = DivergenceState()
    for n, close in enumerate(closes):
        state = divergence.add_bar(state, close, values.get(n, 50.0), None, USUAL)
    assert divergences(state, USUAL).hidden_bullish == expected
    assert divergences(state, USUAL).macd_bullish == Unavailable("MACD is undefined at a swing")
    for close in closes:
        state = divergence.add_bar(state, 20 - close, 50.0, None, USUAL)
    assert divergences(state, USUAL).macd_bearish == Unavailable("MACD is undefined at a swing")


def test_a_swing_is_named_by_its_side() -> None:
    """The middle of seven closes is a low, a high or nothing."""
    for closes, expected in (
        ((4, 3, 2, 1, 2, 3, 4), "low"),
        ((1, 2, 3, 4, 3, 2, 1), "high"),
        ((1,) * 7, None),
    ):
        window = [SwingBar(n, close, None, None) for n, close in enumerate(closes)]
        assert swing_in(window, 3) == expected
        assert swing_in(window[:6], 3) is None


def test_equal_swings_or_equal_indicators_do_not_diverge() -> None:
    """Two lows (highs) of one price are neither higher nor lower."""
    closes = [9, 8, 7, 5, 7, 8, 9, 8, 7, 5, 7, 8, 9]
    for sign in (1.0, -1.0):
        for rsi, macd in ((-1.0, 1.0), (1.0, -1.0), (0.0, 0.0)):
            state = DivergenceState()
            for n, close in enumerate(closes):
                state = divergence.add_bar(state, sign * close, 50.0 + rsi * n, macd * n, USUAL)
            found = structs.asdict(divergences(state, USUAL))
            assert not any(reading is True for reading in found.values())


def test_a_divergence_is_valid_on_ten_bars(fold: Fold) -> None:
    """It counts from the bar that confirms it, that bar included, for divergence.valid_sessions bars."""
    closes = [9.0, 8, 7, 5, 7, 8, 9, 8, 7, 6, 7, 8, 9]
    state = DivergenceState()
    for n, close in enumerate([*closes, *[10.0 + n for n in range(20)]]):
        state = divergence.add_bar(state, close, 50.0 - n, None, USUAL)
        valid = divergences(state, USUAL).hidden_bullish is True
        assert valid == (12 <= n < 22)


def test_a_flat_feed_has_no_divergences(fold: Fold) -> None:
    """Without a swing there is nothing to compare."""
    lows, highs = (Unavailable(f"fewer than two swing {side}") for side in ("lows", "highs"))
    found = divergences(fold([100.0] * 90)[-1].divergence, USUAL)
    assert found == Divergences(hidden_bullish=lows, macd_bullish=lows, macd_bearish=highs)


@pytest.mark.history
def test_events_of_the_real_history(fold: Fold, history: Callable[[str, str], list[tuple]]) -> None:
    """2007-04-02..2019-12-31 has the 50 hidden bullish divergences of the method's own trial."""
    rows = history("spx_daily.csv", "close")
    states = fold([close for _, close in rows])
    counts = {"hidden_bullish_at": 0, "macd_bullish_at": 0, "macd_bearish_at": 0}
    for before, after, (day, _) in zip(states, states[1:], rows[1:], strict=False):
        if "2007-04-02" <= day.isoformat() <= "2019-12-31":
            for name in counts:
                counts[name] += getattr(before.divergence, name) != getattr(after.divergence, name)
    assert counts["hidden_bullish_at"] == 50
    assert min(counts.values()) > 0
    assert not any(math.isnan(state.macd.slow) for state in states)
