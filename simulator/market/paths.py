"""One session minute by minute: seeded bridges through each day's open, high, low and close.

The closes and extremes are the data's; everything between them is modelled. SPX and VIX share the minutes
of their extremes, swapped, and anti-correlated shocks. VX futures and VVIX follow VIX from one day's end to
the next.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from simulator.market.model import Bar

# Correlation of the minute shocks of VIX with those of SPX. Modelled.
_CORRELATION = -0.8
# How often the high of a falling day comes first, and the low of a rising one. Modelled.
_TREND_ORDER = 0.8
# Elasticity of a VX future to VIX: exp(-days / 120), near what M1 to M6 did on 2018-02-05 (0.98 to 0.27).
_ELASTICITY_DAYS = 120.0
VVIX_ELASTICITY = 0.45
# Slope of daily log changes of VIX3M on those of VIX, 2009-2019 (correlation 0.95).
VIX3M_ELASTICITY = 0.58
# The mean range of a Brownian path over its standard deviation, sqrt(8 / pi) (Feller, 1951).
RANGE_PER_DEVIATION = math.sqrt(8.0 / math.pi)


def stream(*parts: object) -> random.Random:
    """A random stream of its own for each name, the same on every machine and whatever was drawn before."""
    name = "/".join(str(part) for part in parts)
    return random.Random(name)  # noqa: S311 - a reproducible path, no secret


class Band(NamedTuple):
    """Within which levels a stretch of path stays, and the standard deviation of its steps, in points."""

    low: float
    high: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPaths:
    """SPX and VIX in points at each minute of a session: first the open, last the close."""

    spx: tuple[float, ...]
    vix: tuple[float, ...]


def index_paths(seed: int, spx: Bar, vix: Bar, minutes: int) -> IndexPaths:
    """Both paths of one day, a function of the seed and the two bars alone.

    Args:
        seed: The play's seed.
        spx: The day's SPX bar.
        vix: The same day's VIX bar.
        minutes: Length of the session, at least 3.
    """
    low_at, high_at = _turns(seed, spx, minutes)
    spx_shocks, vix_shocks = minute_shocks(seed, spx.day, minutes)
    return IndexPaths(
        spx=bridge(spx, spx_shocks, low_at=low_at, high_at=high_at),
        vix=bridge(vix, vix_shocks, low_at=high_at, high_at=low_at),
    )


def minute_shocks(seed: int, day: date, minutes: int) -> tuple[list[float], list[float]]:
    """Standard normals of SPX and VIX for each minute of a day, opposed to each other."""
    common = stream(seed, day, "SPX")
    own = stream(seed, day, "VIX")
    rest = math.sqrt(1.0 - _CORRELATION**2)
    spx = [common.gauss(0.0, 1.0) for _ in range(minutes)]
    return spx, [_CORRELATION * shock + rest * own.gauss(0.0, 1.0) for shock in spx]


def bridge(bar: Bar, shocks: list[float], *, low_at: int, high_at: int) -> tuple[float, ...]:
    """A path that starts at the open, ends at the close, touches high and low, and stays between them.

    Brownian bridges between those points, folded back at the extremes and rounded to the cent.

    Args:
        bar: Open, high, low and close in points, with low <= open, close <= high.
        shocks: One standard normal per minute.
        low_at: Minute of the low, unless the open or the close is the low; within 1 .. len(shocks) - 1.
        high_at: The same for the high; another minute than `low_at`.

    Returns:
        len(shocks) + 1 values in points.
    """
    last = len(shocks)
    fixed = {0: bar.open, last: bar.close}
    if bar.low < min(bar.open, bar.close):
        fixed[low_at] = bar.low
    if bar.high > max(bar.open, bar.close):
        fixed[high_at] = bar.high
    deviation = (bar.high - bar.low) / (RANGE_PER_DEVIATION * math.sqrt(last))
    return join(fixed, shocks, lambda _start, _stop: Band(bar.low, bar.high, deviation))


def join(
    fixed: Mapping[int, float], shocks: Sequence[float], band: Callable[[int, int], Band]
) -> tuple[float, ...]:
    """Brownian bridges between fixed points.

    Args:
        fixed: Level by minute, in points; minute 0 and minute len(shocks) among them.
        shocks: One standard normal per minute.
        band: Range and deviation of the stretch between two neighbouring fixed minutes.

    Returns:
        len(shocks) + 1 values in points.
    """
    path = [fixed[0]]
    for start, stop in pairwise(sorted(fixed)):
        low, high, deviation = band(start, stop)
        walk = [0.0]
        for shock in shocks[start:stop]:
            walk.append(walk[-1] + deviation * shock)
        span = stop - start
        for step in range(1, span):
            part = step / span
            value = fixed[start] + (fixed[stop] - fixed[start]) * part + walk[step] - part * walk[-1]
            path.append(_fold(value, low, high))
        path.append(fixed[stop])
    return tuple(path)


def elasticity(expiry: date, day: date) -> float:
    """Relative move of a VX future per relative move of VIX, from 1 at settlement towards 0."""
    return math.exp(-max((expiry - day).days, 0) / _ELASTICITY_DAYS)


def follow(before: float, after: float, share: float, driver: float, power: float) -> float:
    """A level on its way from yesterday's end to today's, taking part in the driver's detours.

    Args:
        before: The level at the previous close.
        after: The level at today's close.
        share: Part of the session that has passed, 0 to 1.
        driver: VIX over its own even (geometric) way from yesterday's close to today's.
        power: Elasticity to the driver.
    """
    return float(before ** (1.0 - share) * after**share * driver**power)


def _turns(seed: int, spx: Bar, minutes: int) -> tuple[int, int]:
    """Minutes of the SPX low and high."""
    draws = stream(seed, spx.day, "turns")
    early, late = sorted(draws.sample(range(1, minutes), 2))
    with_trend = draws.random() < _TREND_ORDER
    high_first = (spx.close < spx.open) == with_trend
    return (late, early) if high_first else (early, late)


def _fold(value: float, low: float, high: float) -> float:
    span = high - low
    if span <= 0.0:
        return low
    offset = (value - low) % (2.0 * span)
    folded = low + (offset if offset <= span else 2.0 * span - offset)
    return min(max(round(folded, 2), low), high)
