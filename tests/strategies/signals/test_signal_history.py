"""Counts over the real sessions 2007-04-02..2019-12-31, as the method's own trial found them."""

import csv
import os
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from strategies.alvh.curve_days import note_contracts, note_prices, note_session, slope_on, steepening
from strategies.alvh.expansion import expanding, keep
from strategies.core.instruments import Instrument, InstrumentKey, Kind
from strategies.core.market import Unavailable
from strategies.core.rules import Rules
from strategies.core.signal_state import CurveState

pytestmark = pytest.mark.history
FIRST, LAST = date(2007, 4, 2), date(2019, 12, 31)
Column = Callable[[str, str], list[tuple[date, float]]]


def vx_future(expiry: date) -> Instrument:
    """Return the VX future that settles on a day."""
    return Instrument(
        kind=Kind.FUTURE, symbol="VIX", exchange="CFE", trading_class="VX", last_trade=expiry, expiry=expiry
    )


def rows_of(file: str) -> list[dict[str, str]]:
    """Return the rows of a file of the data folder."""
    with Path(os.environ["HEDGED_DATA"], file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def settlements() -> dict[date, dict[InstrumentKey, float]]:
    """Return the settlements of each day by contract, M1 and M2 of early days from the term structure."""
    curve = rows_of("vx_term_structure_daily.csv")
    known = [(row["date"], row["m1_expiry"], row["M1"]) for row in curve]
    known += [(row["date"], row["m2_expiry"], row["M2"]) for row in curve]
    known += [
        (row["date"], row["expiry"], row["settle"]) for row in rows_of("vx_futures_contracts_daily.csv")
    ]
    found: dict[date, dict[InstrumentKey, float]] = defaultdict(dict)
    for day, expiry, price in known:
        if price and float(price) > 0:
            found[date.fromisoformat(day)][vx_future(date.fromisoformat(expiry)).key] = float(price)
    return found


def test_slope_and_steepening_of_the_real_curve(history: Column) -> None:
    """A slope above 3 stood on 115 closes, as in the trial, and on 99 of them the curve had steepened.

    The trial's 94 compares with whatever M1 and M2 were five sessions ago; ours are the same two futures.
    """
    prices = settlements()
    sessions = [day for day, _ in history("spx_daily.csv", "close") if date(2007, 3, 15) <= day <= LAST]
    curve, high, steep, counted = CurveState(), [], [], 0
    for day in sessions:
        listed = tuple(vx_future(date.fromisoformat(key[-8:])) for key in sorted(prices[day]))
        curve = note_session(note_contracts(curve, listed, day), day, 5)
        curve = note_prices(curve, day, prices[day])
        slope = slope_on(curve, day)
        if day < FIRST or isinstance(slope, Unavailable):
            continue
        counted += 1
        if slope.points > 3.0:
            high.append(day)
            if steepening(curve, slope, 5) is True:
                steep.append(day)
    assert (counted, len(high), len(steep)) == (3211, 115, 99)
    assert {2007, 2013, 2014, 2015, 2017, 2018}.isdisjoint(day.year for day in high)


def test_expansion_of_the_real_vix(history: Column) -> None:
    """Volatility expanded on 456 of the trial's sessions."""
    rules = Rules().expansion
    closes: tuple[float, ...] = ()
    count = 0
    for day, vix in history("vix_daily.csv", "close"):
        count += FIRST <= day <= LAST and expanding(vix, closes, rules) is True
        closes = keep(closes, vix, rules)
    assert count == 456
