"""The book's beta on SPX, CAPM: covariance of daily returns over the variance of SPX's, 252 sessions.

The state is bounded: the returns of the window, the betas of one year, and the last levels.
"""

from msgspec import structs

from strategies.alvh.quantiles import median
from strategies.core.beta_state import BetaState
from strategies.core.gate_rules import BetaTiltRules
from strategies.core.unavailable import Unavailable


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
    returns = (*state.returns, (book_usd / state.book_usd - 1.0, spx / state.spx - 1.0))
    after = structs.replace(after, returns=returns[-rules.beta_sessions :])
    beta = book_beta(after, rules)
    if isinstance(beta, Unavailable):
        return after
    return structs.replace(after, betas=(*state.betas, beta)[-rules.median_sessions :])


def book_beta(state: BetaState, rules: BetaTiltRules) -> float | Unavailable:
    """Return the slope of the book's returns on SPX's over the window."""
    count = len(state.returns)
    if count < rules.beta_sessions:
        return Unavailable(f"{count} returns of the book, beta needs {rules.beta_sessions}")
    book_mean = sum(book for book, _ in state.returns) / count
    spx_mean = sum(spx for _, spx in state.returns) / count
    variance = sum((spx - spx_mean) ** 2 for _, spx in state.returns)
    if variance <= 0.0:
        return Unavailable("SPX did not move")
    return sum((book - book_mean) * (spx - spx_mean) for book, spx in state.returns) / variance


def book_beta_median(state: BetaState, rules: BetaTiltRules) -> float | Unavailable:
    """Return the median of the betas of one year."""
    return median(state.betas, rules.median_sessions)
