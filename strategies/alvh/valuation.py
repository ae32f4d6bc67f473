"""Whether stocks are dear: the S&P 500's trailing P/E against all of its history known by now."""

from statistics import median

from strategies.core.macro import Series, latest, points
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable


def pe_elevated(turn: Turn) -> bool | Unavailable:
    """Return whether the newest P/E is above the median of every P/E released by now, its own among them."""
    newest = latest(turn, Series.PE)
    if isinstance(newest, Unavailable):
        return newest
    return newest > median(point.value for point in points(turn, Series.PE) if point.value is not None)
