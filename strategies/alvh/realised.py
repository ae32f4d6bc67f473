"""Realised volatility of the SPX, close to close, and VIX over it.

100 x sqrt(252 / n x sum of squared log returns) over the latest n returns, in percent a year: the convention
of variance swaps, without taking the mean off.
"""

import math
from itertools import pairwise

from strategies.core.market import Unavailable

_SESSIONS_PER_YEAR = 252


def keep(closes: tuple[float, ...], close: float, sessions: int) -> tuple[float, ...]:
    """Return the closes that the window of `sessions` returns needs, oldest first (index points)."""
    return (*closes, close)[-sessions - 1 :]


def realised_vol(closes: tuple[float, ...], sessions: int) -> float | Unavailable:
    """Return the realised volatility (percent a year) of the latest `sessions` returns."""
    if len(closes) <= sessions:
        return Unavailable("fewer closes than realised volatility needs")
    window = closes[-sessions - 1 :]
    squares = math.fsum(math.log(later / earlier) ** 2 for earlier, later in pairwise(window))
    if squares == 0.0:
        return Unavailable("no change over the whole window of realised volatility")
    return 100.0 * math.sqrt(_SESSIONS_PER_YEAR / sessions * squares)


def vix_over(vix: float | Unavailable, realised: float | Unavailable) -> float | Unavailable:
    """Return VIX over realised volatility: above 1, options cost more than the index has moved."""
    if isinstance(vix, Unavailable):
        return Unavailable(f"VIX: {vix.reason}")
    return realised if isinstance(realised, Unavailable) else vix / realised
