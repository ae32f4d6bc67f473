"""How long a contract's hours stay as they are is known as well as whether it trades."""

from datetime import date, timedelta

import pytest

from simulator.hours import Hours, Standing
from simulator.instruments import Instrument, option, underlying

FIRST, LAST = date(2026, 11, 23), date(2026, 12, 1)  # Thanksgiving, the half day after it, a weekend
_LAST_TRADE = date(2026, 11, 27)
ITEMS = [
    *(underlying(symbol) for symbol in ("SPX", "VIX", "SPY", "EUR", "AD-NYSE")),
    option("SPXW", _LAST_TRADE, _LAST_TRADE, 4000.0, "C"),
    option("VIX", date(2026, 11, 25), date(2026, 11, 24), 20.0, "P"),
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.trading_class or item.symbol)
def test_a_standing_holds_until_the_instant_it_names(item: Instrument) -> None:
    """What is kept until then never differs from what is looked up anew, by night and on holidays."""
    hours = Hours(FIRST, LAST)
    session = hours.session(FIRST)
    assert session is not None
    now, looked_up = session.open - timedelta(hours=20), 0
    known: Standing | None = None
    for _ in range(8 * 24 * 20):
        now += timedelta(minutes=3)
        if known is None or now >= known.until:
            known = hours.standing(item, now)
            looked_up += 1
        assert known[:2] == (hours.is_open(item, now), hours.is_regular(item, now)), now
    assert looked_up < 200
