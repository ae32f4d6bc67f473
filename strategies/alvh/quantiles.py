"""Medians and quartiles of a signal's own past, by linear interpolation (the default of most statistics)."""

import math
from collections.abc import Sequence

from strategies.core.unavailable import Unavailable


def quantile(values: Sequence[float], share: float, count_min: int = 1) -> float | Unavailable:
    """Return the value under which `share` (0 to 1) of the values lie.

    Unavailable with fewer than `count_min` values; interpolates linearly at position share x (n - 1).
    """
    if len(values) < max(count_min, 1):
        return Unavailable(f"{len(values)} past values, {max(count_min, 1)} are needed")
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def median(values: Sequence[float], count_min: int = 1) -> float | Unavailable:
    """Return the middle of the values; unavailable with fewer than `count_min`."""
    return quantile(values, 0.5, count_min)


def third_quartile(values: Sequence[float], count_min: int = 1) -> float | Unavailable:
    """Return the bound of the top quartile, which is what lies above it; as `median`."""
    return quantile(values, 0.75, count_min)
