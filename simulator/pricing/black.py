"""Black-76 value and sensitivities of a European option on a forward.

Price and delta come from QuantLib's `blackFormula` and `blackFormulaAssetItmProbability`; gamma, vega and
theta follow from the normal density at d1 (Black, "The pricing of commodity contracts", 1976), because a
`BlackCalculator` object per value costs four times as much. A test holds the two to each other.
"""

import math
from typing import NamedTuple

import QuantLib as ql  # noqa: N813 - its customary name

from simulator.market.model import OptionValue

DAYS_PER_YEAR = 365.0

RIGHTS = ("C", "P")

_TYPES = {"C": ql.Option.Call, "P": ql.Option.Put}
_SIGNS = {"C": 1.0, "P": -1.0}
_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


class Expiry(NamedTuple):
    """What all options of one expiry share at one moment.

    Attributes:
        underlying: What delta refers to, in points: the spot, or the future itself.
        forward: Forward price for the expiry, in points.
        years: Time to expiry in years of 365 days, positive.
        rate: Continuously compounded discount rate, as a fraction a year.
        carry: Growth rate of the forward over the underlying a year; 0 where the underlying is a future.
    """

    underlying: float
    forward: float
    years: float
    rate: float
    carry: float


def value(expiry: Expiry, strike: float, right: str, volatility: float) -> OptionValue:
    """Value one option.

    Args:
        expiry: The moment's forward, time and rates.
        strike: Strike in points, positive.
        right: "C" or "P".
        volatility: Annual Black volatility as a fraction, positive.

    Returns:
        Price, delta and gamma in points of the underlying, vega per vol point, theta per calendar day
        (the underlying and the volatility standing still).

    Raises:
        KeyError: `right` is neither "C" nor "P".
    """
    forward, years = expiry.forward, expiry.years
    root = math.sqrt(years)
    deviation = volatility * root
    discount = math.exp(-expiry.rate * years)
    kind = _TYPES[right]
    price = ql.blackFormula(kind, strike, forward, deviation, discount)
    itm = ql.blackFormulaAssetItmProbability(kind, strike, forward, deviation)
    d1 = math.log(forward / strike) / deviation + 0.5 * deviation
    density = discount * _INV_SQRT_2PI * math.exp(-0.5 * d1 * d1)
    slope = forward / expiry.underlying
    delta = _SIGNS[right] * discount * itm * slope
    decay = 0.5 * forward * density * volatility / root + expiry.carry * expiry.underlying * delta
    return OptionValue(
        price=price,
        implied_vol=volatility,
        delta=delta,
        gamma=density * slope * slope / (forward * deviation),
        vega=0.01 * forward * density * root,
        theta=(expiry.rate * price - decay) / DAYS_PER_YEAR,
        underlying=expiry.underlying,
    )
