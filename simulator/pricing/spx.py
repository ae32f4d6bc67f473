"""The modelled SPX option surface: one number, the VIX of the moment, sets it all.

The level is such that the Cboe replication integral over the model's own 30-day options gives that VIX back
(within 0.5 points for VIX from 9 to 80, tested). Other tenors follow the mean of a mean-reverting variance:

    w(T) = theta + (w30 - theta) x g(T) / g(30 days),   g(T) = (1 - exp(-kappa T)) / (kappa T)

theta and kappa were set by eye to the VIX3M closes of 2011-2018 (12.99 when VIX was 11.03, 28.13 when 37.32);
skew and curvature so that the 45-day condor of 2018-01-22 in the strategy's worked example costs about 8.4.
"""

import math

from simulator.pricing.black import Expiry
from simulator.pricing.smile import Smile

# Constant rates a year, near the levels of 2018: modelled, they barely move a condor.
RATE = 0.015
DIVIDEND_YIELD = 0.019

SMILE = Smile(skew=-0.25, curvature=0.06, cap_low=4.0, cap_high=1.5)

_THIRTY_DAYS = 30.0 / 365.0
_KAPPA = 10.0
_LONG_RUN_VIX = 15.0
# At-the-money volatility over VIX: fitted so that the replication integral returns VIX (see above).
_ATM_SHARE = 0.8055
_ATM_SHARE_PER_POINT = -0.00047


def expiry_at(spot: float, years: float) -> Expiry:
    """Forward and rates of an SPX expiry.

    Args:
        spot: SPX in points.
        years: Time to expiry in years of 365 days, positive.
    """
    carry = RATE - DIVIDEND_YIELD
    return Expiry(
        underlying=spot, forward=spot * math.exp(carry * years), years=years, rate=RATE, carry=carry
    )


def atm_volatility(vix: float, years: float) -> float:
    """At-the-money volatility as a fraction a year; total variance rises with `years` for every VIX.

    Args:
        vix: VIX in points, positive.
        years: Time to expiry in years of 365 days, positive.
    """
    level = vix * vix
    # A long-run variance above twice today's would need negative forward variance at the front.
    long_run = min(_LONG_RUN_VIX**2, 2.0 * level)
    weight = _mean_decay(years) / _mean_decay(_THIRTY_DAYS)
    share = _ATM_SHARE + _ATM_SHARE_PER_POINT * vix
    return 0.01 * share * math.sqrt(long_run + (level - long_run) * weight)


def _mean_decay(years: float) -> float:
    return -math.expm1(-_KAPPA * years) / (_KAPPA * years)
