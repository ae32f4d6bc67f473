"""The modelled VIX option surface: Black-76 on the VIX future of the same settlement date.

VVIX is the replicated volatility of VIX options 30 days ahead, interpolated between the two listed expiries
around them. Tenors follow T^-0.42, because a far future moves less than a near one; the power was set to the
strategy's worked example (2018-03-21 16 call about 0.67 on 2018-01-22 with F 12.475). The upward smile has
the shape of the VXX boards of December 2016, 7 to 770 days: steep to two months (volatility at 25, 10 delta
1.25 and 1.5 times that at the money), flatter beyond (1.16 and 1.23 at half a year, next to nothing at two),
so its skew falls with the tenor, as fast as total variance that never falls allows:

    skew(T) = 0.385 / (1 + (T / 132 days)^0.71)

There are no VIX option quotes behind this: every value is modelled.
"""

import math

from simulator.pricing.black import Expiry
from simulator.pricing.replication import atm_share
from simulator.pricing.smile import Smile
from simulator.pricing.spx import RATE

_SKEW, _SKEW_YEARS, _SKEW_POWER = 0.385, 132.0 / 365.0, 0.71
_CURVATURE, _CAP_LOW, _CAP_HIGH = 0.011, 2.0, 1.5

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


def smile_at(years: float) -> Smile:
    """The smile's shape at a tenor.

    Args:
        years: Time to expiry in years of 365 days, positive.
    """
    skew = _SKEW / (1.0 + float((years / _SKEW_YEARS) ** _SKEW_POWER))
    return Smile(skew=skew, curvature=_CURVATURE, cap_low=_CAP_LOW, cap_high=_CAP_HIGH)


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
    return volatility * atm_share(smile_at(years), volatility * math.sqrt(years))


def vvix_from_vix(vix: float) -> float:
    """Stand-in for a VVIX not known: 90 x (VIX / 18)^0.4, near its median of 2007-2019. Modelled."""
    return 90.0 * float((vix / 18.0) ** 0.4)


def _total_variance(years: float) -> float:
    """Replicated variance x years, in units that cancel."""
    return years * float((max(years, _SHORTEST_YEARS) / _THIRTY_DAYS) ** (2.0 * _TENOR_POWER))
