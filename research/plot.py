"""`python -m research.plot`: a stretch of real days as the method saw it: SPX, RSI, the curve and the layers.

Needs matplotlib, of the development dependencies. The same days give the same bytes.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from research.macro import MacroError, read_folder
from research.replay import Replay, Wanted, open_market
from simulator.market import MarketDataError
from strategies.core.events import AnyEvent
from strategies.core.option_model import new_york_day
from strategies.core.records import AnyRecord, BarClosed, LayerRecord

_PROGRAM = "python -m research.plot"
_OUT = Path("docs/img/2018-02.svg")
_SIZE_INCHES = (9.0, 9.0)
_HEIGHTS = (3, 2, 2, 2)
_SALT = "hedged"  # of the ids inside the SVG, which are random otherwise
_BANDS = (30.0, 70.0)
_EPOCH = date(1970, 1, 1)


@dataclass(slots=True)
class Seen:
    """What is drawn: final bars, and the contracts of each layer after each change, by day."""

    bars: list[BarClosed] = field(default_factory=list)
    layers: dict[str, dict[date, int]] = field(default_factory=dict)
    engines: dict[str, str] = field(default_factory=dict)

    def observe(self, event: AnyEvent, records: Sequence[AnyRecord]) -> None:
        """Keep an event's bars and layers; an observer of a replay."""
        for record in records:
            match record:
                case BarClosed():
                    self.bars.append(record)
                case LayerRecord():
                    self.layers.setdefault(record.layer_id, {})[new_york_day(event.time)] = record.quantity
                    self.engines[record.layer_id] = record.engine
                case _:
                    pass

    @property
    def days(self) -> list[date]:
        """The sessions."""
        return [bar.session for bar in self.bars]

    def held(self, layer_id: str) -> list[int]:
        """Return a layer's contracts at the end of each session."""
        quantity, found = 0, []
        for day in self.days:
            quantity = self.layers[layer_id].get(day, quantity)
            found.append(quantity)
        return found


def draw(seen: Seen, path: Path) -> None:
    """Write the plot; its format follows from the file's name."""
    with rc_context({"svg.hashsalt": _SALT, "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        axes = figure.subplots(4, 1, sharex=True, height_ratios=_HEIGHTS)
        for axis, panel in zip(axes, (_index, _strength, _curve, _layers), strict=True):
            panel(axis, seen)
            axis.grid(alpha=0.3)
        axes[-1].xaxis_date()
        axes[-1].tick_params(axis="x", rotation=30)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _index(axis: Axes, seen: Seen) -> None:
    closes = {bar.session: bar.close for bar in seen.bars}
    axis.plot(_x(seen.days), list(closes.values()), color="black", linewidth=1.2)
    for marker, colour, label, grows in (
        ("^", "tab:green", "bought", True),
        ("v", "tab:red", "sold or settled", False),
    ):
        days = [day for day in seen.days if _changed(seen, day, grows=grows)]
        axis.plot(_x(days), [closes[day] for day in days], marker, color=colour, label=label, markersize=7)
    axis.set_ylabel("SPX")
    axis.legend(loc="lower left")
    axis.set_title("Layers of VIX calls over real days; option values are modelled")


def _changed(seen: Seen, day: date, *, grows: bool) -> bool:
    """Whether some layer was larger (smaller) after a day than before it."""
    at = seen.days.index(day)
    for layer_id in seen.layers:
        held = seen.held(layer_id)
        before = held[at - 1] if at else 0
        if (held[at] > before) if grows else (held[at] < before):
            return True
    return False


def _strength(axis: Axes, seen: Seen) -> None:
    known = [(bar.session, bar.rsi) for bar in seen.bars if bar.rsi is not None]
    _line(axis, known, color="tab:blue", label="")
    axis.axhspan(40.0, 60.0, color="tab:gray", alpha=0.15, label="neutral zone")
    for level in _BANDS:
        axis.axhline(level, color="tab:red", linewidth=0.8, linestyle="--")
    axis.set_ylim(0.0, 100.0)
    axis.set_ylabel("RSI (14)")
    axis.legend(loc="lower left")


def _curve(axis: Axes, seen: Seen) -> None:
    for name, colour in (("m1", "tab:orange"), ("m2", "tab:purple")):
        known = [(bar.session, getattr(bar, name)) for bar in seen.bars if getattr(bar, name) is not None]
        _line(axis, known, color=colour, label=name.upper())
    axis.set_ylabel("VIX futures")
    axis.legend(loc="upper left")


def _x(days: Sequence[date]) -> list[float]:
    """Return days as the library counts them: since 1970-01-01."""
    return [float(day.toordinal() - _EPOCH.toordinal()) for day in days]


def _line(axis: Axes, known: Sequence[tuple[date, float]], *, color: str, label: str) -> None:
    days, values = [day for day, _ in known], [value for _, value in known]
    axis.plot(_x(days), values, color=color, label=label or None, linewidth=1.2)


def _layers(axis: Axes, seen: Seen) -> None:
    names = [layer_id for layer_id in sorted(seen.layers) if any(seen.held(layer_id))]
    if names:
        labels = [f"{name} {seen.engines[name]}" for name in names]
        axis.stackplot(
            _x(seen.days), [seen.held(name) for name in names], labels=labels, step="post", alpha=0.8
        )
        axis.legend(loc="upper left", fontsize=7, ncols=3)
    axis.set_ylabel("contracts held")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code: 0 drawn, 1 data wrong, 2 used wrongly."""
    parser = argparse.ArgumentParser(prog=_PROGRAM, description=__doc__)
    parser.add_argument("--history", type=Path, required=True, metavar="DIR", help="folder of daily files")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2018, 1, 2))
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=date(2018, 3, 30))
    parser.add_argument("--macro", type=Path, metavar="DIR", help="folder of macro facts, SERIES.csv")
    parser.add_argument("--out", type=Path, default=_OUT, metavar="FILE", help=f"default {_OUT}")
    asked = parser.parse_args(arguments)
    seen = Seen()
    try:
        wanted = Wanted(
            history=asked.history,
            first=asked.first,
            last=asked.last,
            macro=[] if asked.macro is None else read_folder(asked.macro),
        )
        Replay(open_market(wanted), wanted, observers=(seen.observe,)).run()
    except (MarketDataError, MacroError) as error:
        sys.stderr.write(f"{_PROGRAM}: error: {error}\n")
        return 1
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    draw(seen, asked.out)
    sys.stdout.write(f"{asked.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
