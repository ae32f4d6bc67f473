"""Whether a generated shock tells the story that a demonstration of the hedge needs."""

from collections.abc import Sequence
from itertools import pairwise

from simulator.market.process import GeneratedDay

_RSI_DAYS = 14
_CALM_SESSIONS = 4


def is_shock_story(days: Sequence[GeneratedDay], start: int) -> bool:
    """Melt-up in contango, a spike into backwardation, and calm after it.

    Overbought (RSI above 70) with the curve in contango on a close before the spike; SPX down 7 to 10 %, VIX
    above 30 and the curve in backwardation in it; afterwards, to the last day, at least four closes with
    RSI inside 40 to 60 and VIX not expanding.

    Args:
        days: Warm-up and story, in order; the story ends with the last one.
        start: Index of the first day of the story.
    """
    closes = [day.spx.close for day in days]
    relative = rsi(closes)
    played = range(start, len(days))
    trough = min(played, key=lambda at: closes[at])
    peak = max(range(start, trough + 1), key=lambda at: closes[at])
    fall = 1.0 - closes[trough] / closes[peak]
    spike = range(peak + 1, trough + 1)
    quiet_from = len(days)
    while quiet_from > trough + 1 and _quiet(days, relative, quiet_from - 1):
        quiet_from -= 1
    return (
        0.07 <= fall <= 0.10
        and any(relative[at] > 70.0 and _slope(days[at]) > 0.05 for at in range(start, peak + 1))
        and max((days[at].vix.close for at in spike), default=0.0) > 30.0
        and any(_slope(days[at]) < -0.05 for at in spike)
        and len(days) - quiet_from >= _CALM_SESSIONS
    )


def rsi(closes: Sequence[float]) -> list[float]:
    """Wilder's RSI over 14 closes ("New Concepts in Technical Trading Systems", 1978); 50 while undefined.

    The first average is the plain mean of the first 14 changes.
    """
    changes = [after - before for before, after in pairwise(closes)]
    gain = sum(max(change, 0.0) for change in changes[:_RSI_DAYS]) / _RSI_DAYS
    loss = sum(max(-change, 0.0) for change in changes[:_RSI_DAYS]) / _RSI_DAYS
    found = [50.0] * min(_RSI_DAYS, len(closes))
    for at in range(_RSI_DAYS, len(closes)):
        if at > _RSI_DAYS:
            change = changes[at - 1]
            gain += (max(change, 0.0) - gain) / _RSI_DAYS
            loss += (max(-change, 0.0) - loss) / _RSI_DAYS
        found.append(100.0 * gain / (gain + loss) if gain + loss > 0.0 else 50.0)
    return found


def is_expanding(levels: Sequence[float], at: int) -> bool:
    """VIX at 1.2 times the mean of the 20 closes before, or at 1.15 times the close three sessions ago."""
    mean = sum(levels[at - 20 : at]) / 20.0
    return levels[at] >= 1.20 * mean or levels[at] >= 1.15 * levels[at - 3]


def _quiet(days: Sequence[GeneratedDay], relative: Sequence[float], at: int) -> bool:
    levels = [day.vix.close for day in days[at - 20 : at + 1]]
    return 40.0 <= relative[at] <= 60.0 and not is_expanding(levels, 20)


def _slope(day: GeneratedDay) -> float:
    front, second = sorted(day.settlements)[:2]
    return day.settlements[second] - day.settlements[front]
