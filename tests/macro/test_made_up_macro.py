"""The figures made up around generated days: readable, the same for the same seed, and never ahead."""

from datetime import date
from pathlib import Path

import pytest

from daemon.macro.folder import read_folder
from simulator.arguments import ArgumentError, parse
from simulator.macro_files import write_macro
from simulator.market.economies import economy_of
from simulator.market.macro import made_up
from simulator.market.regimes import regimes
from simulator.market.sources import generate
from strategies.core.macro import Series

START = date(2026, 1, 5)
SEED = 3


@pytest.mark.parametrize("regime", ["shock", "crash", "whipsaw"])
def test_the_daemon_reads_what_is_made_up(regime: str, tmp_path: Path) -> None:
    """Every series, no fault, each file labelled."""
    write_macro(tmp_path, generate(regime, START, 24, SEED), regime, SEED)
    folder = read_folder(tmp_path)
    assert folder.faults == ()
    assert {file.series for file in folder.files} == set(Series)
    assert {file.note for file in folder.files} == {f"made up: regime {regime}, seed {SEED}"}


def test_a_longer_play_begins_with_the_shorter_ones_figures() -> None:
    """So no figure knows of a later close."""
    short, long = (generate("shock", START, count, SEED) for count in (24, 40))
    few, many = (made_up("shock", SEED, START, market.closes()) for market in (short, long))
    for series, figures in few.items():
        assert many[series][: len(figures)] == figures


def test_seed_and_regime_decide() -> None:
    """Equal ones give equal figures, others do not."""
    closes = generate("shock", START, 24, SEED).closes()
    figures = made_up("shock", SEED, START, closes)
    assert made_up("shock", SEED, START, closes) == figures
    assert made_up("shock", SEED + 1, START, closes)["cpi"] != figures["cpi"]
    assert made_up("calm", SEED, START, closes)["pe"] != figures["pe"]


def test_a_figure_of_a_session_comes_out_after_its_close() -> None:
    """Half days included."""
    closes = generate("shock", START, 24, SEED).closes()
    figures = made_up("shock", SEED, START, closes)
    ends = {close.session.day: close.session.close for close in closes}
    for series in ("sp500_cap", "sp500_equal", "reit_volatility", "spx_rv5m"):
        assert all(figure.released > ends[figure.period] for figure in figures[series])


def test_every_regime_has_an_economy_of_its_own() -> None:
    """What a table leaves out would be ordinary without a word."""
    ordinary = economy_of("no such regime")
    assert [name for name in regimes() if economy_of(name) == ordinary] == []


def test_real_days_have_no_made_up_figures(tmp_path: Path) -> None:
    """Real closes beside made-up inflation would look real."""
    with pytest.raises(ArgumentError, match="--macro: only for generated days"):
        parse(["--history", str(tmp_path), "--macro", str(tmp_path / "macro")])
