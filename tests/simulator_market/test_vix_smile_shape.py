"""The VIX smile has the shape of real calls on volatility: the VXX boards of December 2016."""

import csv
import math
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist, median

import pytest
import QuantLib as ql  # noqa: N813 - its customary name

from simulator.pricing import vix

pytestmark = pytest.mark.history

# Calendar days of the tenor bands.
BANDS = ((7, 14), (14, 30), (30, 60), (60, 120), (120, 250), (250, 800))
Board = dict[tuple[str, float], tuple[float, float]]


def _boards(folder: Path) -> dict[tuple[date, date, float], Board]:
    """Bid and ask by right and strike, for each quote day, expiry and spot."""
    found: dict[tuple[date, date, float], Board] = defaultdict(dict)
    with (folder / "options_vxx_2016-12.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            key = (date.fromisoformat(row["quotedate"]), date.fromisoformat(row["expiration"]))
            quote = (float(row["bid"]), float(row["ask"]))
            found[*key, float(row["underlying_last"])][row["type"], float(row["strike"])] = quote
    return found


def _call_volatilities(board: Board, spot: float, years: float) -> tuple[float, list[tuple[float, float]]]:
    """Forward by parity near the money; (strike, volatility) of liquid out-of-the-money calls and puts."""
    forwards = [
        strike + sum(ask) / 2 - sum(board["put", strike]) / 2
        for (kind, strike), ask in board.items()
        if kind == "call" and abs(strike / spot - 1) < 0.06 and min(*ask, *board["put", strike]) > 0
    ]
    forward = median(forwards) if forwards else spot
    points = []
    for (kind, strike), (bid, ask) in sorted(board.items(), key=lambda item: item[0][1]):
        if (kind == "call") == (strike >= forward) and 0 < bid < ask < 1.6 * bid:
            right = ql.Option.Call if kind == "call" else ql.Option.Put
            deviation = ql.blackFormulaImpliedStdDev(right, strike, forward, (bid + ask) / 2)
            points.append((strike, deviation / math.sqrt(years)))
    return forward, points


def _ratios(
    volatility: Callable[[float], float], forward: float, years: float, atm: float
) -> tuple[float, float]:
    """Volatility at 25 and 10 delta over that at the money, by interpolation in delta."""
    strikes = [forward * math.exp(step * atm * math.sqrt(years) / 10) for step in range(-5, 45)]
    deltas = []
    for strike in strikes:
        deviation = volatility(strike) * math.sqrt(years)
        deltas.append(NormalDist().cdf(math.log(forward / strike) / deviation + deviation / 2))
    found = []
    for wanted in (0.25, 0.10):
        at = next(at for at, delta in enumerate(deltas) if delta < wanted)
        share = (deltas[at - 1] - wanted) / (deltas[at - 1] - deltas[at])
        strike = strikes[at - 1] + share * (strikes[at] - strikes[at - 1])
        found.append(volatility(strike) / atm)
    return found[0], found[1]


def _line(points: list[tuple[float, float]]) -> Callable[[float], float]:
    """Linear in strike, flat beyond the ends."""

    def at(strike: float) -> float:
        if strike <= points[0][0]:
            return points[0][1]
        for (low, here), (high, there) in pairwise(points):
            if strike <= high:
                return here + (there - here) * (strike - low) / (high - low)
        return points[-1][1]

    return at


def _model(forward: float, atm: float, root: float) -> Callable[[float], float]:
    return lambda strike: vix.smile_at(root * root).volatility(math.log(strike / forward), atm, root)


@pytest.fixture(scope="module")
def ratios(data_folder: Path) -> dict[tuple[int, int], list[tuple[float, float]]]:
    """Model over market of both ratios, by tenor band."""
    found = defaultdict(list)
    for (day, expiry, spot), board in sorted(_boards(data_folder).items()):
        days = (expiry - day).days
        band = next((band for band in BANDS if band[0] <= days < band[1]), None)
        if band is None:
            continue
        years = days / 365
        forward, points = _call_volatilities(board, spot, years)
        if len(points) < 8 or points[-1][0] < 1.3 * forward:
            continue
        market = _line(points)
        atm, root = market(forward), math.sqrt(years)
        real = _ratios(market, forward, years, atm)
        model = _ratios(_model(forward, atm, root), forward, years, atm)
        found[band].append((model[0] / real[0], model[1] / real[1]))
    return found


@pytest.mark.parametrize("band", BANDS)
def test_the_call_skew_is_that_of_the_vxx_boards(
    ratios: dict[tuple[int, int], list[tuple[float, float]]], band: tuple[int, int]
) -> None:
    """Volatility at 25 and 10 delta over at-the-money: within 15 % on every board of every expiry."""
    boards = ratios[band]
    assert len(boards) >= 10
    assert [pair for pair in boards if any(abs(ratio - 1) > 0.15 for ratio in pair)] == []
    assert median(at_25 for at_25, _ in boards) == pytest.approx(1.0, abs=0.13)
    assert median(at_10 for _, at_10 in boards) == pytest.approx(1.0, abs=0.13)
