"""Four daily bar series, made up: SPX, VIX and the two nearest VIX futures, for two programs to replay."""

import json
import math
import random
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

SERIES = ("spx", "vix", "m1", "m2")
_SATURDAY = 5
_FIRST_DAY = date(2007, 4, 2)


@dataclass(frozen=True, slots=True)
class BarDay:
    """The closes of one session, points; opens are the closes before."""

    day: str
    spx: float
    vix: float
    m1: float
    m2: float


def make_bars(sessions: int, seed: int) -> list[BarDay]:
    """Return a seeded walk with the look of an index, its volatility and the futures on it.

    SPX has calm and wild spells, so that RSI visits both bands; VIX reverts to the spell's level and the
    futures to a mean, so that the curve changes sides.
    """
    draw = random.Random(f"bars/{seed}")  # noqa: S311 - a reproducible path, no secret
    day, found = _FIRST_DAY, list[BarDay]()
    spx, vix, wild = 1400.0, 15.0, False
    while len(found) < sessions:
        if day.weekday() < _SATURDAY:
            wild = draw.random() < (0.96 if wild else 0.01)
            move = draw.gauss(-0.001 if wild else 0.0008, 0.02 if wild else 0.005)
            spx *= math.exp(move)
            vix *= math.exp(
                0.1 * math.log((32.0 if wild else 13.0) / vix) - 4.0 * move + draw.gauss(0.0, 0.03)
            )
            m1, m2 = (19.0 + (vix - 19.0) * share for share in (0.75, 0.55))
            found.append(BarDay(day.isoformat(), *(round(level, 2) for level in (spx, vix, m1, m2))))
        day += timedelta(days=1)
    return found


def save(bars: list[BarDay], path: Path) -> None:
    """Write bars for the other side to read."""
    path.write_text(json.dumps([asdict(bar) for bar in bars]))


def load(path: Path) -> list[BarDay]:
    """Read bars of `save`."""
    return [BarDay(**row) for row in json.loads(path.read_text())]
