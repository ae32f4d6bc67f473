"""Last step of an estimate: move three numbers until simulated spans agree with the real ones.

A short span tells a regression little of VIX's and the curve's long-run levels, and of how many of VIX's
moves are its own. So VIX's level is scaled until the mean VIX of simulated spans is the real mean, its noise
until the correlation with SPX is, and the curve's level until the share of sessions in backwardation is (the
method of simulated moments; McFadden, 1989). Same spans, same numbers: seeds are fixed.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import chain

from msgspec.structs import replace

from simulator.market.paths import stream
from simulator.market.process import Process
from simulator.market.regimes import LEAD_IN_SESSIONS, Estimate
from simulator.market.spans import Moments, Observation, log_change, moments

_RUNS = 60
_ROUNDS = 7
# A span cannot tell a number farther off than this, as a factor of the regression's.
_REACH = 1.5
# The numbers in the order they are moved, the moment of each, and whether it rises with the number.
_STEPS = (
    ("vix_mean", "vix_level", True),
    ("vix_noise", "correlation", True),
    ("curve_mean", "backwardation", False),
)

_Span = Sequence[Observation]


def agree(start: Estimate, spans: Sequence[_Span]) -> Estimate:
    """The estimate with the three numbers moved.

    Args:
        start: The regressions' result.
        spans: The real sessions.
    """
    real = moments(list(chain.from_iterable(spans)))
    found = start
    for number, moment, rising in _STEPS:
        base, wanted = getattr(found.law, number), getattr(real, moment)
        low, high = 1.0 / _REACH, _REACH
        for _ in range(_ROUNDS):
            middle = (low * high) ** 0.5
            found = replace(found, law=replace(found.law, **{number: base * middle}))
            too_low = (getattr(simulate(found, spans), moment) < wanted) == rising
            low, high = (middle, high) if too_low else (low, middle)
    return found


def simulate(estimate: Estimate, spans: Sequence[_Span]) -> Moments:
    """The mean moments of simulated spans, as long as the real ones and with futures of the same tenors."""
    runs = [_run(estimate, spans, run) for run in range(_RUNS)]
    return Moments(*(sum(values) / _RUNS for values in zip(*runs, strict=True)))


def _run(estimate: Estimate, spans: Sequence[_Span], run: int) -> Moments:
    days: list[Observation] = []
    for number, span in enumerate(spans):
        names = ("simulated moments", run, number)
        process = Process(stream(*names), stream(*names, "beside"))
        for back in range(LEAD_IN_SESSIONS, 0, -1):
            before = process.day(span[0].day - timedelta(days=back), estimate.lead_in, ())
        for real in span:
            tenors = [days for days, _ in real.futures[:2]]
            expiries = [real.day + timedelta(days=days) for days in tenors]
            day = process.day(real.day, estimate.law, expiries)
            settles = [day.settlements[expiry] for expiry in expiries]
            days.append(
                Observation(
                    day=real.day,
                    spx_return=log_change(before.spx.close, day.spx.close),
                    vix_before=before.vix.close,
                    vix=day.vix.close,
                    vvix=day.vvix,
                    breadth=day.breadth.ratio,
                    futures=tuple(zip(tenors, settles, strict=True)),
                )
            )
            before = day
    return moments(days)
