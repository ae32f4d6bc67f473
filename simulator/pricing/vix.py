"""The modelled VIX option surface: Black-76 on the VIX future of the same settlement date.

VVIX is the replicated volatility of VIX options 30 days ahead, interpolated between the two listed expiries
around them. Tenors follow T^-0.42, because a far future moves less than a near one; the power was set to the
strategy's worked example (2018-03-21 16 call about 0.67 on 2018-01-22 with F 12.475). The upward smile has
the shape of the VXX boards of December 2016, tenors of 7 to 200 days: volatility at 25 and 10 delta 1.16 to
1.25 and 1.23 to 1.52 times that at the money. There are no VIX option quotes behind this: every value is
modelled.
"""

import math

from simulator.pricing.black import Expiry
from simulator.pricing.replication import atm_share
from simulator.pricing.smile import Smile
from simulator.pricing.spx import RATE

SMILE = Smile(skew=0.24, curvature=0.015, cap_low=2.0, cap_high=2.0)

_THIRTY_DAYS = 30.0 / 365.0
# Below five days the power law would run away.
_SHORTEST_YEARS = 5.0 / 365.0
_TENOR_POWER = -0.42


def expiry_at(future: float, years: float) -> Expiry:
    """Forward and rates of a VIX expiry.

    Args:
        future: The VIX future of the same settlement date, in points.
        years: Time to expiry in years of 365 days, positive.
    """
    return Expiry(underlying=future, forward=future, years=years, rate=RATE, carry=0.0)


def thirty_day_level(vvix: float, near_years: float, far_years: float) -> float:
    """The volatility of 30 days, in points, whose tenors give VVIX back by Cboe's interpolation.

    Args:
        vvix: VVIX in points, positive.
        near_years: Time to the expiry before the 30 days, in years of 365 days, positive.
        far_years: Time to the one after them (Cboe extrapolates where both are later).
    """
    near, far = (_total_variance(years) for years in (near_years, far_years))
    share = (_THIRTY_DAYS - near_years) / (far_years - near_years)
    return vvix * math.sqrt(_total_variance(_THIRTY_DAYS) / (near + (far - near) * share))


def replicated_volatility(level: float, years: float) -> float:
    """Square root of the replicated variance of a VIX expiry, as a fraction a year.

    Args:
        level: The volatility of 30 days in points, positive.
        years: Time to expiry in years of 365 days, positive.
    """
    tenor = max(years, _SHORTEST_YEARS) / _THIRTY_DAYS
    return 0.01 * level * float(tenor**_TENOR_POWER)


def atm_volatility(level: float, years: float) -> float:
    """At-the-money volatility of the future as a fraction a year.

    Args:
        level: The volatility of 30 days in points, positive.
        years: Time to expiry in years of 365 days, positive.
    """
    volatility = replicated_volatility(level, years)
    return volatility * atm_share(SMILE, volatility * math.sqrt(years))


def vvix_from_vix(vix: float) -> float:
    """Stand-in for a VVIX not known: 90 x (VIX / 18)^0.4, near its median of 2007-2019. Modelled."""
    return 90.0 * float((vix / 18.0) ** 0.4)


def _total_variance(years: float) -> float:
    """Replicated variance x years, in units that cancel."""
    return years * float((max(years, _SHORTEST_YEARS) / _THIRTY_DAYS) ** (2.0 * _TENOR_POWER))
