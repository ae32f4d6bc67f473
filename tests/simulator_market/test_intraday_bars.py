"""Real bars inside a day set its path; without them a bridge does; the daily bar holds in either case."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import correlation

import pytest

from simulator.market.calendar import Calendar
from simulator.market.guided import guided_paths
from simulator.market.intraday import Guide, Leg, read_guides
from simulator.market.model import Bar, Market, MarketDataError
from simulator.market.sources import generate, open_history

DAY = date(2018, 2, 5)
SPX = Bar(day=DAY, open=2741.06, high=2763.39, low=2638.17, close=2648.94, volume=0.0)
VIX = Bar(day=DAY, open=18.44, high=38.8, low=16.8, close=37.32, volume=0.0)
# An invented day in seven bars: up, then down, the worst in the last hour.
TOPS = (274.2, 275.8, 275.7, 274.5, 273.2, 272.7, 269.4)
ENDS = (274.0, 275.4, 274.5, 273.2, 272.6, 268.5, 263.9)
STOPS = (30, 90, 150, 210, 270, 330, 390)
HOURS = tuple(
    Leg(start, stop, before, max(top, before), min(before, end) - 0.5, end)
    for start, stop, before, top, end in zip(
        (0, *STOPS[:-1]), STOPS, (273.5, *ENDS[:-1]), TOPS, ENDS, strict=True
    )
)


@pytest.mark.parametrize("guide", [Guide(spy=HOURS), Guide(spy=HOURS, vxx=()), Guide(), None])
def test_the_daily_bars_hold_with_and_without_bars_inside(guide: Guide | None) -> None:
    """Open, high, low and close of both indices are the daily ones to the bit."""
    paths = guided_paths(7, SPX, VIX, 390, guide)
    for path, bar in ((paths.spx, SPX), (paths.vix, VIX)):
        assert len(path) == 391
        assert (path[0], max(path), min(path), path[-1]) == (bar.open, bar.high, bar.low, bar.close)


def test_spx_goes_through_its_stand_ins_closes_at_the_days_ratio() -> None:
    """SPY's hours set SPX's: the end of each bar is met to the cent, where the daily range allows it."""
    paths = guided_paths(7, SPX, VIX, 390, Guide(spy=HOURS))
    for leg in HOURS[:-1]:
        scaled = leg.close * SPX.close / HOURS[-1].close
        assert paths.spx[leg.stop] == pytest.approx(min(max(scaled, SPX.low), SPX.high), abs=0.006)


def test_vix_moves_against_spx_where_only_spx_is_known() -> None:
    """Without bars of VIX or VXX, VIX goes the other way in the same bars."""
    paths = guided_paths(7, SPX, VIX, 390, Guide(spy=HOURS))
    steps = [
        (math.log(paths.spx[b] / paths.spx[a]), math.log(paths.vix[b] / paths.vix[a]))
        for a, b in zip(range(0, 390, 30), range(30, 391, 30), strict=True)
    ]
    assert correlation(*zip(*steps, strict=True)) < -0.7


def _moments(market: Market, day: date, step: int) -> Iterator[int]:
    """Walk through a day; yields the minutes."""
    session = next(session for session in market.sessions if session.day == day)
    for minute in range(0, 391, step):
        market.move_to(session.open + timedelta(minutes=minute))
        yield minute


@pytest.mark.history
def test_the_real_half_hours_of_2016_are_played(data_folder: Path) -> None:
    """On 2016-11-09 SPX, VIX and the December future are where the bars ended, the close is the file's."""
    market = open_history(data_folder, date(2016, 11, 9), date(2016, 11, 9), 7)
    december = date(2016, 12, 21)
    found: dict[int, tuple[object, ...]] = {}
    for minute in _moments(market, date(2016, 11, 9), 30):
        found[minute] = (market.index("SPX"), market.index("VIX"), market.future(december))
    assert found[30] == (2143.91, 15.36, pytest.approx(16.45))
    assert found[60] == (2134.98, 16.43, pytest.approx(16.725))
    assert found[120] == (2149.7, 15.48, pytest.approx(16.225))
    assert found[390] == (2163.26, 14.38, 15.725)


@pytest.mark.history
@pytest.mark.parametrize("day", [date(2008, 10, 10), date(2011, 8, 8), date(2016, 6, 24), date(2018, 2, 5)])
def test_spx_vix_and_the_curve_move_together_inside_a_day(data_folder: Path, day: date) -> None:
    """Over half hours VIX falls when SPX rises, and the first future with two weeks to go follows VIX."""
    market = open_history(data_folder, day, day, 7)
    front = next(expiry for expiry in market.futures(day) if (expiry - day).days >= 7)
    found: list[list[float]] = []
    for minute in _moments(market, day, 30):
        if minute == 0:
            continue  # SPX's first print is mostly of stocks that have not opened
        levels = (market.index("SPX"), market.index("VIX"), market.future(front))
        found.append([math.log(level) for level in levels if level is not None])
    steps = [[b - a for a, b in zip(x, y, strict=True)] for x, y in pairwise(found)]
    spx, vix, future = zip(*steps, strict=True)
    assert correlation(spx, vix) < -0.4
    assert correlation(vix, future) > 0.4


@pytest.mark.history
def test_the_crash_of_february_2018_came_in_the_afternoon(data_folder: Path) -> None:
    """Three quarters of the day's fall lay after 14:00, as SPY's hours tell, and most of VIX's rise."""
    market = open_history(data_folder, DAY, DAY, 7)
    levels = {minute: (market.index("SPX"), market.index("VIX")) for minute in _moments(market, DAY, 30)}
    spx_then, vix_then = levels[270]
    assert spx_then is not None
    assert vix_then is not None
    assert spx_then > 2725
    assert vix_then < 26
    assert levels[390] == (2648.94, 37.32)


def test_breadth_ends_at_the_days_counts_and_adds_up() -> None:
    """Through the session the issues move from one side to the other; the close has the day's own counts."""
    market = generate("crash", date(2024, 3, 4), 3, 1)
    session = market.sessions[1]
    totals = set()
    for minute in _moments(market, session.day, 10):
        counts = market.breadth()
        assert counts is not None, minute
        totals.add(counts.advancing + counts.declining + counts.unchanged)
    assert len(totals) == 1


def test_vix3m_and_vvix_have_a_level(shock: Market) -> None:
    """Two more indices can be asked for; VIX3M lies above a low VIX and below a high one."""
    for session in shock.sessions:
        shock.move_to(session.close)
        vix, vix3m, vvix = (shock.index(symbol) for symbol in ("VIX", "VIX3M", "VVIX"))
        assert vix is not None
        assert vix3m is not None
        assert vvix is not None
        assert (vix3m > vix) == (vix < 29.4)
        assert 60 < vvix < 250


CALENDAR = Calendar(date(2018, 1, 2), date(2018, 12, 31))


def test_bars_outside_the_session_are_left_out(tmp_path: Path) -> None:
    """The first hourly bar is half an hour, and on a half day nothing after 13:00 is played."""
    stamps = [f"2018-11-23 {hour:02d}:00:00,100,101,99,100" for hour in range(7, 17)]
    (tmp_path / "spy_hourly.csv").write_text("\n".join(["datetime,open,high,low,close", *stamps]) + "\n")
    legs = read_guides(tmp_path, CALENDAR, date(2018, 1, 2), date(2018, 12, 31))[date(2018, 11, 23)].spy
    assert [(leg.start, leg.stop) for leg in legs] == [(0, 30), (30, 90), (90, 150), (150, 210)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2018-02-05 noon,1,1,1,1", "line 2: datetime = '2018-02-05 noon': give a time"),
        ("2018-02-05 10:00:00,1,x,1,1", "line 2: high = 'x': give a finite number"),
        ("2018-02-05 10:00:00,1,1,-1,1", "line 2: low = '-1': give positive prices"),
    ],
)
def test_a_wrong_bar_is_named(tmp_path: Path, line: str, says: str) -> None:
    """File, line, field and value."""
    (tmp_path / "spy_hourly.csv").write_text(f"datetime,open,high,low,close\n{line}\n")
    with pytest.raises(MarketDataError, match=r"spy_hourly\.csv") as caught:
        read_guides(tmp_path, CALENDAR, date(2018, 1, 2), date(2018, 12, 31))
    assert says in str(caught.value)
