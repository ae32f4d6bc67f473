"""The seeded process behind generated days: SPX, VIX driven by it, the VX curve and VVIX driven by VIX.

    ln SPX:  r = drift + deviation x z
    ln VIX:  pull x (ln mean - ln VIX) - 5 r + 20 max(0, -r - 1.5 %) + 2.5 % x z
    VX(T):   ln F = ln L + (ln VIX - ln L) exp(-2.2 T),  ln L an AR(1) around ln 17.5
    VVIX:    85 x (VIX / 13)^0.45

The extra term makes a fall of 4 % about double VIX, as on 2018-02-05. All modelled.
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from simulator.market.model import Bar
from simulator.market.regimes import Phase

_SPX_START, _VIX_START = 2400.0, 14.0
_VIX_FLOOR = 8.5
_BETA, _CRASH_BETA, _CRASH_FROM = 5.0, 20.0, 0.015
_VIX_NOISE = 0.025
_CURVE_MEAN, _CURVE_SPEED, _CURVE_KEEP, _CURVE_NOISE = 17.5, 2.2, 0.95, 0.006
_SETTLE_NOISE, _SETTLE_TICK = 0.002, 0.025
_VVIX_MEAN, _VVIX_AT, _VVIX_POWER = 85.0, 13.0, 0.45
# Parts of a day's move and deviation that make the gap at the open and the reach beyond open and close.
_GAP_OF_MOVE, _GAP_OF_DEVIATION, _REACH_OF_DEVIATION, _REACH_OF_MOVE = 0.3, 0.15, 0.4, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedDay:
    """One day's facts, in points."""

    spx: Bar
    vix: Bar
    vvix: float
    settlements: dict[date, float]


class Process:
    """Draws one day after another; the first days do not depend on how many follow."""

    def __init__(self, draws: random.Random) -> None:
        self._draws = draws
        self._spx = _SPX_START
        self._vix = _VIX_START
        self._curve = math.log(_CURVE_MEAN)

    def day(self, day: date, law: Phase, expiries: Iterable[date]) -> GeneratedDay:
        """The next day under a law, with settlements of the VX futures listed on it."""
        normal = self._draws.gauss
        move = law.drift + law.deviation * normal(0.0, 1.0)
        gap = _GAP_OF_MOVE * move + _GAP_OF_DEVIATION * law.deviation * normal(0.0, 1.0)
        reach = _REACH_OF_DEVIATION * law.deviation + _REACH_OF_MOVE * abs(move)
        above, below = abs(normal(0.0, reach)), abs(normal(0.0, reach))
        rise = law.vix_pull * math.log(law.vix_mean / self._vix) - _BETA * move
        rise += _CRASH_BETA * max(0.0, -move - _CRASH_FROM) + _VIX_NOISE * normal(0.0, 1.0)
        spx = _bar(day, self._spx, gap, move, above, below)
        rise = max(rise, math.log(_VIX_FLOOR / self._vix))
        vix = _bar(day, self._vix, _GAP_OF_MOVE * rise, rise, _BETA * below, _BETA * above)
        self._spx, self._vix = spx.close, vix.close
        long_run = math.log(_CURVE_MEAN)
        self._curve = long_run + _CURVE_KEEP * (self._curve - long_run) + normal(0.0, _CURVE_NOISE)
        settlements = {expiry: self._settle(expiry, day) for expiry in expiries}
        vvix = round(_VVIX_MEAN * (vix.close / _VVIX_AT) ** _VVIX_POWER, 2)
        return GeneratedDay(spx=spx, vix=vix, vvix=vvix, settlements=settlements)

    def _settle(self, expiry: date, day: date) -> float:
        years = (expiry - day).days / 365.0
        level = self._curve + (math.log(self._vix) - self._curve) * math.exp(-_CURVE_SPEED * years)
        price = math.exp(level + self._draws.gauss(0.0, _SETTLE_NOISE))
        return round(round(price / _SETTLE_TICK) * _SETTLE_TICK, 3)


def _bar(day: date, before: float, gap: float, move: float, above: float, below: float) -> Bar:
    """A bar from log moves: the gap at the open, the whole day's, and the reach beyond both."""
    opened = round(before * math.exp(gap), 2)
    close = round(before * math.exp(move), 2)
    high = round(max(opened, close) * math.exp(above), 2)
    low = round(min(opened, close) * math.exp(-below), 2)
    return Bar(day=day, open=opened, high=high, low=low, close=close, volume=0.0)
