"""A day's path where bars inside it are known: through every bar's close, within every bar's range.

SPX goes by its own bars or by SPY's at the ratio of the two closes; VIX by its own, by VXX's, or against
SPX's. A stand-in moves VIX by a power of its own move, chosen so that the day's open is met. The day's open,
high, low and close stay those of the daily bar: high and low lie in the bars that went highest and lowest.
"""

import math
import random
from collections.abc import Sequence

from simulator.market.intraday import Guide, Leg
from simulator.market.model import Bar
from simulator.market.paths import (
    RANGE_PER_DEVIATION,
    Band,
    IndexPaths,
    index_paths,
    join,
    minute_shocks,
    stream,
)

# Power of VIX to a stand-in: as usual where the stand-in hardly moves from open to close, and its bounds.
_VXX_POWER, _VXX_LEAST, _VXX_MOST = 2.0, 1.0, 4.0
_SPX_POWER, _SPX_LEAST, _SPX_MOST = -6.0, -15.0, -3.0
_HARDLY = 0.003


def spx_legs(bar: Bar, guide: Guide) -> tuple[Leg, ...]:
    """The bars of SPX within a day, in points of SPX; empty where none are known."""
    if guide.spx or not guide.spy:
        return guide.spx
    ratio = bar.close / guide.spy[-1].close
    return tuple(Leg(leg.start, leg.stop, *(ratio * price for price in leg[2:])) for leg in guide.spy)


def vix_legs(bar: Bar, guide: Guide) -> tuple[Leg, ...]:
    """The bars of VIX within a day, in points; empty where nothing is known."""
    if guide.vix:
        return guide.vix
    if guide.vxx:
        return _raised(bar, guide.vxx, (_VXX_POWER, _VXX_LEAST, _VXX_MOST))
    return _raised(bar, guide.spx or guide.spy, (_SPX_POWER, _SPX_LEAST, _SPX_MOST))


def _raised(bar: Bar, legs: Sequence[Leg], powers: tuple[float, float, float]) -> tuple[Leg, ...]:
    """A stand-in's bars raised to the power that carries the day's open to its close.

    What a power within the bounds cannot carry is spread evenly over the day.
    """
    if not legs:
        return ()
    usual, least, most = powers
    start, end, last = legs[0].open, legs[-1].close, legs[-1].stop
    move = math.log(end / start)
    power = min(max(math.log(bar.close / bar.open) / move, least), most) if abs(move) > _HARDLY else usual
    rest = math.log(bar.open / bar.close) + power * move

    def level(price: float, minute: int) -> float:
        return bar.close * math.exp(power * math.log(price / end) + rest * (1.0 - minute / last))

    found = []
    for leg in legs:
        middle = (leg.start + leg.stop) // 2
        low, high = sorted((level(leg.high, middle), level(leg.low, middle)))
        opened, close = level(leg.open, leg.start), level(leg.close, leg.stop)
        found.append(
            Leg(leg.start, leg.stop, opened, max(high, opened, close), min(low, opened, close), close)
        )
    return tuple(found)


def guided_path(
    bar: Bar, legs: Sequence[Leg], shocks: list[float], draws: random.Random
) -> tuple[float, ...]:
    """The minutes of a day along its bars.

    Args:
        bar: The daily bar, kept exactly.
        legs: The bars inside it, ascending.
        shocks: One standard normal per minute of the session.
        draws: Where in their bars the day's high and low lie.

    Returns:
        len(shocks) + 1 values in points.
    """
    last = len(shocks)

    def kept(price: float) -> float:
        return min(max(round(price, 2), bar.low), bar.high)

    fixed = {leg.stop: kept(leg.close) for leg in legs if leg.stop < last}
    fixed |= {0: bar.open, last: bar.close}
    if bar.low < min(bar.open, bar.close):
        fixed[_inside(min(legs, key=lambda leg: leg.low), draws, fixed)] = bar.low
    if bar.high > max(bar.open, bar.close):
        fixed[_inside(max(legs, key=lambda leg: leg.high), draws, fixed)] = bar.high

    def band(start: int, stop: int) -> Band:
        """The range of the bar around a stretch, wide enough for the stretch's ends."""
        around = [leg for leg in legs if leg.start <= start and stop <= leg.stop]
        ends = (fixed[start], fixed[stop])
        if not around:
            return Band(min(ends), max(ends), 0.0)
        leg = around[0]
        deviation = (leg.high - leg.low) / (RANGE_PER_DEVIATION * math.sqrt(leg.stop - leg.start))
        return Band(min(*ends, kept(leg.low)), max(*ends, kept(leg.high)), deviation)

    return join(fixed, shocks, band)


def _inside(leg: Leg, draws: random.Random, taken: dict[int, float]) -> int:
    """A minute strictly inside a bar that nothing is fixed at yet."""
    return draws.choice([minute for minute in range(leg.start + 1, leg.stop) if minute not in taken])


def guided_paths(seed: int, spx: Bar, vix: Bar, minutes: int, guide: Guide | None) -> IndexPaths:
    """Both paths of one day: along its bars where there are any, else free between the daily prices.

    Args:
        seed: The play's seed.
        spx: The day's SPX bar.
        vix: The same day's VIX bar.
        minutes: Length of the session, at least 3.
        guide: The bars inside the day.
    """
    free = index_paths(seed, spx, vix, minutes)
    spx_known, vix_known = (spx_legs(spx, guide), vix_legs(vix, guide)) if guide else ((), ())
    spx_shocks, vix_shocks = minute_shocks(seed, spx.day, minutes)
    draws = stream(seed, spx.day, "inside")
    return IndexPaths(
        spx=guided_path(spx, spx_known, spx_shocks, draws) if spx_known else free.spx,
        vix=guided_path(vix, vix_known, vix_shocks, draws) if vix_known else free.vix,
    )
