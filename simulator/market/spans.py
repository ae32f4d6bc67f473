"""Which real days stand for each regime, and what is observed on them."""

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from simulator.market.tape import Tape

# First and last day of each span. Chosen by name and by eye, before anything was estimated.
SPANS: dict[str, tuple[tuple[date, date], ...]] = {
    "calm": ((date(2017, 1, 3), date(2017, 12, 29)),),
    "melt-up": ((date(2013, 1, 2), date(2013, 5, 21)), (date(2017, 8, 21), date(2018, 1, 26))),
    "grind-down": ((date(2007, 10, 10), date(2008, 3, 10)), (date(2008, 5, 19), date(2008, 9, 12))),
    "shock": ((date(2018, 1, 22), date(2018, 2, 23)),),
    "crash": ((date(2008, 9, 15), date(2008, 12, 12)),),
    "plateau": ((date(2008, 12, 15), date(2009, 4, 30)),),
    "vol-crush": (
        (date(2011, 11, 28), date(2012, 3, 16)),
        (date(2016, 2, 12), date(2016, 4, 20)),
        (date(2018, 12, 26), date(2019, 4, 30)),
    ),
    "whipsaw": ((date(2010, 5, 4), date(2010, 8, 31)), (date(2011, 8, 1), date(2011, 12, 30))),
}


class Observation(NamedTuple):
    """One session: log changes since the session before, levels in points, futures by days to settlement."""

    day: date
    spx_return: float
    vix_before: float
    vix: float
    vvix: float | None
    breadth: float | None
    futures: tuple[tuple[int, float], ...]

    @property
    def vix_change(self) -> float:
        """Log change of VIX."""
        return log_change(self.vix_before, self.vix)

    @property
    def slope(self) -> float:
        """Second future less first, in points."""
        return self.futures[1][1] - self.futures[0][1]


_FUTURES = 6


def observe(tape: Tape, first: date, last: date) -> list[Observation]:
    """The sessions of a tape from `first` to `last`; a session needs a close before it."""
    found = []
    for bar in tape.spx.between(first, last):
        spx_before, vix_before, vix = tape.spx.before(bar.day), tape.vix.before(bar.day), tape.vix.at(bar.day)
        if spx_before is None or vix_before is None or vix is None:
            continue
        vvix, breadth = tape.vvix.at(bar.day), tape.breadth.at(bar.day)
        rows = ((expiry, tape.futures[expiry].at(bar.day)) for expiry in sorted(tape.futures))
        settled = [((expiry - bar.day).days, row.settle) for expiry, row in rows if row is not None]
        found.append(
            Observation(
                day=bar.day,
                spx_return=log_change(spx_before.close, bar.close),
                vix_before=vix_before.close,
                vix=vix.close,
                vvix=None if vvix is None else vvix.value,
                breadth=None if breadth is None else breadth.ratio,
                futures=tuple(settled[:_FUTURES]),
            )
        )
    return found


def log_change(before: float, after: float) -> float:
    """The logarithm of a ratio of two levels."""
    return math.log(after / before)


def deviation(values: Sequence[float]) -> float:
    """Standard deviation around the mean."""
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def kurtosis(values: Sequence[float]) -> float:
    """Fourth central moment over the squared variance; 3 for a normal distribution."""
    mean = sum(values) / len(values)
    fourth = sum((value - mean) ** 4 for value in values) / len(values)
    return fourth / deviation(values) ** 4


class Moments(NamedTuple):
    """What a regime is recognised by.

    Attributes:
        spx_deviation: Standard deviation of the daily log return of SPX.
        spx_kurtosis: Its kurtosis, 3 for a normal distribution.
        vix_level: Mean close of VIX, in points.
        correlation: Of the daily log changes of SPX and VIX.
        backwardation: Share of sessions with the second VX future under the first.
        vix_jump: 95th percentile of the daily log rise of VIX.
    """

    spx_deviation: float
    spx_kurtosis: float
    vix_level: float
    correlation: float
    backwardation: float
    vix_jump: float


def moments(days: Sequence[Observation]) -> Moments:
    """The moments of some sessions."""
    returns, changes = [day.spx_return for day in days], [day.vix_change for day in days]
    count = len(days)
    mean_return, mean_change = sum(returns) / count, sum(changes) / count
    together = (
        sum((r - mean_return) * (v - mean_change) for r, v in zip(returns, changes, strict=True)) / count
    )
    spread = deviation(returns)
    return Moments(
        spx_deviation=spread,
        spx_kurtosis=kurtosis(returns),
        vix_level=sum(day.vix for day in days) / count,
        correlation=together / (spread * deviation(changes)),
        backwardation=sum(day.slope < 0.0 for day in days) / count,
        vix_jump=sorted(changes)[math.ceil(0.95 * count) - 1],
    )
