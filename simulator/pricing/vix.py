"""The modelled VIX option surface: Black-76 on the VIX future of the same settlement date.

The at-the-money level is a share of VVIX that declines with tenor as T^-0.3, because a far future moves less
than a near one; the smile slopes upward. The three constants were set so that the strategy's worked example
comes out: 2018-03-21 16 call about 0.67 on 2018-01-22 with F 12.475, and the May 2018 call nearest 0.30 delta
at strike 20 on 2018-01-29 with F 14.675. There are no VIX option quotes behind this: every value is modelled.
"""

from simulator.pricing.black import Expiry
from simulator.pricing.smile import Smile
from simulator.pricing.spx import RATE

SMILE = Smile(skew=0.18, curvature=0.02, cap_low=1.5, cap_high=4.0)

_THIRTY_DAYS = 30.0 / 365.0
# Below five days the power law would run away.
_SHORTEST_YEARS = 5.0 / 365.0
_ATM_SHARE_OF_VVIX = 0.927
_TENOR_POWER = -0.3


def expiry_at(future: float, years: float) -> Expiry:
    """Forward and rates of a VIX expiry.

    Args:
        future: The VIX future of the same settlement date, in points.
        years: Time to expiry in years of 365 days, positive.
    """
    return Expiry(underlying=future, forward=future, years=years, rate=RATE, carry=0.0)


def atm_volatility(vvix: float, years: float) -> float:
    """At-the-money volatility of the future as a fraction a year.

    Args:
        vvix: VVIX in points, positive.
        years: Time to expiry in years of 365 days, positive.
    """
    tenor = max(years, _SHORTEST_YEARS) / _THIRTY_DAYS
    return 0.01 * _ATM_SHARE_OF_VVIX * vvix * float(tenor**_TENOR_POWER)


def vvix_from_vix(vix: float) -> float:
    """Stand-in for a VVIX not known: 90 x (VIX / 18)^0.4, near its median of 2007-2019. Modelled."""
    return 90.0 * float((vix / 18.0) ** 0.4)
