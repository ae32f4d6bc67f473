"""Black-76 on a smile for many options at once: the formulas of `black` and `smile`, column by column.

A chain is valued anew at every instant; a hundred options cost here what five cost one by one. The normal
distribution comes from `math.erfc` instead of QuantLib, which takes one number at a time; both are exact to
the last digits of a double, and a test holds the two ways to each other.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.market.model import Column, OptionColumns
from simulator.pricing.black import DAYS_PER_YEAR, Expiry
from simulator.pricing.smile import Smile

_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)
_SQRT_HALF = math.sqrt(0.5)


class Slice(NamedTuple):
    """One expiry at one moment: its forward and rates, its smile, and the volatility at its forward."""

    expiry: Expiry
    smile: Smile
    atm: float
    root_years: float


class Layout(NamedTuple):
    """Options by column; it stays while the same options are valued.

    Attributes:
        strikes: in points.
        signs: 1 for calls, -1 for puts.
        places: which slice each belongs to.
    """

    strikes: Column
    signs: Column
    places: npt.NDArray[np.intp]


def values(layout: Layout, slices: Sequence[Slice]) -> OptionColumns:
    """Value options, each on its slice; units as in `black.value`."""
    rows = np.array([_numbers(part) for part in slices]).T[:, layout.places]
    underlying, forward, half, hundredth, root, discount, density_scale, slope, decay_rate = rows[:9]
    carried, atm, atm_deviation, skew, curvature, low, high = rows[9:]
    strikes, signs = layout.strikes, layout.signs
    logs = np.log(strikes / forward)
    distance = logs / atm_deviation
    cap = np.where(distance < 0.0, low, high)
    x = cap * np.tanh(distance / cap)
    volatility = atm * (1.0 + skew * x + curvature * x * x)
    deviation = volatility * root
    d1 = 0.5 * deviation - logs / deviation
    itm, exercised = _normal(signs * np.array((d1, d1 - deviation)))
    signed = discount * signs
    price = np.maximum(signed * (forward * itm - strikes * exercised), 0.0)
    density = density_scale * np.exp(-0.5 * d1 * d1)
    delta = signed * itm * slope
    decay = half * density * volatility / root + carried * delta
    gamma = density * slope * slope / (forward * deviation)
    vega = hundredth * density * root
    theta = (decay_rate * price - decay) / DAYS_PER_YEAR
    return OptionColumns(np.array((price, volatility, delta, gamma, vega, theta, underlying)))


def _numbers(part: Slice) -> tuple[float, ...]:
    """What all options of an expiry share, products of it included."""
    expiry, smile = part.expiry, part.smile
    discount = math.exp(-expiry.rate * expiry.years)
    return (
        expiry.underlying,
        expiry.forward,
        0.5 * expiry.forward,
        0.01 * expiry.forward,
        part.root_years,
        discount,
        discount * _INV_SQRT_2PI,
        expiry.forward / expiry.underlying,
        expiry.rate,
        expiry.carry * expiry.underlying,
        part.atm,
        part.atm * part.root_years,
        smile.skew,
        smile.curvature,
        smile.cap_low,
        smile.cap_high,
    )


def _normal(columns: Column) -> Column:
    """The standard normal distribution function."""
    scaled = (-_SQRT_HALF * columns).ravel().tolist()
    return 0.5 * np.array(list(map(math.erfc, scaled))).reshape(columns.shape)
