"""Counts of the real range that were published with the method, beside those of a replay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from strategies.core.events import AnyEvent
from strategies.core.option_model import new_york_day
from strategies.core.records import AnyRecord, BarClosed, Decision, LayerRecord

FIRST, LAST = date(2007, 4, 2), date(2019, 12, 31)


@dataclass(frozen=True, slots=True)
class Line:
    """One count: what, by the method's own trial, by the replay."""

    what: str
    expected: str
    found: str


class Counts:
    """An observer of a replay that counts signals on final bars and layers by engine."""

    def __init__(self) -> None:
        self.bars: list[BarClosed] = []
        self._neutral_and_calm: set[date] = set()
        self._layers: dict[str, dict[str, date]] = {}
        self._oversold: set[str] = set()

    def observe(self, event: AnyEvent, records: Sequence[AnyRecord]) -> None:
        """Count an event's records."""
        for record in records:
            match record:
                case BarClosed():
                    self.bars.append(record)
                case Decision(subject="peel"):
                    self._peel(record)
                case LayerRecord() if record.quantity and not record.rolled_from:
                    day = new_york_day(event.time)
                    known = self._layers.setdefault(record.engine, {})
                    known.setdefault(record.layer_id, day)
                    if "oversold" in record.trigger:
                        self._oversold.add(record.layer_id)
                case _:
                    pass

    def _spells(self) -> int:
        """Return how often a hidden bullish divergence became valid while none was."""
        valid = [bar.hidden_bullish is True for bar in self.bars]
        return sum(now and not before for before, now in pairwise([False, *valid]))

    def _peel(self, record: Decision) -> None:
        """Note a final bar inside the peel zone; between bars the reading is provisional."""
        said = {v.rule: v.verdict for v in record.rules}
        holds = said.get("rsi_neutral") == "fire" and said.get("not_expanding") == "pass"
        if holds and self.bars and self.bars[-1].time == record.time:
            self._neutral_and_calm.add(self.bars[-1].session)

    def layers(self) -> dict[str, tuple[int, int]]:
        """Return by engine: layers bought, and on how many sessions."""
        return {
            engine: (len(found), len(set(found.values()))) for engine, found in sorted(self._layers.items())
        }

    def lines(self) -> list[Line]:
        """Return the comparison."""
        bars = self.bars
        strength = [bar.rsi for bar in bars if bar.rsi is not None]
        banded = [bar for bar in bars if _in_band_and_contango(bar)]
        low = sum(bar.rsi is not None and bar.rsi < 30 for bar in banded)
        steep = [bar for bar in bars if bar.slope is not None and bar.slope > 3.0]
        found = [
            Line("sessions", "3,211", f"{len(bars):,}"),
            Line("closes with RSI > 70", "233", str(sum(value > 70 for value in strength))),
            Line("closes with RSI < 30", "59", str(sum(value < 30 for value in strength))),
            Line("a band and contango together (oversold)", "240 (7)", f"{len(banded)} ({low})"),
            Line("slope > 3 points", "115", str(len(steep))),
            Line("of them steepening", "94", str(sum(bar.steepening is True for bar in steep))),
            Line("hidden bullish divergences (spells of validity)", "50 events", str(self._spells())),
            Line("volatility expanding", "456", str(sum(bar.expanding is True for bar in bars))),
            Line("peel zone", "1,468 to 1,476", f"{len(self._neutral_and_calm):,}"),
        ]
        layers = self.layers()
        for engine, expected in _LAYERS:
            count, sessions = layers.get(engine, (0, 0))
            found.append(Line(f"layers of engine {engine}, on sessions", expected, f"{count}, {sessions}"))
        found.append(Line("first-engine layers bought oversold", "12", str(len(self._oversold))))
        return found


_LAYERS = (
    ("first", "190, 99"),
    ("slope", "14, 6"),
    ("second", "301, 96"),
    ("delta_cut", "68 (60 call side, 8 put side)"),
    ("breach", "not given"),
)


def _in_band_and_contango(bar: BarClosed) -> bool:
    return (
        bar.rsi is not None and bar.slope is not None and bar.slope > 0.05 and (bar.rsi > 70 or bar.rsi < 30)
    )
