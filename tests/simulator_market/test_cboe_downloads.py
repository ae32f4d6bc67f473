"""Cboe's own download formats are read beside, or instead of, the folder's files."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from simulator.market.history import read_tape
from simulator.market.model import MarketDataError
from simulator.market.sources import open_history

DAYS = [date(2023, 5, day) for day in (1, 2, 3, 4, 5, 8, 9, 10)]
VX_HEADER = "Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,Open Interest"
MAY, JUNE, JULY = date(2023, 5, 17), date(2023, 6, 21), date(2023, 7, 19)


def _us(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("\n".join(lines) + "\n")


def _contract(code: str, settle: float, days: Iterable[str]) -> list[str]:
    return [
        VX_HEADER,
        *(f"{day},{code},{settle},{settle + 1},{settle - 1},0,{settle},0,100,0,5" for day in days),
    ]


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """SPX as the folder has it, all else as Cboe offers it; both date forms, a notice above one header."""
    _write(
        tmp_path / "spx_daily.csv",
        ["date,open,high,low,close", *(f"{day},4100,4150,4050,{4100 + at}" for at, day in enumerate(DAYS))],
    )
    _write(
        tmp_path / "VIX_History.csv",
        ["DATE,OPEN,HIGH,LOW,CLOSE", *(f"{_us(day)},16,18,15,{16 + at}" for at, day in enumerate(DAYS))],
    )
    _write(tmp_path / "VX_2023-05-17.csv", _contract("K (May 2023)", 17.5, (day.isoformat() for day in DAYS)))
    notice = "CFE data is compiled for the convenience of site visitors,"
    older = _contract("M (Jun 23)", 18.5, map(_us, DAYS))
    _write(tmp_path / "CFE_M23_VX.csv", [notice, *older])
    _write(tmp_path / "VX_2023-07-19.csv", _contract("N (Jul 2023)", 19.5, map(_us, DAYS)))
    return tmp_path


def test_a_folder_of_downloads_plays(downloads: Path) -> None:
    """SPX from its file, VIX and the curve from Cboe's; VVIX, which is not there, has its usual level."""
    market = open_history(downloads, DAYS[0], DAYS[-1], 1)
    market.move_to(market.sessions[2].close)
    assert (market.index("SPX"), market.index("VIX")) == (4102, 18)
    assert market.futures(DAYS[2]) == (MAY, JUNE, JULY)
    assert [market.settlement(expiry, DAYS[2]) for expiry in (MAY, JUNE, JULY)] == [17.5, 18.5, 19.5]
    assert market.option("VIX", JUNE, 20.0, "C") is not None
    vvix = market.index("VVIX")
    assert vvix == pytest.approx(90.0)


def test_vvix_and_vix3m_downloads_are_read(downloads: Path) -> None:
    """The two other histories have their columns' names from Cboe too."""
    _write(downloads / "VVIX_History.csv", ["DATE,VVIX", *(f"{_us(day)},101.5" for day in DAYS)])
    _write(
        downloads / "VIX3M_History.csv",
        ["DATE,OPEN,HIGH,LOW,CLOSE", *(f"{_us(day)},19,20,18,19.25" for day in DAYS)],
    )
    market = open_history(downloads, DAYS[0], DAYS[-1], 1)
    market.move_to(market.sessions[2].close)
    assert (market.index("VVIX"), market.index("VIX3M")) == (101.5, 19.25)


def test_the_folders_own_days_win_and_newer_ones_are_added(downloads: Path) -> None:
    """Beside vix_daily.csv the download brings only the days that file lacks."""
    _write(
        downloads / "vix_daily.csv", ["date,open,high,low,close", *(f"{day},14,15,13,14" for day in DAYS[:4])]
    )
    tape = read_tape(downloads, DAYS[0], DAYS[-1], 1)
    closes = [bar.close for bar in tape.vix.between(DAYS[0], DAYS[-1])]
    assert closes == [14, 14, 14, 14, 20, 21, 22, 23]


def test_final_settlement_comes_from_the_contracts_last_line(downloads: Path) -> None:
    """The line of the settlement day is no daily row but the cash value."""
    with (downloads / "VX_2023-05-17.csv").open("a") as lines:
        csv.writer(lines).writerow(["2023-05-17", "K (May 2023)", 0, 0, 0, 0, 17.11, 0, 0, 0, 0])
    days = [date(2023, 5, day) for day in (11, 12, 15, 16, 17)]
    for file, form, prices in (
        ("spx_daily.csv", str, "4100,4150,4050,4100"),
        ("VIX_History.csv", _us, "16,18,15,16"),
    ):
        with (downloads / file).open("a") as lines:
            lines.writelines(f"{form(day)},{prices}\n" for day in days)
    for file, code, settle in (
        ("CFE_M23_VX.csv", "M (Jun 23)", 18.5),
        ("VX_2023-07-19.csv", "N (Jul 2023)", 19.5),
    ):
        with (downloads / file).open("a") as lines:
            lines.writelines(f"{line}\n" for line in _contract(code, settle, map(_us, days))[1:])
    market = open_history(downloads, DAYS[0], date(2023, 5, 17), 1)
    market.move_to(market.sessions[-1].open)
    assert market.final_settlement("VX", MAY) == 17.11
    assert market.futures(date(2023, 5, 17)) == (JUNE, JULY)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("VIX_History.csv", "05/02/2023", "2.5.2023", "line 3: DATE = '2.5.2023': give a date as MM/DD/YYYY"),
        ("VIX_History.csv", "05/02/2023", "13/02/2023", "line 3: DATE = '13/02/2023': give a date"),
        ("VIX_History.csv", "05/02/2023", "05/01/2023", "line 3: DATE = '05/01/2023': is there twice"),
        ("VIX_History.csv", "HIGH", "TOP", "no column 'HIGH'"),
        (
            "VX_2023-05-17.csv",
            "K (May 2023)",
            "May 23",
            "line 2: Futures = 'May 23': give a monthly contract",
        ),
        ("VX_2023-05-17.csv", "17.5,18.5", "17.5,x", "line 2: high = 'x': give a finite number"),
        ("VX_2023-05-17.csv", "Settle", "Set", "no column 'Settle'"),
    ],
)
def test_a_faulty_download_is_named(downloads: Path, file: str, old: str, new: str, says: str) -> None:
    """File, line, field and value, before anything is played."""
    path = downloads / file
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(MarketDataError) as caught:
        read_tape(downloads, DAYS[0], DAYS[-1], 1)
    assert file in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.history
def test_downloads_give_the_same_days_as_the_folders_files(data_folder: Path, tmp_path: Path) -> None:
    """February 2018 written in Cboe's formats is played to the same closes and settlements."""
    first, last = date(2018, 2, 1), date(2018, 2, 9)
    (tmp_path / "spx_daily.csv").write_bytes((data_folder / "spx_daily.csv").read_bytes())
    with (data_folder / "vix_daily.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["date"] <= "2018-02-09"]
    prices = ("open", "high", "low", "close")
    _write(
        tmp_path / "VIX_History.csv",
        [
            "DATE,OPEN,HIGH,LOW,CLOSE",
            *(
                ",".join([_us(date.fromisoformat(row["date"])), *(row[price] for price in prices)])
                for row in rows
            ),
        ],
    )
    own = read_tape(data_folder, first, last, 1)
    for expiry in sorted(own.futures)[-9:]:
        code, days = f"{'FGHJKMNQUVXZ'[expiry.month - 1]} ({expiry:%b %Y})", own.futures[expiry]
        settles = [(row.day, row.settle) for row in days.between(date(2018, 1, 2), last)]
        lines_of = [f"{_us(day)},{code},0,0,0,0,{settle},0,0,0,0" for day, settle in settles]
        _write(tmp_path / f"VX_{expiry}.csv", [VX_HEADER, *lines_of])
    downloaded = read_tape(tmp_path, first, last, 1)
    for session in own.sessions:
        assert downloaded.vix.at(session.day) == own.vix.at(session.day)
        for expiry in sorted(own.futures)[-9:]:
            mine, theirs = own.futures[expiry].at(session.day), downloaded.futures[expiry].at(session.day)
            assert mine is not None
            assert theirs is not None
            assert mine.settle == theirs.settle
