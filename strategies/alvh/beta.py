"""The book's beta on SPX, CAPM: covariance of daily returns over the variance of SPX's, 252 sessions.

Kept by sums over the window, so that a close costs the same however long the window is. The state is bounded:
the returns of the window, the betas of one year, and the last levels.
"""

from msgspec import structs

from strategies.alvh.quantiles import median
from strategies.core.beta_state import BetaState, ReturnSums
from strategies.core.gate_rules import BetaTiltRules
from strategies.core.unavailable import Unavailable

# Variance of daily returns below which the index did not move; what rounding leaves in the sums is far less.
_VARIANCE_MIN = 1e-14


def add_session(
    state: BetaState, *, book_usd: float | None, spx: float | None, rules: BetaTiltRules
) -> BetaState:
    """Return the state after one more close.

    Args:
        state: before it.
        book_usd: the book's equity; None where it is not known, and then no return reaches over the gap.
        spx: the index's close (points); None likewise.
        rules: the windows.
    """
    if book_usd is None or spx is None or book_usd <= 0.0 or spx <= 0.0:
        return structs.replace(state, book_usd=None, spx=None)
    after = structs.replace(state, book_usd=book_usd, spx=spx)
    if state.book_usd is None or state.spx is None:
        return after
    pair = (book_usd / state.book_usd - 1.0, spx / state.spx - 1.0)
    dropped = (*state.returns, pair)[: -rules.beta_sessions]
    sums = _with(state.sums, pair, 1.0)
    for old in dropped:
        sums = _with(sums, old, -1.0)
    after = structs.replace(after, returns=(*state.returns[len(dropped) :], pair), sums=sums)
    beta = book_beta(after, rules)
    if isinstance(beta, Unavailable):
        return after
    return structs.replace(after, betas=(*state.betas, beta)[-rules.median_sessions :])


def _with(sums: ReturnSums, pair: tuple[float, float], sign: float) -> ReturnSums:
    book, spx = pair
    return ReturnSums(
        book=sums.book + sign * book,
        spx=sums.spx + sign * spx,
        cross=sums.cross + sign * book * spx,
        square=sums.square + sign * spx * spx,
    )


def book_beta(state: BetaState, rules: BetaTiltRules) -> float | Unavailable:
    """Return the slope of the book's returns on SPX's over the window."""
    count, sums = len(state.returns), state.sums
    if count < rules.beta_sessions:
        return Unavailable(f"{count} returns of the book, beta needs {rules.beta_sessions}")
    variance = sums.square / count - (sums.spx / count) ** 2
    if variance < _VARIANCE_MIN:
        return Unavailable("SPX did not move")
    return (sums.cross / count - sums.book * sums.spx / count**2) / variance


def book_beta_median(state: BetaState, rules: BetaTiltRules) -> float | Unavailable:
    """Return the median of the betas of one year."""
    return median(state.betas, rules.median_sessions)
