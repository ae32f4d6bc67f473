"""Steepening against a slow version that keeps every close, and the bounds of what is kept."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.curve_days import (
    note_contracts,
    note_history,
    note_prices,
    note_session,
    slope_on,
    steepening,
)
from strategies.alvh.term_structure import Slope
from strategies.core.facts import Bar
from strategies.core.instruments import Instrument, InstrumentKey, Kind
from strategies.core.market import Unavailable
from strategies.core.signal_state import CurveState

START = date(2018, 1, 2)
LISTED = tuple(
    Instrument(kind=Kind.FUTURE, symbol="VIX", exchange="CFE", trading_class="VX", last_trade=day, expiry=day)
    for day in (START + timedelta(days=3 + 7 * n) for n in range(8))
)
BACK = 5


def day_of(n: int) -> date:
    """Return the n-th session."""
    return START + timedelta(days=n)


def prices_of(row: list[float]) -> dict[InstrumentKey, float]:
    """Return the prices of one day by contract; NaN is no price."""
    return {f.key: price for f, price in zip(LISTED, row, strict=True) if price == price}  # noqa: PLR0124 - NaN


def curves(table: list[list[float]]) -> Iterator[CurveState]:
    """Yield the curve after each session."""
    curve = CurveState()
    for n, row in enumerate(table):
        curve = note_session(note_contracts(curve, LISTED, day_of(n)), day_of(n), BACK)
        followed = {f.key for f in curve.contracts}
        curve = note_prices(curve, day_of(n), {k: v for k, v in prices_of(row).items() if k in followed})
        yield curve


def slow_steepening(table: list[list[float]], n: int) -> bool | None:
    """Return the rule from the whole table, None where a price is missing."""
    alive = [place for place, future in enumerate(LISTED) if future.expiry and future.expiry > day_of(n)][:2]
    first, second = alive
    if n < BACK:
        return None
    now, then = table[n], table[n - BACK]
    spreads = (now[second] - now[first], then[second] - then[first])
    return None if np.isnan(spreads).any() else spreads[0] > spreads[1]


def test_steepening_equals_the_slow_version_on_ten_thousand_walks() -> None:
    """On 10,000 random curves, with rolls and holes, the reading is that of the table of all closes."""
    random = np.random.default_rng(11)
    steps = random.normal(0.0, 0.4, size=(10_000, 12, len(LISTED)))
    tables = 15.0 + np.arange(len(LISTED)) + np.cumsum(steps, axis=1)
    tables[random.random(tables.shape) < 0.02] = np.nan
    seen = {True: 0, False: 0, None: 0}
    for table in tables.tolist():
        for n, curve in enumerate(curves(table)):
            found = steepening(curve, slope_on(curve, day_of(n)), BACK)
            expected = slow_steepening(table, n)
            assert (None if isinstance(found, Unavailable) else found) is expected
            seen[expected] += 1
    assert min(seen.values()) > 5_000


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.lists(st.lists(st.floats(9.0, 80.0), min_size=8, max_size=8), min_size=6, max_size=40))
def test_what_is_kept_of_the_curve_is_bounded(table: list[list[float]]) -> None:
    """Six sessions and the futures alive in them: the state does not grow with the years."""
    for curve in curves(table):
        assert len(curve.sessions) <= BACK + 1
        assert len(curve.days) <= BACK + 1
        assert len(curve.contracts) <= 7


def test_history_fills_what_was_not_seen_and_changes_nothing_that_was() -> None:
    """A close that was read live stands; older bars than those in use are dropped."""
    curve = CurveState(contracts=LISTED[:2])
    for n in range(BACK + 1):
        curve = note_session(curve, day_of(n), BACK)
    first = LISTED[0].key
    curve = note_prices(curve, day_of(2), {first: 12.0})
    bars = tuple(Bar(day_of(n), 20.0 + n) for n in range(-3, 4))
    curve = note_history(curve, first, bars, curve.sessions[0])
    assert [(entry.day, entry.prices[first]) for entry in curve.days] == [
        (day_of(0), 20.0),
        (day_of(1), 21.0),
        (day_of(2), 12.0),
        (day_of(3), 23.0),
    ]


def test_steepening_without_a_slope_or_enough_sessions_is_unavailable() -> None:
    """It says why: no curve today, too few sessions, or no close of the two futures then."""
    none = Unavailable("VX futures are not listed")
    assert slope_on(CurveState(), START) == none
    assert steepening(CurveState(), none, BACK) == none
    slope = Slope(m1=12.0, m2=13.0, m1_contract=LISTED[0].key, m2_contract=LISTED[1].key)
    short = CurveState(sessions=tuple(day_of(n) for n in range(BACK)))
    assert steepening(short, slope, BACK) == Unavailable("fewer sessions than steepening needs")
    curve = CurveState(sessions=tuple(day_of(n) for n in range(BACK + 1)))
    reason = f"the close of {START} of M1 and M2 is not known"
    assert steepening(curve, slope, BACK) == Unavailable(reason)


def test_the_curve_needs_both_prices_and_a_larger_spread() -> None:
    """Two futures make a curve; one without a close leaves none; the same spread as then is no steepening."""
    pair = LISTED[:2]
    first, second = pair[0].key, pair[1].key
    curve = CurveState(contracts=pair, sessions=tuple(day_of(n) for n in range(-BACK, 1)))
    curve = note_prices(curve, day_of(-BACK), {first: 12.0, second: 13.0})
    missing = Unavailable("the session was not seen live, and history has no close of M1 and M2")
    assert slope_on(note_prices(curve, START, {first: 14.0}), START) == missing
    assert slope_on(note_prices(curve, START, {second: 14.0}), START) == missing
    for price, expected in ((14.5, False), (15.0, False), (15.5, True)):
        today = note_prices(curve, START, {first: 14.0, second: price})
        slope = slope_on(today, START)
        assert isinstance(slope, Slope)
        assert (slope.m1, slope.m2, slope.m1_contract, slope.m2_contract) == (14.0, price, first, second)
        assert steepening(today, slope, BACK) is expected
    half = note_prices(CurveState(sessions=curve.sessions), day_of(-BACK), {second: 13.0})
    assert steepening(half, slope, BACK) == Unavailable(
        f"the close of {day_of(-BACK)} of M1 and M2 is not known"
    )


def test_a_future_is_not_listed_anew_on_the_day_on_which_it_settles() -> None:
    """On the morning of its settlement a contract is out of the curve."""
    settles = LISTED[0].expiry
    assert settles is not None
    assert LISTED[0] not in note_contracts(CurveState(), LISTED, settles).contracts
    assert LISTED[0] in note_contracts(CurveState(), LISTED, settles - timedelta(days=1)).contracts


def test_a_future_is_followed_until_it_has_left_the_window() -> None:
    """A settled future is kept while a session before its settlement is, and an undated one never."""
    undated = Instrument(kind=Kind.FUTURE, symbol="VIX", exchange="CFE", trading_class="VX")
    curve = CurveState()
    for n in range(12):
        curve = note_session(note_contracts(curve, (undated, *LISTED), day_of(n)), day_of(n), BACK)
        kept = LISTED[0] in curve.contracts
        assert kept == (n <= 3 + BACK)
    assert undated not in curve.contracts


def test_on_its_settlement_day_a_future_is_no_m1_of_a_past_bar() -> None:
    """The slope of that day is of the next two; a future without a day is none."""
    undated = Instrument(kind=Kind.FUTURE, symbol="VIX", exchange="CFE", trading_class="VX")
    settles = LISTED[0].expiry
    assert settles is not None
    curve = CurveState(contracts=(undated, *LISTED[:3]))
    curve = note_prices(curve, settles, {f.key: 12.0 + n for n, f in enumerate(LISTED[:3])})
    slope = slope_on(curve, settles)
    assert isinstance(slope, Slope)
    assert (slope.m1_contract, slope.m2_contract) == (LISTED[1].key, LISTED[2].key)
