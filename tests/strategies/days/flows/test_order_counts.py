"""How an order is counted towards the caps: the whole of the counters before and after."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core.gates import count_order
from strategies.core.state import Counters
from strategies.core.turn import Turn

Desk = Any


def counted(desk: Desk, counters: Counters, *args: Decimal, **kwargs: bool) -> Counters:
    """Return the counters after an order on the desk's day."""
    turn = Turn(structs.replace(desk.state, counters=counters), desk.now)
    count_order(turn, *args, **kwargs)
    return turn.state.counters


@pytest.fixture
def ages(desk: Desk) -> tuple[datetime, ...]:
    """Sixty seconds ago to the microsecond, one microsecond less, and a second ago."""
    edge = desk.now - timedelta(minutes=1)
    return edge, edge + timedelta(microseconds=1), desk.now - timedelta(seconds=1)


def test_an_order_counts_once_today_and_in_its_minute(desk: Desk, ages: tuple[datetime, ...]) -> None:
    """One more today, its premium added, its time kept; what is a minute old is dropped, the rest stays."""
    before = Counters(
        day=desk.today, orders_today=3, premium_today_usd=Decimal(50), recent_orders=ages, plans=7
    )
    kept = ages[1:]
    once = structs.replace(before, orders_today=4, recent_orders=(*kept, desk.now))
    assert counted(desk, before) == once
    paid = structs.replace(once, premium_today_usd=Decimal("62.5"))
    assert counted(desk, before, Decimal("12.5")) == paid
    assert counted(desk, before, Decimal("12.5"), sent=True) == paid


def test_a_proposal_claims_its_premium_only(desk: Desk, ages: tuple[datetime, ...]) -> None:
    """Not sent: the day's premium grows; neither the day's orders nor the minute's do."""
    before = Counters(day=desk.today, orders_today=3, premium_today_usd=Decimal(50), recent_orders=ages)
    assert counted(desk, before, Decimal("12.5"), sent=False) == structs.replace(
        before, premium_today_usd=Decimal("62.5"), recent_orders=ages[1:]
    )


def test_a_new_day_begins_at_nothing(desk: Desk, ages: tuple[datetime, ...]) -> None:
    """Orders and premium of another day are forgotten, the minute's window runs on across midnight."""
    before = Counters(
        day=date(2018, 1, 19), orders_today=3, premium_today_usd=Decimal(50), recent_orders=ages, plans=7
    )
    after = counted(desk, before, Decimal("12.5"))
    assert after == Counters(
        day=desk.today,
        orders_today=1,
        premium_today_usd=Decimal("12.5"),
        recent_orders=(*ages[1:], desk.now),
        plans=7,
    )
    assert counted(desk, before).premium_today_usd == Decimal(0)
