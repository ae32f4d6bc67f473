"""The modelled SPX option surface: VIX and VIX3M of the moment set it all.

Term structure: VIX and VIX3M are replicated variances over 30 and 93 days. Between and beyond them the
variance reverts to a mean (the mean over T of a mean-reverting variance):

    w(T) = theta + (w30 - theta) x g(T) / g(30 days),   g(T) = (1 - exp(-kappa T)) / (kappa T)

with theta such that w(93 days) is VIX3M squared, kept where variance stays positive at both ends (steeply
inverted curves, 10 days of 2009-2019, are flattened a little). Without a VIX3M its usual value beside VIX is
taken. Smile: quadratic in standardised moneyness, flatter per standard deviation the higher VIX is, since a
higher VIX means a more even distribution of moves (Cboe's SKEW index falls as VIX rises). Its level is such
that the replication integral over the model's own options of an expiry returns w(T): see `replication`.
The skew at a VIX of 18 and the curvature were chosen on the board of 2011-01-24; all else follows from the
day.
"""

import math
from typing import NamedTuple

from simulator.pricing.black import Expiry
from simulator.pricing.replication import atm_share
from simulator.pricing.smile import Smile

# Constant rates a year, near the levels of 2018: modelled, they barely move a condor.
RATE = 0.015
DIVIDEND_YIELD = 0.019

_CURVATURE, _CAP_LOW, _CAP_HIGH = 0.045, 5.0, 2.0
_SKEW, _SKEW_AT_VIX, _SKEW_POWER = -0.235, 18.0, 0.35
_SKEW_STEEPEST, _SKEW_FLATTEST = -0.32, -0.12
_VIX_YEARS, _VIX3M_YEARS = 30.0 / 365.0, 93.0 / 365.0
_KAPPA = 5.0
# Least theta, and least variance at T = 0, as a share of VIX squared.
_LEAST_SHARE = 0.05
# Regression of ln VIX3M on ln VIX, closes of 2009-09-18 to 2019-12-31; standard error 5.5 %.
_VIX3M_AT_1, _VIX3M_POWER = 1.944, 0.803


def _mean_decay(years: float) -> float:
    return -math.expm1(-_KAPPA * years) / (_KAPPA * years)


_VIX_DECAY, _VIX3M_DECAY = _mean_decay(_VIX_YEARS), _mean_decay(_VIX3M_YEARS)


class SpxSlice(NamedTuple):
    """What one expiry needs: its smile and the volatility at its forward, as a fraction a year."""

    smile: Smile
    atm: float


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


def usual_vix3m(vix: float) -> float:
    """VIX3M as it usually stands beside a VIX, both in points."""
    return _VIX3M_AT_1 * float(vix**_VIX3M_POWER)


class Surface(NamedTuple):
    """What all expiries share: the smile, and in squared points the 30-day variance and its mean theta."""

    smile: Smile
    near: float
    theta: float

    def replicated_volatility(self, years: float) -> float:
        """Square root of a tenor's replicated variance, a fraction a year; variance x years never falls."""
        reverted = (self.near - self.theta) * _mean_decay(years) / _VIX_DECAY
        return 0.01 * math.sqrt(self.theta + reverted)

    def at(self, years: float) -> SpxSlice:
        """One expiry, so many years of 365 days from now, more than none."""
        volatility = self.replicated_volatility(years)
        return SpxSlice(self.smile, volatility * atm_share(self.smile, volatility * math.sqrt(years)))


def surface(vix: float, vix3m: float | None) -> Surface:
    """The surface of a moment.

    Args:
        vix: VIX in points, positive.
        vix3m: VIX3M in points, positive; None where it is not known.
    """
    near = vix * vix
    far = (usual_vix3m(vix) if vix3m is None else vix3m) ** 2
    kept = _VIX3M_DECAY / _VIX_DECAY
    highest = near * (1.0 / _VIX_DECAY - _LEAST_SHARE) / (1.0 / _VIX_DECAY - 1.0)
    theta = min(max((far - kept * near) / (1.0 - kept), _LEAST_SHARE * near), highest)
    return Surface(smile_at(vix), near, theta)


def slice_at(vix: float, vix3m: float | None, years: float) -> SpxSlice:
    """One expiry of the surface of a moment; see `surface`."""
    return surface(vix, vix3m).at(years)


def smile_at(vix: float) -> Smile:
    """The smile's shape, the same for all expiries.

    Args:
        vix: VIX in points, positive.
    """
    skew = _SKEW * float((_SKEW_AT_VIX / vix) ** _SKEW_POWER)
    kept = min(max(skew, _SKEW_STEEPEST), _SKEW_FLATTEST)
    return Smile(skew=kept, curvature=_CURVATURE, cap_low=_CAP_LOW, cap_high=_CAP_HIGH)
