"""Macro facts made of real data: right figures, and none of them before it could be known."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from daemon.errors import ConfigError
from daemon.macro.folder import read_folder
from daemon.macro.from_history import facts_from_history, write_from_history
from daemon.ops.replay import _macro_folder as macro_folder
from strategies.core.macro import MacroFact, Series

FILES = {
    "fed_funds_effective_daily_DFF": ["date,dff", "2018-01-19,1.42", "2018-01-20,1.42", "2018-01-22,1.43"],
    "fomc_dates_and_surprises": [
        "date,mp1_surprise,unscheduled,in_calendar_2000_2026",
        "2008-01-22,-0.46501,1,1",
        "2008-01-30,0.01,0,1",
    ],
    "cpi_nsa_monthly": ["date,cpi_nsa,mom_pct", "2013-08-01,233.877,0.12", "2013-09-01,234.149,0.12"],
    "gdp_quarterly": [
        "date,level-current,level-chained,change-current,change-chained",
        *(f"{year}-{month}-01,1,{level},0,0" for year, month, level in zip(
            [2017] * 4 + [2018], ["01", "04", "07", "10", "01"], [100, 101, 102, 103, 102.5], strict=True
        )),
    ],
    "shiller_pe_monthly": [
        "date,sp500,earnings",
        *(f"2018-0{n + 1}-01,{2700 + n},{100 + n}" for n in range(4)),
    ],
}  # fmt: skip


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """A few lines of each kind of file."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name, lines in FILES.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


def of(facts: tuple[MacroFact, ...], series: Series) -> list[tuple[date, datetime, float | None]]:
    """Return period, release and value of a series' facts."""
    return [(f.period, f.released, f.value) for f in facts if f.series is series]


def utc(*parts: int) -> datetime:
    """Return a UTC time."""
    year, month, day, *rest = parts
    return datetime(year, month, day, *rest, tzinfo=UTC)


def test_each_figure_has_its_lag(small_data: Path) -> None:
    """Friday's to Monday's rate, CPI put off by a shutdown, a quarter, a meeting's year ahead."""
    facts = facts_from_history(small_data)
    assert of(facts, Series.FED_FUNDS) == [
        (date(2018, 1, 19), utc(2018, 1, 23, 14), 1.42),
        (date(2018, 1, 20), utc(2018, 1, 23, 14), 1.42),
        (date(2018, 1, 22), utc(2018, 1, 24, 14), 1.43),
    ]
    assert of(facts, Series.FOMC) == [(date(2008, 1, 30), utc(2007, 12, 1, 14), None)]
    assert of(facts, Series.CPI) == [
        (date(2013, 8, 1), utc(2013, 9, 21, 12, 30), 233.877),
        (date(2013, 9, 1), utc(2013, 10, 30, 12, 30), 234.149),
    ]
    assert of(facts, Series.GDP_GROWTH) == [(date(2018, 1, 1), utc(2018, 5, 1, 12, 30), 2.5)]


def test_a_price_is_set_against_earnings_that_were_known(small_data: Path) -> None:
    """April's price over January's earnings: those of April are reported a quarter later."""
    (found,) = of(facts_from_history(small_data), Series.PE)
    assert found == (date(2018, 4, 1), utc(2018, 5, 1, 12, 30), 27.03)


def test_the_folder_written_is_a_folder_read(small_data: Path, tmp_path: Path) -> None:
    """It has no fault, says where it is from, and holds the same facts."""
    counts = write_from_history(small_data, tmp_path / "out")
    folder = read_folder(tmp_path / "out")
    assert folder.faults == ()
    assert sorted(map(repr, folder.facts)) == sorted(map(repr, facts_from_history(small_data)))
    assert counts == {"fed_funds": 3, "fomc": 1, "cpi": 2, "gdp_growth": 1, "pe": 1}
    assert all("release set, not published" in file.note for file in folder.files)


def test_what_cannot_be_made_is_said(small_data: Path, tmp_path: Path) -> None:
    """No data, a target in use, a wrong line: one error each."""
    with pytest.raises(ConfigError, match="has none of the files"):
        write_from_history(tmp_path, tmp_path / "out")
    with pytest.raises(ConfigError, match="is not empty"):
        write_from_history(small_data, small_data)
    (small_data / "cpi_nsa_monthly.csv").write_text("date,cpi_nsa\n2013-08-01,.\n")
    with pytest.raises(ConfigError, match=r"cpi_nsa_monthly.csv line 2: cpi_nsa = '.': must be a number"):
        facts_from_history(small_data)
    (small_data / "cpi_nsa_monthly.csv").write_text("date,cpi\n2013-08-01,1\n")
    with pytest.raises(ConfigError, match="line 1: column 'cpi_nsa' is missing"):
        facts_from_history(small_data)


def test_a_replay_gets_the_folders_own_facts(small_data: Path, tmp_path: Path) -> None:
    """`hedged replay` makes them on the way, unless a folder is named or there is nothing to make them of."""
    out = tmp_path / "out"
    assert macro_folder("mine", small_data, out) == Path("mine")
    assert macro_folder("", tmp_path, out) is None
    assert macro_folder("", None, out) is None
    assert macro_folder("", small_data, out) == out
    assert sorted(map(repr, read_folder(out).facts)) == sorted(map(repr, facts_from_history(small_data)))


@pytest.mark.history
def test_the_real_folder_has_no_fault(data_folder: Path, tmp_path: Path) -> None:
    """No gap, no look-ahead, nine series."""
    write_from_history(data_folder, tmp_path / "out")
    folder = read_folder(tmp_path / "out")
    assert folder.faults == ()
    assert len(folder.files) == 9


@pytest.mark.history
def test_real_growth_is_the_published_one(data_folder: Path) -> None:
    """Real GDP of 2009's second quarter stood about 4 % below the year before."""
    growth = {period: value for period, _, value in of(facts_from_history(data_folder), Series.GDP_GROWTH)}
    assert growth[date(2009, 4, 1)] == pytest.approx(-4.0, abs=0.3)
