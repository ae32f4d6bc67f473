"""The level of a smile: the at-the-money volatility at which a smile replicates a given variance.

The replication integral over all strikes, on which VIX and VVIX rest (Cboe, "Volatility Index Methodology"),
is a mean of squared volatilities under the normal density (Fukasawa, "The normalizing transformation of the
implied volatility smile", 2012):

    variance = integral of phi(z) vol(x(z))^2 dz,   z = -x / f(x) - s f(x) / 2,   s = atm x sqrt(T)

with f the smile in units of the at-the-money volatility. The ratio atm / sqrt(variance) is a smooth function
of the skew and of sqrt(variance x T) alone, so it is computed once at the nodes of a grid and interpolated.
"""

import math
from functools import lru_cache

from simulator.pricing.smile import Smile

_SKEW_STEP, _LOG_STEP = 0.01, 0.125
_LOWEST_DEVIATION = 1e-4
_REACH, _STEP = 30.0, 0.1
_NODES = tuple(_STEP * count for count in range(-round(_REACH / _STEP), round(_REACH / _STEP) + 1))
_SQRT_2PI = math.sqrt(2.0 * math.pi)
_ITERATIONS = 40
_TOLERANCE = 1e-10


def atm_share(smile: Smile, deviation: float) -> float:
    """At-the-money volatility over the square root of the replicated variance.

    Args:
        smile: The shape.
        deviation: sqrt(replicated variance a year x years), positive.
    """
    column, row = smile.skew / _SKEW_STEP, math.log(max(deviation, _LOWEST_DEVIATION)) / _LOG_STEP
    left, low = math.floor(column), math.floor(row)
    right_part, high_part = column - left, row - low
    caps = (smile.curvature, smile.cap_low, smile.cap_high)
    share = (1.0 - high_part) * _node(left, low, *caps) + high_part * _node(left, low + 1, *caps)
    if right_part == 0.0:
        return share
    beside = (1.0 - high_part) * _node(left + 1, low, *caps) + high_part * _node(left + 1, low + 1, *caps)
    return (1.0 - right_part) * share + right_part * beside


def replicated_variance(smile: Smile, atm_deviation: float) -> float:
    """The replicated variance in units of the squared at-the-money volatility.

    Args:
        smile: The shape.
        atm_deviation: At-the-money volatility x sqrt(years), positive.
    """
    total, half = 0.0, 0.5 * atm_deviation
    for level, slope, place, steepness in _shape(smile):
        z = place - half * level
        total += math.exp(-0.5 * z * z) * level * level * (steepness + half * slope)
    return total * _STEP / _SQRT_2PI


@lru_cache(maxsize=128)  # a grid's nodes of one skew are asked for together, and each of them several times
def _shape(smile: Smile) -> tuple[tuple[float, float, float, float], ...]:
    """What the integrand takes from a smile at each node: level, slope, and parts made of both."""
    found = []
    for x in _NODES:
        level, slope = smile.relative(x), smile.slope(x)
        found.append((level, slope, -x / level, 1.0 / level - x * slope / (level * level)))
    return tuple(found)


@lru_cache(maxsize=4096)
def _node(column: int, row: int, curvature: float, cap_low: float, cap_high: float) -> float:
    smile = Smile(skew=column * _SKEW_STEP, curvature=curvature, cap_low=cap_low, cap_high=cap_high)
    deviation = math.exp(row * _LOG_STEP)
    share = 0.8
    for _ in range(_ITERATIONS):
        better = 1.0 / math.sqrt(replicated_variance(smile, share * deviation))
        if abs(better - share) < _TOLERANCE:
            return better
        share = better
    return share
