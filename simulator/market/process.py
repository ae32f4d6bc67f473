"""The seeded process behind generated days: SPX; VIX driven by it; the VX curve, VVIX and breadth.

    ln SPX:   r = drift + deviation x z
    ln VIX:   v = pull x (ln mean - ln VIX) - beta x r + crash beta x max(0, -r - 1.5 %) + noise x z
    VX(T):    ln F = ln L + (ln VIX - ln L) exp(-speed x T) + front x h(T),  front an AR(1)
    ln L:     keep x (ln L - ln curve mean) + curve beta x v + noise x z, around ln curve mean
    VVIX:     at 18 x (VIX / 18)^power x exp(e),  e an AR(1)
    breadth:  (advancing - declining) / (advancing + declining) = mean + beta x r + noise x z

h(T) = T/16d x exp(1 - T/16d): a future meets VIX at its settlement and forgets the front far out.
z are standard normals or Student variates scaled to unit variance. The extra term of VIX makes a fall of 4 %
about double it, as on 2018-02-05. The numbers are in a `Law`.
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from simulator.market.model import Bar
from simulator.market.regimes import Law
from simulator.market.tape import Breadth

CRASH_FROM = 0.015

_SPX_START, _VIX_START, _CURVE_START = 2400.0, 14.0, 17.5
_VIX_FLOOR, _VIX_CEILING = 8.5, 140.0
_SETTLE_NOISE, _SETTLE_TICK = 0.002, 0.025
_VVIX_AT = 18.0
_FRONT_DAYS = 16.0
# Parts of a day's move and deviation that make the gap at the open and the reach beyond open and close.
_GAP_OF_MOVE, _GAP_OF_DEVIATION, _REACH_OF_DEVIATION, _REACH_OF_MOVE = 0.3, 0.15, 0.4, 0.1
# NYSE issues that trade on a day, and the few of them that do not change.
_ISSUES, _UNCHANGED, _BREADTH_MOST = 3_200, 90, 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedDay:
    """One day's facts, in points."""

    spx: Bar
    vix: Bar
    vvix: float
    breadth: Breadth
    settlements: dict[date, float]


class Process:
    """Draws one day after another; the first days do not depend on how many follow.

    Args:
        draws: For SPX, VIX and the curve.
        beside: For tails, VVIX and breadth.
    """

    def __init__(self, draws: random.Random, beside: random.Random) -> None:
        self._draws = draws
        self._beside = beside
        self._spx = _SPX_START
        self._vix = _VIX_START
        self._curve = math.log(_CURVE_START)
        self._vvix_off = 0.0
        self._front = 0.0

    def day(self, day: date, law: Law, expiries: Iterable[date]) -> GeneratedDay:
        """The next day under a law, with settlements of the VX futures listed on it."""
        normal = self._draws.gauss
        move = law.drift + law.deviation * self._student(law.tail) * normal(0.0, 1.0)
        gap = _GAP_OF_MOVE * move + _GAP_OF_DEVIATION * law.deviation * normal(0.0, 1.0)
        reach = _REACH_OF_DEVIATION * law.deviation + _REACH_OF_MOVE * abs(move)
        above, below = abs(normal(0.0, reach)), abs(normal(0.0, reach))
        rise = law.vix_pull * math.log(law.vix_mean / self._vix) - law.vix_beta * move
        rise += law.vix_crash_beta * max(0.0, -move - CRASH_FROM)
        rise += law.vix_noise * self._student(law.vix_tail) * normal(0.0, 1.0)
        rise = min(max(rise, math.log(_VIX_FLOOR / self._vix)), math.log(_VIX_CEILING / self._vix))
        spx = _bar(day, self._spx, gap, move, above, below)
        beta = law.vix_beta
        vix = _bar(day, self._vix, _GAP_OF_MOVE * rise, rise, beta * below, beta * above)
        self._spx, self._vix = spx.close, vix.close
        mean = math.log(law.curve_mean)
        kept = law.curve_keep * (self._curve - mean) + law.curve_beta * rise
        self._curve = mean + kept + normal(0.0, law.curve_noise)
        self._front = law.front_mean + law.front_keep * (self._front - law.front_mean)
        self._front += self._beside.gauss(0.0, law.front_noise)
        settlements = {expiry: self._settle(expiry, day, law.curve_speed) for expiry in expiries}
        return GeneratedDay(
            spx=spx,
            vix=vix,
            vvix=self._vvix(law),
            breadth=self._breadth(day, law, move),
            settlements=settlements,
        )

    def _student(self, freedom: float) -> float:
        """What turns a standard normal into a Student variate of unit variance; 1 for `freedom` 0."""
        if freedom == 0.0:
            return 1.0
        return math.sqrt((freedom - 2.0) / self._beside.gammavariate(0.5 * freedom, 2.0))

    def _settle(self, expiry: date, day: date, speed: float) -> float:
        years = (expiry - day).days / 365.0
        level = self._curve + (math.log(self._vix) - self._curve) * math.exp(-speed * years)
        level += self._front * front_share((expiry - day).days)
        price = math.exp(level + self._draws.gauss(0.0, _SETTLE_NOISE))
        return round(round(price / _SETTLE_TICK) * _SETTLE_TICK, 3)

    def _vvix(self, law: Law) -> float:
        self._vvix_off = law.vvix_keep * self._vvix_off + self._beside.gauss(0.0, law.vvix_noise)
        usual = law.vvix_at_18 * float((self._vix / _VVIX_AT) ** law.vvix_power)
        return round(usual * math.exp(self._vvix_off), 2)

    def _breadth(self, day: date, law: Law, move: float) -> Breadth:
        ratio = law.breadth_mean + law.breadth_beta * move + self._beside.gauss(0.0, law.breadth_noise)
        moved = _ISSUES - _UNCHANGED
        advancing = round(0.5 * moved * (1.0 + min(max(ratio, -_BREADTH_MOST), _BREADTH_MOST)))
        return Breadth(day=day, advancing=advancing, declining=moved - advancing, unchanged=_UNCHANGED)


def front_share(days: int) -> float:
    """How much of the front's distance from the curve a future of so many days has: h(T), at most 1."""
    part = days / _FRONT_DAYS
    return part * math.exp(1.0 - part)


def _bar(day: date, before: float, gap: float, move: float, above: float, below: float) -> Bar:
    """A bar from log moves: the gap at the open, the whole day's, and the reach beyond both."""
    opened = round(before * math.exp(gap), 2)
    close = round(before * math.exp(move), 2)
    high = round(max(opened, close) * math.exp(above), 2)
    low = round(min(opened, close) * math.exp(-below), 2)
    return Bar(day=day, open=opened, high=high, low=low, close=close, volume=0.0)
