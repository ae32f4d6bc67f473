"""The book's beta, kept incrementally."""

from itertools import pairwise
from statistics import linear_regression, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.beta import add_session, book_beta, book_beta_median
from strategies.core.beta_state import BetaState
from strategies.core.gate_rules import BetaTiltRules
from strategies.core.unavailable import Unavailable

RULES = BetaTiltRules(beta_sessions=20, median_sessions=20)
LEVELS = st.lists(
    st.tuples(st.floats(90.0, 110.0), st.floats(2000.0, 3000.0)),
    min_size=45,
    max_size=55,
    unique_by=lambda x: x[1],
)


def fold(levels: list[tuple[float | None, float | None]]) -> BetaState:
    """Return the state after these closes of (book, SPX)."""
    state = BetaState()
    for book, spx in levels:
        state = add_session(state, book_usd=book, spx=spx, rules=RULES)
    return state


def slope(levels: list[tuple[float, float]]) -> float:
    """Return the regression of the book's daily returns on SPX's."""
    returns = [(b / a - 1, d / c - 1) for (a, c), (b, d) in pairwise(levels)]
    return linear_regression([spx for _, spx in returns], [book for book, _ in returns]).slope


@settings(derandomize=True, deadline=None, max_examples=40)
@given(levels=LEVELS)
def test_beta_and_its_median_equal_a_regression_over_the_window(levels: list[tuple[float, float]]) -> None:
    """The slope of the last 20 returns, and the median of the last 20 such slopes; nothing older stays."""
    state = fold([*levels])
    assert book_beta(state, RULES) == pytest.approx(slope(levels[-21:]), rel=1e-6, abs=1e-9)
    betas = [slope(levels[end - 21 : end]) for end in range(len(levels) - 19, len(levels) + 1)]
    assert book_beta_median(state, RULES) == pytest.approx(median(betas), rel=1e-6, abs=1e-9)
    assert len(state.returns) == len(state.betas) == 20


def test_a_beta_needs_its_window() -> None:
    """20 returns are 21 closes; the median needs 20 betas."""
    levels = [(100.0 + n % 3, 2000.0 + n % 5) for n in range(40)]
    assert fold([*levels[:20]]).betas == ()
    assert book_beta(fold([*levels[:20]]), RULES) == Unavailable("19 returns of the book, beta needs 20")
    assert isinstance(book_beta(fold([*levels[:21]]), RULES), float)
    assert book_beta_median(fold([*levels[:39]]), RULES) == Unavailable("19 past values, 20 are needed")
    assert isinstance(book_beta_median(fold([*levels]), RULES), float)


@pytest.mark.parametrize("gap", [(None, 2000.0), (100.0, None), (0.0, 2000.0), (100.0, 0.0)])
def test_no_return_reaches_over_a_gap(gap: tuple[float | None, float | None]) -> None:
    """A close that is missing, or is none, makes no return and ends the one that would follow."""
    state = fold([(100.0, 2000.0), (101.0, 2010.0), gap, (150.0, 3000.0)])
    assert len(state.returns) == 1
    over = fold([(101.0, 2010.0), gap])
    assert (over.book_usd, over.spx) == (None, None)
    state = add_session(state, book_usd=151.5, spx=3030.0, rules=RULES)
    assert state.returns[-1] == pytest.approx((0.01, 0.01))


def test_a_level_below_one_is_a_level() -> None:
    """A book of cents and an index in other units have returns like any other."""
    assert fold([(0.5, 0.25), (0.75, 0.5)]).returns == ((0.5, 1.0),)


def test_an_index_that_stands_still_has_no_beta() -> None:
    """Nothing is divided by zero."""
    state = fold([(100.0 + n, 2000.0) for n in range(30)])
    assert book_beta(state, RULES) == Unavailable("SPX did not move")
    assert state.betas == ()


def test_an_index_that_comes_to_rest_has_no_beta_left() -> None:
    """What rounding leaves in the sums once the window holds no move is not taken for one."""
    moving: list[tuple[float | None, float | None]] = [
        (100.0 + n % 7, 2000.0 + 13.7 * (n % 5)) for n in range(60)
    ]
    state = fold([*moving, *[(100.0 + n, 2027.4) for n in range(25)]])
    assert book_beta(state, RULES) == Unavailable("SPX did not move")
