"""Quotes are wider when VIX is high, deep in the money, late in the day, and at night."""

from datetime import UTC, date, datetime, timedelta

from simulator.instruments import option
from simulator.market.model import Session
from simulator.spreads import half_spread, stress

OPEN = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)
SESSION = Session(day=date(2026, 1, 5), open=OPEN, close=OPEN + timedelta(hours=6.5), half_day=False)


def _at(minutes: float) -> float:
    return stress(12.0, SESSION, OPEN + timedelta(minutes=minutes))


def test_the_end_of_the_day_is_wider_and_the_night_wider_still() -> None:
    """Calm until a quarter to four, one and a half times as wide from the close on, twice at night."""
    assert [_at(minutes) for minutes in (0, 200, 375)] == [1.0, 1.0, 1.0]
    assert _at(375) < _at(380) < _at(389) < _at(390) == _at(405) == _at(450) == 1.5
    assert _at(-60) == _at(600) == 2.0
    assert stress(12.0, None, OPEN) == 2.0


def test_spreads_grow_with_the_root_of_vix() -> None:
    """At four times the calm level they are twice as wide; below it they stay."""
    noon = OPEN + timedelta(hours=2)
    assert [stress(vix, SESSION, noon) for vix in (None, 10.0, 15.0, 60.0)] == [1.0, 1.0, 1.0, 2.0]


def test_a_dear_option_is_quoted_wider_than_a_cheap_one() -> None:
    """Deep in the money the spread is a share of the price."""
    item = option("SPXW", date(2026, 1, 30), date(2026, 1, 30), 4000.0, "P")
    assert half_spread(item, 0.5) < half_spread(item, 20.0) < half_spread(item, 300.0)
