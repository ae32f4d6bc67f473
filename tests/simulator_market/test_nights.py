"""Between two sessions: futures and options go on from close to open, indices keep their prints."""

import itertools
import math
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulator.market.model import Market
from simulator.market.sources import generate, open_history

NEW_YORK = ZoneInfo("America/New_York")


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, NEW_YORK)


def test_the_night_leads_from_the_close_to_the_open(shock: Market) -> None:
    """At 18:00 all stands at the close; a minute before the open it is where the open continues."""
    first, second = shock.sessions[:2]
    front = shock.futures(first.day)[0]
    shock.move_to(first.close)
    close = (shock.level("SPX"), shock.level("VIX"), shock.future(front))
    shock.move_to(_at(second.day - timedelta(days=1), time(18, 0)))
    assert (shock.level("SPX"), shock.level("VIX"), shock.future(front)) == pytest.approx(close)
    shock.move_to(second.open - timedelta(seconds=1))
    before = (shock.level("SPX"), shock.level("VIX"), shock.future(front))
    shock.move_to(second.open)
    assert before == pytest.approx((shock.level("SPX"), shock.level("VIX"), shock.future(front)), rel=1e-3)


def test_an_index_prints_in_its_hours_only(shock: Market) -> None:
    """SPX keeps its close all night; VIX does until 03:15 and stands again from 09:15."""
    first, second = shock.sessions[:2]
    shock.move_to(first.close)
    spx, vix = shock.index("SPX"), shock.index("VIX")
    shock.move_to(_at(second.day, time(3, 14)))
    assert (shock.index("SPX"), shock.index("VIX")) == (spx, vix)
    assert shock.level("SPX") != spx
    shock.move_to(_at(second.day, time(9, 15)))
    printed = shock.index("VIX")
    assert (shock.index("SPX"), printed != vix) == (spx, True)
    shock.move_to(_at(second.day, time(9, 29)))
    assert shock.index("VIX") == printed


def test_options_of_the_night_follow_the_level(shock: Market) -> None:
    """Their underlying is what SPX stands at, and VIX options follow their future."""
    second = shock.sessions[1]
    shock.move_to(_at(second.day, time(4, 0)))
    expiry = shock.expiries("SPXW", second.day)[3]
    strikes = shock.strikes("SPXW", expiry)
    found = shock.option("SPXW", expiry, strikes[len(strikes) // 2], "P")
    assert found is not None
    assert found.underlying == shock.level("SPX")
    listed = shock.futures(second.day)[1]
    call = shock.option("VIX", listed, 15.0, "C")
    assert call is not None
    assert call.underlying == shock.future(listed)


def test_nights_are_the_same_for_the_same_seed() -> None:
    """Whoever looks, and how often, a night is a function of the seed."""
    moment = _at(date(2024, 3, 6), time(2, 0))
    worlds = [generate("calm", date(2024, 3, 4), 4, seed) for seed in (3, 3, 4)]
    worlds[0].move_to(moment - timedelta(hours=5))
    for world in worlds:
        world.move_to(moment)
    levels = [world.level("SPX") for world in worlds]
    assert levels[0] == levels[1]
    assert levels[0] != levels[2]


@pytest.mark.history
def test_a_weekend_stands_still_until_sunday_evening(data_folder: Path) -> None:
    """2018-02-02 was a Friday: its closes hold to Sunday 18:00, then the night to Monday begins."""
    market = open_history(data_folder, date(2018, 2, 2), date(2018, 2, 5), 7)
    market.move_to(_at(date(2018, 2, 4), time(17, 59)))
    assert (market.level("SPX"), market.level("VIX")) == (2762.13, 17.31)
    market.move_to(_at(date(2018, 2, 5), time(6, 0)))
    assert market.level("SPX") != 2762.13


@pytest.mark.history
def test_vxx_has_the_return_of_the_rolled_futures(data_folder: Path) -> None:
    """Over 2016-12 to 2018-02 its daily log return is that of the folder's own synthetic series."""
    market = open_history(data_folder, date(2018, 1, 22), date(2018, 2, 16), 7)
    market.move_to(market.sessions[-1].close)
    bars = market.daily("VXX", date(2018, 2, 16), 250)
    lines = (data_folder / "vxx_daily.csv").read_text().splitlines()
    column = lines[0].split(",").index("ret_synthetic_vx")
    known = {line[:10]: line.split(",")[column] for line in lines[1:]}
    errors = [
        math.log(after.close / before.close) - math.log1p(float(known[after.day.isoformat()]))
        for before, after in itertools.pairwise(bars)
        if known.get(after.day.isoformat())
    ]
    assert len(errors) > 240
    assert sum(map(abs, errors)) / len(errors) < 0.001
    assert max(map(abs, errors)) < 0.01


def test_vxx_moves_within_the_day_with_the_front_of_the_curve(shock: Market) -> None:
    """Its bar holds open and close, its price at the close is the bar's."""
    session = shock.sessions[3]
    shock.move_to(session.close)
    (bar,) = shock.daily("VXX", session.day, 1)
    assert bar.day == session.day
    assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
    assert shock.index("VXX") == pytest.approx(bar.close, abs=0.005)
    path = shock.path("VXX", session.day)
    assert (len(path), path[-1]) == (391, bar.close)


def test_minutes_of_a_day_are_known_up_to_now_only(shock: Market) -> None:
    """Past sessions whole, today's as far as it has come, nothing of tomorrow."""
    first, second = shock.sessions[:2]
    shock.move_to(first.open + timedelta(minutes=30))
    assert len(shock.path("SPX", first.day)) == 31
    assert shock.path("SPX", second.day) == ()
    before = shock.daily("SPX", first.day, 1)[-1]
    path = shock.path("SPX", before.day)
    assert (path[0], max(path), min(path), path[-1]) == (before.open, before.high, before.low, before.close)
    front = shock.futures(before.day)[0]
    future = shock.future_path(front, before.day)
    assert future[-1] == pytest.approx(shock.settlement(front, before.day))
