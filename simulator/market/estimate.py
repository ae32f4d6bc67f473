"""`python -m simulator.market.estimate DIR`: estimate the regimes' numbers from real days in a data folder.

Writes regimes.json beside this file (or `--out FILE`): numbers derived from the spans, none of their data.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec

from simulator.market.contract_days import FIRST_DAY
from simulator.market.history import read_tape
from simulator.market.least_squares import least_squares, residuals
from simulator.market.model import MarketDataError
from simulator.market.process import CRASH_FROM, front_share
from simulator.market.regimes import ESTIMATES, LEAD_IN_SESSIONS, SHOCK, Estimate, Law
from simulator.market.simulated_moments import agree
from simulator.market.spans import SPANS, Observation, deviation, kurtosis, observe
from simulator.market.tape import Tape

_LAST_DAY = date(2019, 12, 31)
# Bounds of the daily return to a mean. A pull slower than two weeks cannot be told from none in a span of a
# season, and would let simulated days wander out of their regime.
_PULL_LEAST, _PULL_MOST, _KEEP_MOST = 0.08, 0.40, 0.97
# A crash beta needs that many large falls; without them this one stands in.
_FALLS_LEAST, _USUAL_CRASH_BETA = 5, 10.0
_TAIL_LEAST, _TAIL_MOST = 4.5, 60.0
# Slower ones cannot be told from a far level that moves with VIX, faster ones not from the front.
_SPEEDS = tuple(0.25 * count for count in range(8, 21))
_FRONT_LEAST = 0.5
_LEAD_IN_PULL, _LEAD_IN_KEEP = 0.35, 0.60
_DIGITS = 5

_Span = Sequence[Observation]


def estimate(tape: Tape, name: str) -> Estimate:
    """Estimate one regime from its spans.

    Args:
        tape: Real days that hold the spans.
        name: One of `SPANS`.
    """
    spans = [observe(tape, first, last) for first, last in SPANS[name]]
    before = [_sessions_before(tape, span[0].day) for span in spans]
    returns = [day.spx_return for span in spans for day in span]
    law = Law(
        drift=sum(returns) / len(returns),
        deviation=deviation(returns),
        tail=_tail(returns),
        **_vix(spans),
        **(curve := _curve(spans)),
        **_front(spans, curve["curve_speed"]),
        **_vvix(spans),
        **_breadth(spans),
    )
    found = agree(Estimate(lead_in=_lead_in(law, spans, before), law=law), spans)
    return Estimate(lead_in=_rounded(found.lead_in), law=_rounded(found.law))


def _vix(spans: Sequence[_Span]) -> dict[str, float]:
    """Pull, mean, betas and noise of VIX."""
    days = [day for span in spans for day in span]
    falls = [max(0.0, -day.spx_return - CRASH_FROM) for day in days]
    levels = [math.log(day.vix_before) for day in days]
    changes = [day.vix_change for day in days]
    rows = [[1.0, -day.spx_return, level] for day, level in zip(days, levels, strict=True)]
    pull = min(max(-least_squares(rows, changes)[2], _PULL_LEAST), _PULL_MOST)
    rest = [change + pull * level for change, level in zip(changes, levels, strict=True)]
    rows = [[1.0, -day.spx_return, fall] for day, fall in zip(days, falls, strict=True)]
    crash = _USUAL_CRASH_BETA
    if sum(fall > 0.0 for fall in falls) >= _FALLS_LEAST:
        crash = max(least_squares(rows, rest)[2], 0.0)
    rest = [value - crash * fall for value, fall in zip(rest, falls, strict=True)]
    rows = [row[:2] for row in rows]
    constant, beta = least_squares(rows, rest)
    noise = residuals(rows, rest, (constant, beta))
    return {
        "vix_mean": math.exp(constant / pull),
        "vix_pull": pull,
        "vix_beta": beta,
        "vix_crash_beta": crash,
        "vix_noise": deviation(noise),
        "vix_tail": _tail(noise),
    }


def _curve(spans: Sequence[_Span]) -> dict[str, float]:
    """Speed, mean, persistence, beta and noise of the far level."""
    speed = min(_SPEEDS, key=lambda tried: sum(_far_level(day, tried)[1] for span in spans for day in span))
    pairs = []
    for span in spans:
        levels = [_far_level(day, speed)[0] for day in span]
        pairs += list(zip(levels, levels[1:], (day.vix_change for day in span[1:]), strict=False))
    rows = [[1.0, before, change] for before, _, change in pairs]
    after = [level for _, level, _ in pairs]
    keep = min(max(least_squares(rows, after)[1], 0.0), _KEEP_MOST)
    rest = [level - keep * before for before, level, _ in pairs]
    rows = [[1.0, change] for _, _, change in pairs]
    constant, beta = least_squares(rows, rest)
    return {
        "curve_mean": math.exp(constant / (1.0 - keep)),
        "curve_keep": keep,
        "curve_beta": beta,
        "curve_noise": deviation(residuals(rows, rest, (constant, beta))),
        "curve_speed": speed,
    }


def _front(spans: Sequence[_Span], speed: float) -> dict[str, float]:
    """Mean, persistence and noise of the front future's distance from the curve."""
    values, pairs = [], []
    for span in spans:
        distances = [_front_distance(day, speed) for day in span]
        values += [value for value in distances if value is not None]
        pairs += [(a, b) for a, b in pairwise(distances) if a is not None and b is not None]
    mean = sum(values) / len(values)
    rows = [[before - mean] for before, _ in pairs]
    after = [value - mean for _, value in pairs]
    (keep,) = least_squares(rows, after)
    noise = deviation(residuals(rows, after, [keep]))
    return {"front_mean": mean, "front_keep": min(max(keep, 0.0), _KEEP_MOST), "front_noise": noise}


def _front_distance(day: Observation, speed: float) -> float | None:
    days, settle = day.futures[0]
    share = front_share(days)
    if share < _FRONT_LEAST:
        return None
    level, _ = _far_level(day, speed)
    near = math.exp(-speed * days / 365.0)
    return (math.log(settle) - level - (math.log(day.vix) - level) * near) / share


def _far_level(day: Observation, speed: float) -> tuple[float, float]:
    """The far level's logarithm that fits a day's futures best, and the squared error that is left."""
    spot = math.log(day.vix)
    parts = [(math.log(settle), math.exp(-speed * days / 365.0)) for days, settle in day.futures]
    weight = sum((1.0 - near) ** 2 for _, near in parts)
    level = sum((1.0 - near) * (price - spot * near) for price, near in parts) / weight
    return level, sum((price - spot * near - level * (1.0 - near)) ** 2 for price, near in parts)


def _vvix(spans: Sequence[_Span]) -> dict[str, float]:
    """VVIX's level, elasticity, persistence and noise."""
    days = [(math.log(day.vix / 18.0), day.vvix) for span in spans for day in span if day.vvix is not None]
    rows = [[1.0, level] for level, _ in days]
    target = [math.log(vvix) for _, vvix in days]
    weights = least_squares(rows, target)
    rest = residuals(rows, target, weights)
    (keep,) = least_squares([[value] for value in rest[:-1]], rest[1:])
    keep = min(max(keep, 0.0), _KEEP_MOST)
    noise = [after - keep * before for before, after in pairwise(rest)]
    return {
        "vvix_at_18": math.exp(weights[0]),
        "vvix_power": weights[1],
        "vvix_keep": keep,
        "vvix_noise": deviation(noise),
    }


def _breadth(spans: Sequence[_Span]) -> dict[str, float]:
    """Mean, beta and noise of the balance of advancing and declining issues."""
    days = [(day.spx_return, day.breadth) for span in spans for day in span if day.breadth is not None]
    rows = [[1.0, move] for move, _ in days]
    target = [ratio for _, ratio in days]
    mean, beta = least_squares(rows, target)
    noise = deviation(residuals(rows, target, (mean, beta)))
    return {"breadth_mean": mean, "breadth_beta": beta, "breadth_noise": noise}


def _lead_in(law: Law, spans: Sequence[_Span], before: Sequence[_Span]) -> Law:
    """The way to the level at which the spans begin, with the moves of the sessions before them."""
    returns = [day.spx_return for span in before for day in span]
    drift = sum(returns) / len(returns)
    start = sum(math.log(span[0].vix_before) for span in spans) / len(spans)
    far = sum(_far_level(span[-1], law.curve_speed)[0] for span in before) / len(before)
    return msgspec.structs.replace(
        law,
        drift=drift,
        deviation=deviation(returns),
        # VIX rests where its pull balances what the drift of SPX adds a day.
        vix_mean=math.exp(start + law.vix_beta * drift / _LEAD_IN_PULL),
        vix_pull=_LEAD_IN_PULL,
        vix_crash_beta=0.0,
        curve_mean=math.exp(far),
        curve_keep=_LEAD_IN_KEEP,
        curve_beta=0.0,
    )


def _sessions_before(tape: Tape, day: date) -> list[Observation]:
    days = [bar.day for bar in tape.spx.upto(day, LEAD_IN_SESSIONS + 1)]
    return observe(tape, days[0], days[-2])


def _tail(values: Sequence[float]) -> float:
    """Degrees of freedom of the Student distribution with the values' kurtosis, 3 + 6 / (freedom - 4)."""
    excess = kurtosis(values) - 3.0
    freedom = 4.0 + 6.0 / excess if excess > 0.0 else math.inf
    return max(freedom, _TAIL_LEAST) if freedom <= _TAIL_MOST else 0.0


def _rounded(law: Law) -> Law:
    numbers = msgspec.structs.asdict(law)
    return Law(**{name: float(f"{value:.{_DIGITS}g}") for name, value in numbers.items()})


def main(values: list[str] | None = None) -> int:
    """Estimate and write; exit code 0, or 2 for a folder that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m simulator.market.estimate", description=__doc__)
    parser.add_argument("folder", type=Path, help="data folder with daily SPX, VIX, VX, VVIX and breadth")
    parser.add_argument("--out", type=Path, default=ESTIMATES, help="file to write, default %(default)s")
    found = parser.parse_args(values)
    try:
        tape = read_tape(found.folder, FIRST_DAY, _LAST_DAY, seed=0)
    except MarketDataError as fault:
        sys.stderr.write(f"python -m simulator.market.estimate: {fault}\n")
        return 2
    estimates = {name: estimate(tape, name) for name in sorted(SPANS) if name != SHOCK}
    text = msgspec.json.format(msgspec.json.encode(estimates), indent=2)
    found.out.write_bytes(text + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
