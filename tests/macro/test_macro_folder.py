"""The folder of macro facts: what is read stands there, and each fault has its file, line and field."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from daemon.cli import main
from daemon.doctor.macro import macro as doctor
from daemon.errors import ConfigError
from daemon.macro.folder import FolderSource, read_folder
from daemon.settings.macro_facts import Macro
from daemon.settings.model import Settings
from strategies.core.macro import MacroFact, Series

WriteSeries = Callable[..., Path]


def faults(folder: Path) -> list[str]:
    """Return the folder's faults without its path."""
    return [fault.removeprefix(f"{folder}/") for fault in read_folder(folder).faults]


async def test_a_good_folder_is_read_whole(good_folder: Path) -> None:
    """Times in UTC, an empty value as none, a revision beside the first value."""
    facts = await FolderSource(good_folder).read()
    assert (
        MacroFact(Series.CPI, date(2018, 2, 1), datetime(2018, 3, 13, 12, 30, tzinfo=UTC), 248.991) in facts
    )
    assert MacroFact(Series.FOMC, date(2018, 5, 2), datetime(2018, 2, 1, 14, tzinfo=UTC), None) in facts
    assert len(facts) == 7


@pytest.mark.parametrize(
    ("series", "line", "said"),
    [
        ("cpi", "2018-1-1,2018-02-14T08:30:00-05:00,1", "period = '2018-1-1': must be a day"),
        ("cpi", "2018-01-15,2018-02-14T08:30:00-05:00,1", "period = '2018-01-15': must be the first day of"),
        ("gdp_growth", "2018-02-01,2018-06-01T08:30:00-05:00,1", "must be the first day of a quarter"),
        (
            "cpi",
            "2018-01-01,2018-02-14T08:30:00,1",
            "released = '2018-02-14T08:30:00': must be a time with its",
        ),
        ("cpi", "2018-01-01,2018-02-14,1", "released = '2018-02-14': must be a time with its zone"),
        ("cpi", "2018-01-01,,1", "released = '': must be a time with its zone"),
        ("cpi", "2018-01-01,2018-02-14T08:30:00-05:00,n/a", "value = 'n/a': must be a number, or empty"),
        ("cpi", "2018-01-01,2018-02-14T08:30:00-05:00,inf", "value = 'inf': must be a number, or empty"),
        ("cpi", "2018-01-01,2018-02-14T08:30:00-05:00", "has 2 cells, must have 3"),
        (
            "cpi",
            "2018-01-01,2018-01-31T23:30:00-05:00,1",
            "looks ahead: the period is not over before 2018-02-01",
        ),
        ("gdp_growth", "2018-01-01,2018-03-31T08:30:00-04:00,1", "looks ahead"),
        ("fed_funds", "2018-01-05,2018-01-05T18:00:00-05:00,1", "looks ahead"),
        ("spx_rv5m", "2018-01-05,2018-01-05T12:59:00-05:00,1", "looks ahead"),
        ("fomc", "2018-03-21,2018-03-21T14:00:00-04:00,0.25", "must be before the meeting's decision"),
    ],
)
def test_a_fault_names_file_line_and_field(
    write_series: WriteSeries, series: str, line: str, said: str
) -> None:
    """One error, which says what must be there instead."""
    (fault,) = faults(write_series(series, line))
    assert fault.startswith(f"{series}.csv line 2: ")
    assert said in fault


def test_a_missing_month_is_a_fault(write_series: WriteSeries) -> None:
    """A month that was never published has a line of its own, without a value."""
    january, march = "2018-01-01,2018-02-14T08:30:00-05:00,1", "2018-03-01,2018-04-11T08:30:00-04:00,1"
    folder = write_series("cpi", january, march)
    (fault,) = faults(folder)
    assert fault == (
        "cpi.csv: period = '2018-02-01' is missing, the next one there is 2018-03-01: add it, with an empty "
        "value where none was published"
    )
    assert faults(write_series("cpi", january, "2018-02-01,2018-03-13T08:30:00-04:00,", march)) == []


def test_a_daily_series_may_pause_for_a_week(write_series: WriteSeries) -> None:
    """Weekends and holidays are no gaps; eight days without a figure are one."""
    first, week, more = (
        f"{day},2018-03-01T09:00:00-05:00,1" for day in ("2018-01-02", "2018-01-09", "2018-01-17")
    )
    assert faults(write_series("fed_funds", first, week)) == []
    (fault,) = faults(write_series("fed_funds", first, week, more))
    assert "period = '2018-01-10' is missing" in fault


def test_a_line_twice_is_a_fault(write_series: WriteSeries) -> None:
    """Which of two values of one release counts is nobody's guess."""
    line = "2018-01-01,2018-02-14T08:30:00-05:00,1"
    (fault,) = faults(write_series("cpi", line, line))
    assert fault.startswith(
        "cpi.csv line 3: period = '2018-01-01' with this release stands in line 2 already"
    )


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("period,value", "column 'released' is missing"),
        ("period,released,value,unit", "unknown column 'unit'"),
        ("released,period,value", "the columns are in another order"),
    ],
)
def test_other_columns_are_a_fault(write_series: WriteSeries, header: str, said: str) -> None:
    """The header is the format's name."""
    (fault,) = faults(write_series("cpi", header=header))
    assert fault == f"cpi.csv line 1: {said}: the header is period,released,value"


def test_an_unknown_file_is_a_fault(good_folder: Path, write_series: WriteSeries) -> None:
    """A misspelt series would be missing without a word."""
    write_series("cpl")
    assert faults(good_folder) == [
        "cpl.csv: unknown file (did you mean cpi.csv?): remove it or name it for a series"
    ]


def test_what_is_no_text_or_nothing_is_a_fault(good_folder: Path) -> None:
    """A spreadsheet's own file under our name is found out."""
    (good_folder / "cpi.csv").write_bytes(b"PK\x03\x04\xff\xfe")
    (good_folder / "ppi.csv").write_bytes(b"")
    texts = faults(good_folder)
    assert texts[0].startswith("cpi.csv: it is no UTF-8 text")
    assert texts[1] == "ppi.csv: it is empty: begin with the line period,released,value"


async def test_a_faulty_folder_gives_nothing(good_folder: Path, write_series: WriteSeries) -> None:
    """Not even its good part: a decision on half of the facts is not what the user asked for."""
    write_series("ppi", *["x,y,z"] * 30)
    with pytest.raises(ConfigError, match=r"ppi.csv line 2: period = 'x'(.|\n)*and 10 more"):
        await FolderSource(good_folder).read()


async def test_no_folder_or_an_empty_one_is_a_fault(tmp_path: Path) -> None:
    """A mistyped path is not "no facts"."""
    with pytest.raises(ConfigError, match="there is no such folder"):
        await FolderSource(tmp_path / "missing").read()
    with pytest.raises(ConfigError, match=r"it holds no series: add fed_funds\.csv"):
        await FolderSource(tmp_path).read()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command line in this process; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["hedged", *map(str, arguments)])
    return main()


def test_check_prints_what_is_there(
    good_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row a series: points, first, last, gaps, age."""
    assert run(monkeypatch, "macro", "check", good_folder) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if " cpi " in line]
    assert [cell.strip() for cell in row.strip("│┃").split("│")][:5] == [
        "cpi",
        "2",
        "2018-01-01",
        "2018-02-01",
        "0",
    ]


def test_check_ends_with_an_error_where_there_is_one(
    good_folder: Path,
    write_series: WriteSeries,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 4, as for settings; the table shows how many periods are missing."""
    write_series("ppi", "2018-01-01,2018-02-14T08:30:00-05:00,1", "2018-04-01,2018-05-14T08:30:00-04:00,1")
    assert run(monkeypatch, "macro", "check", good_folder) == 4
    said = capsys.readouterr()
    assert "hedged: error: " in said.err
    assert "period = '2018-02-01' is missing" in said.err
    assert run(monkeypatch, "macro", "check", good_folder / "none") == 4


async def test_the_doctor_finds_a_faulty_folder(good_folder: Path, write_series: WriteSeries) -> None:
    """What would keep the daemon from starting is found before."""
    settings = Settings(macro=Macro(folder=str(good_folder)))
    found = await doctor(settings)
    assert (found.outcome, found.found) == ("ok", f"{good_folder} holds 3 series without a fault")
    write_series("cpl")
    found = await doctor(settings)
    assert found.outcome == "fail"
    assert "cpl.csv: unknown file" in found.found
    assert (await doctor(Settings(macro=Macro(folder="/no/such/folder")))).outcome == "fail"
