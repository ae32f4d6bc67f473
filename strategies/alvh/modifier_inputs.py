"""What the modifiers read, made from macro points: pairs of series are matched by their day."""

import math
from collections.abc import Sequence
from itertools import pairwise

from strategies.core.macro_facts import Points
from strategies.core.unavailable import Unavailable


def values(points: Points) -> tuple[float, ...]:
    """Return the known values, oldest first."""
    return tuple(point.value for point in points if point.value is not None)


def mean_of_last(series: Sequence[float], count: int) -> float | Unavailable:
    """Return the mean of the newest `count` values; unavailable with fewer."""
    if len(series) < count:
        return Unavailable(f"{len(series)} values, the mean needs {count}")
    return math.fsum(series[-count:]) / count


def newest(series: Sequence[float], what: str) -> float | Unavailable:
    """Return the last value; unavailable where there is none."""
    return series[-1] if series else Unavailable(f"{what}: too few sessions")


def relative_returns_pct(cap: Points, equal: Points, sessions: int) -> tuple[float, ...]:
    """Return the return of `cap` less that of `equal` over so many sessions, percent, for each day with both.

    Args:
        cap: levels of the cap-weighted index, oldest first.
        equal: levels of the equal-weighted one.
        sessions: of each return, counted over the days that both series have.
    """
    other = {point.period: point.value for point in equal}
    pairs = [
        (point.value, level)
        for point in cap
        if point.value is not None and (level := other.get(point.period)) is not None
    ]
    return tuple(
        100.0 * (now[0] / then[0] - now[1] / then[1])
        for then, now in zip(pairs, pairs[sessions:], strict=False)
        if then[0] > 0.0 and then[1] > 0.0
    )


def variance_ratios(intraday: Points, closes: Points, sessions: int) -> tuple[float, ...]:
    """Return realised variance inside the day over close-to-close variance, each over so many sessions.

    Args:
        intraday: 5-minute realised variance of a session (a decimal square), oldest first.
        closes: closing levels; a session's return is the log of its close over the one before.
        sessions: of each ratio, counted over the days that both series have.
    """
    levels = [
        (point.period, point.value) for point in closes if point.value is not None and point.value > 0.0
    ]
    squares = {day: math.log(now / before) ** 2 for (_, before), (day, now) in pairwise(levels)}
    pairs = [
        (point.value, squares[point.period])
        for point in intraday
        if point.value is not None and point.period in squares
    ]
    ratios = []
    for end in range(sessions, len(pairs) + 1):
        window = pairs[end - sessions : end]
        daily = math.fsum(square for _, square in window)
        if daily > 0.0:
            ratios.append(math.fsum(realised for realised, _ in window) / daily)
    return tuple(ratios)
