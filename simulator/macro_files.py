"""Writing the made-up macro figures of a generated play: one CSV file a series, each labelled made up."""

from pathlib import Path

from simulator.market.macro import Figure, made_up
from simulator.market.played import PlayedMarket

_HEADER = "period,released,value"


def write_macro(folder: Path, market: PlayedMarket, regime: str, seed: int) -> None:
    """Write a file a series into a folder, which is made if it is not there.

    The files hold the figures of the whole play at once; each carries the time of its release, before which
    no reader may use it.

    Args:
        folder: where.
        market: generated days.
        regime: what they were generated as.
        seed: what they were generated from.

    Raises:
        OSError: a file cannot be written.
    """
    figures = made_up(regime, seed, market.sessions[0].day, market.closes())
    folder.mkdir(parents=True, exist_ok=True)
    note = f"# made up: regime {regime}, seed {seed}"
    for series, rows in figures.items():
        lines = [note, _HEADER, *map(_line, rows)]
        (folder / f"{series}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(figure: Figure) -> str:
    value = "" if figure.value is None else repr(figure.value)
    return f"{figure.period},{figure.released.isoformat()},{value}"
