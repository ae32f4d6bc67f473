"""The SPX surface against real quotes, and the command that checks any board."""

import csv
import json
import math
from datetime import date
from pathlib import Path

import pytest

from simulator.check_board import main, model_volatility
from simulator.market.board import BoardExpiry, read_board
from simulator.pricing import black, spx

BOARD = "options_spx_2011-01-24.csv"
HEADER = ("quotedate", "underlying_last", "root", "expiration", "type", "strike", "last", "bid", "ask")


def _close(folder: Path, file: str, day: str) -> float:
    with (folder / file).open(newline="") as lines:
        return next(float(row["close"]) for row in csv.DictReader(lines) if row["date"] == day)


@pytest.fixture
def levels(data_folder: Path) -> tuple[float, float]:
    """VIX and VIX3M of the board's day."""
    vix, vix3m = (_close(data_folder, file, "2011-01-24") for file in ("vix_daily.csv", "vix3m_daily.csv"))
    return vix, vix3m


@pytest.mark.history
def test_the_board_of_january_2011_is_met(
    data_folder: Path, levels: tuple[float, float], capsys: pytest.CaptureFixture[str]
) -> None:
    """Median at most 0.5 vol points, 90th percentile at most 1.25, from VIX and VIX3M alone."""
    vix, vix3m = levels
    assert main([str(data_folder / BOARD), "--vix", str(vix), "--vix3m", str(vix3m)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["options"] > 150
    assert report["iv_abs_error_median_vol_points"] <= 0.5
    assert report["iv_abs_error_p90_vol_points"] <= 1.25
    assert len(report["expiries"]) == 4
    assert all(part["iv_abs_error_median_vol_points"] <= 0.7 for part in report["expiries"].values())


@pytest.mark.history
def test_a_condor_of_that_board_costs_what_it_did(data_folder: Path, levels: tuple[float, float]) -> None:
    """The 26-day 1155/1240/1325/1355 condor's mid credit within 15 %."""
    (part,) = (p for p in read_board(data_folder / BOARD, 20, 30) if p.expiration == date(2011, 2, 19))
    mids = {(quote.strike, quote.right): quote.mid for quote in part.quotes}
    legs = (((1155.0, "P"), -1), ((1240.0, "P"), 1), ((1325.0, "C"), 1), ((1355.0, "C"), -1))
    real = sum(sign * mids[leg] for leg, sign in legs)
    expiry = spx.expiry_at(1290.59, part.years)
    model = sum(
        sign * black.value(expiry, strike, right, model_volatility(part, strike, *levels)).price
        for (strike, right), sign in legs
    )
    assert model == pytest.approx(real, rel=0.15)


def _write(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", newline="") as lines:
        csv.writer(lines).writerows([HEADER, *rows])
    return path


@pytest.fixture
def own_board(tmp_path: Path) -> Path:
    """A board quoted by the model itself: SPX 4000, VIX 25, VIX3M 24, one PM-settled expiry of 30 days."""
    years = 30 / 365  # 2022-11-16 16:00 to 2022-12-16 16:00
    expiry = spx.expiry_at(4000.0, years)
    smile, atm = spx.slice_at(25.0, 24.0, years)
    rows: list[tuple[object, ...]] = []
    for strike in range(3200, 4700, 25):
        volatility = smile.volatility(math.log(strike / expiry.forward), atm, math.sqrt(years))
        for kind, right in (("call", "C"), ("put", "P")):
            price = black.value(expiry, float(strike), right, volatility).price
            quote = (f"{price - 0.01:.6f}", f"{price + 0.01:.6f}")
            rows.append(("2022-11-16 16:00 ET", 4000.0, "SPXW", "2022-12-16", kind, strike, 0, *quote))
    return _write(tmp_path / "own.csv", rows)


def test_the_models_own_board_has_no_error(own_board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Parity, time to settlement and selection of the check are right: what the model quotes it finds."""
    assert main([str(own_board), "--vix", "25", "--vix3m", "24"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["iv_abs_error_p90_vol_points"] < 0.02
    assert list(report["expiries"]) == ["2022-12-16 SPXW"]


def test_parity_tells_forward_and_discount(own_board: Path) -> None:
    """The board's forward is found to a hundredth of a point."""
    (part,) = read_board(own_board, 7, 90)
    assert isinstance(part, BoardExpiry)
    assert part.forward == pytest.approx(spx.expiry_at(4000.0, part.years).forward, abs=0.01)
    assert part.discount == pytest.approx(math.exp(-spx.RATE * part.years), rel=1e-5)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("expiration", "expires", "no column 'expiration'"),
        ("SPXW,2022-12-16,call,3200", "SPXW,2022-12-16,both,3200", "line 2: type = 'both': give call or put"),
        ("2022-11-16 16:00 ET", "2022-11-16 15:00 ET", "quotes of one moment only"),
        ("2022-11-16 16:00 ET", "today", "line 2: quotedate = 'today': give a date"),
        ("call,3200,", "call,-5,", "strike = '-5': give a positive number"),
        ("2022-12-16", "2022-11-18", None),
    ],
)
def test_a_board_with_a_fault_is_refused_by_name(
    own_board: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str | None
) -> None:
    """Exit 2 and one line with file, line, field and what to do."""
    text = own_board.read_text()
    own_board.write_text(text.replace(old, new, 1) if says else text.replace(old, new))
    assert main([str(own_board), "--vix", "25"]) == 2
    told = capsys.readouterr().err
    assert (says or "no option of 7 to 90 days") in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("value", ["abc", "0", "nan", "1e9"])
def test_an_impossible_vix_is_refused(
    own_board: Path, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    """The message says what a level looks like."""
    with pytest.raises(SystemExit):
        main([str(own_board), "--vix", value])
    assert f"'{value}' is no index level; give points from 1 to 200" in capsys.readouterr().err
