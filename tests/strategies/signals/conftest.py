"""Random walks, folded closes and real closes for the tests of the signals."""

import csv
import os
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from strategies.alvh.closes import fold_close
from strategies.core.rules import Rules
from strategies.core.state import Signals

FIRST = date(2000, 1, 3)
Column = list[tuple[date, float]]


@pytest.fixture
def fold() -> Callable[..., list[Signals]]:
    """Return a maker of the signals after each close, a calendar day apart."""

    def folded(closes: Sequence[float], rules: Rules | None = None) -> list[Signals]:
        signals, found = Signals(), []
        for n, close in enumerate(closes):
            signals = fold_close(signals, FIRST + timedelta(days=n), close, rules or Rules())
            found.append(signals)
        return found

    return folded


@pytest.fixture
def walks() -> Callable[[int, int, int], list[list[float]]]:
    """Return a maker of `count` walks of `length` closes around 2000, the same for the same seed."""

    def made(count: int, length: int, seed: int) -> list[list[float]]:
        steps = np.random.default_rng(seed).normal(0.0003, 0.011, size=(count, length))
        walks: list[list[float]] = np.round(2000.0 * np.exp(np.cumsum(steps, axis=1)), 2).tolist()
        return walks

    return made


@pytest.fixture
def history() -> Callable[[str, str], Column]:
    """Return a reader of one column of a file of the data folder, by day."""
    folder = os.environ.get("HEDGED_DATA")
    if not folder:
        pytest.skip("HEDGED_DATA is not set: give the folder with spx_daily.csv and the VIX files")

    def read(file: str, column: str) -> Column:
        with Path(folder, file).open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        return [(date.fromisoformat(row["date"]), float(row[column])) for row in rows if row[column]]

    return read
