"""A fault in the data folder gives one error that names the file, the line and the value."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from simulator.market.model import MarketDataError
from simulator.market.sources import open_history
from simulator.market.table import read_series

DAYS = ("2018-02-01", "2018-02-02", "2018-02-05")
FILES = {
    "spx_daily.csv": "date,open,high,low,close,volume\n"
    + "".join(f"{d},2700,2750,2650,2720,1\n" for d in DAYS),
    "vix_daily.csv": "date,open,high,low,close\n" + "".join(f"{d},14,16,13,15\n" for d in DAYS),
    "vvix_daily.csv": "date,vvix\n" + "".join(f"{d},100\n" for d in DAYS),
    "vx_futures_contracts_daily.csv": "date,expiry,open,high,low,close,settle,volume\n"
    + "".join(f"{d},2018-02-14,0,0,0,0,15,0\n{d},2018-03-21,0,0,0,0,16,0\n" for d in DAYS),
    "vx_term_structure_daily.csv": "date,M1,M2,M3,M4,M5,M6,M7,M8\n"
    + "".join(f"{d},15,16,,,,,,\n" for d in DAYS),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small data folder without a fault."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def _open(folder: Path) -> None:
    open_history(folder, date(2018, 2, 2), date(2018, 2, 5), 1)


def test_a_sound_folder_opens(folder: Path) -> None:
    """The faults below are faults of one change each."""
    _open(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """The operator sees which path was looked at."""
    with pytest.raises(MarketDataError, match="nowhere: no such folder"):
        _open(tmp_path / "nowhere")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """Each of the five files is needed."""
    (folder / name).unlink()
    with pytest.raises(MarketDataError, match=f"{name}: no such file"):
        _open(folder)


def _swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


FAULTS: list[tuple[str, Callable[[str], str], str]] = [
    (
        "spx_daily.csv",
        _swap("2018-02-02,2700", "2018-02-02,abc"),
        "line 3: open = 'abc': give a finite number",
    ),
    (
        "spx_daily.csv",
        _swap("2018-02-02,2700", "2018-02-02,-1"),
        "line 3: open = '-1': give a positive number",
    ),
    ("vix_daily.csv", _swap("2018-02-02,14", "2018-02-02,"), "line 3: open = '': give a number"),
    ("vix_daily.csv", _swap("2018-02-02", "02/02/18"), "line 3: date = '02/02/18': give a date"),
    ("vix_daily.csv", _swap("2018-02-02", "2018-02-01"), "line 3: date = '2018-02-01': is there twice"),
    (
        "vix_daily.csv",
        _swap("2018-02-02", "2018-01-31"),
        "line 3: date = '2018-01-31': comes after 2018-02-01",
    ),
    ("vix_daily.csv", _swap("2018-02-02,14,16,13,15\n", ""), "no line for 2018-02-02, a session"),
    ("vix_daily.csv", _swap("2018-02-02,14,16,13,15", "2018-02-02,14"), "line 3: no 'high'"),
    ("vvix_daily.csv", _swap("vvix", "v"), "no column 'vvix'"),
    (
        "vx_futures_contracts_daily.csv",
        _swap("2018-02-01,2018-03-21", "2018-02-01,2018-02-14"),
        "is there twice",
    ),
]


@pytest.mark.parametrize(("name", "spoil", "says"), FAULTS)
def test_a_fault_is_named_with_its_line_and_value(
    folder: Path, name: str, spoil: Callable[[str], str], says: str
) -> None:
    """One clear error, raised before anything is played."""
    path = folder / name
    path.write_text(spoil(path.read_text()))
    with pytest.raises(MarketDataError) as caught:
        _open(folder)
    assert name in str(caught.value)
    assert says in str(caught.value)


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    """Bytes that are no UTF-8 give the same kind of error, not a decoder's."""
    (folder / "vix_daily.csv").write_bytes(b"date,open,high,low,close\n\xff\xfe\n")
    with pytest.raises(MarketDataError, match=r"vix_daily\.csv: is no CSV file in UTF-8"):
        _open(folder)


def test_a_day_without_futures_is_refused(folder: Path) -> None:
    """The slope needs M1 and M2 on every played day."""
    for name in ("vx_futures_contracts_daily.csv", "vx_term_structure_daily.csv"):
        lines = [line for line in FILES[name].splitlines(keepends=True) if not line.startswith("2018-02-02")]
        (folder / name).write_text("".join(lines))
    with pytest.raises(MarketDataError, match="fewer than two settlements for 2018-02-02"):
        _open(folder)


def test_a_series_is_read_in_full(folder: Path) -> None:
    """Reading keeps every line, in order."""
    assert [str(record.day) for record in read_series(folder, "vvix_daily.csv", ("vvix",))] == list(DAYS)
