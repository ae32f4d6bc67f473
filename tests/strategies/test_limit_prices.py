"""Limits: on the tick grid, and never worse than the far side rounded."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.core.commands import Leg
from strategies.core.facts import Quote
from strategies.core.instruments import Instrument, InstrumentKey, Kind, Right, Tick, tick_at
from strategies.core.order_price import limit_price, to_tick

TICKS = (Tick(0.0, 0.01), Tick(3.0, 0.05))


def leg(ratio: int, strike: float = 16.0) -> Leg:
    """Return a leg in a VIX call."""
    option = Instrument(
        kind=Kind.OPTION,
        symbol="VIX",
        exchange="CBOE",
        trading_class="VIX",
        strike=strike,
        right=Right.CALL,
        multiplier=100,
        ticks=TICKS,
    )
    return Leg(instrument=option, ratio=ratio)


def quote(bid: float, ask: float) -> Quote:
    """Return a two-sided quote."""
    return Quote(instrument=InstrumentKey("OPT.X"), bid=bid, ask=ask)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    bid=st.integers(1, 1500),
    spread=st.integers(0, 300),
    share=st.floats(0.0, 1.0),
    ratio=st.sampled_from([1, -1]),
)
def test_a_single_leg_limit_is_on_the_grid_and_within_the_far_side(
    bid: int, spread: int, share: float, ratio: int
) -> None:
    """A buy never pays more than the ask, a sale never takes less than the bid, to the next tick."""
    near, far = bid / 100, (bid + spread) / 100
    limit = limit_price([leg(ratio)], [quote(near, far)], share)
    tick = Decimal(str(tick_at(TICKS, float(limit))))
    assert limit > 0
    assert limit % Decimal("0.01") == 0
    if ratio > 0:
        assert limit < Decimal(str(far)) + tick
    else:
        assert limit > Decimal(str(near)) - Decimal("0.05")


@settings(derandomize=True, deadline=None, max_examples=100)
@given(mids=st.lists(st.integers(100, 9000), min_size=4, max_size=4), half=st.integers(1, 50))
def test_a_combo_limit_is_on_its_grid_and_not_above_the_far_side(mids: list[int], half: int) -> None:
    """A combo's limit is a multiple of 0.05, at most one tick beyond its far side, whatever its sign."""
    legs = [leg(ratio, 10.0 + n) for n, ratio in enumerate((1, -1, -1, 1))]
    quotes = [quote((m - half) / 100, (m + half) / 100) for m in mids]
    far = sum(lg.ratio * (m + half * lg.ratio) for lg, m in zip(legs, mids, strict=True)) / 100
    limit = limit_price(legs, quotes, 1.0)
    assert limit % Decimal("0.05") == 0
    assert far - 1e-9 <= float(limit) < far + 0.05


@pytest.mark.parametrize(
    ("price", "tick", "up", "expected"),
    [
        (0.67, 0.01, True, "0.67"),  # on the grid: stays, whatever binary fractions say
        (0.671, 0.01, True, "0.68"),
        (0.679, 0.01, False, "0.67"),
        (-8.37, 0.05, True, "-8.35"),
        (3.02, 0.05, False, "3.00"),
    ],
)
def test_rounding_goes_one_way_and_leaves_the_grid_alone(
    price: float,
    tick: float,
    up: bool,  # noqa: FBT001 - the case
    expected: str,
) -> None:
    """A price on the grid stays; others are rounded in the direction asked for."""
    assert to_tick(price, tick, up=up) == Decimal(expected)


def test_the_lowest_limit_of_a_sale_is_one_tick() -> None:
    """A limit of zero is no order: a sale at the smallest bid asks for one tick."""
    assert limit_price([leg(-1)], [quote(0.0, 0.02)], 1.0) == Decimal("0.01")


def test_a_tick_table_without_a_positive_increment_is_passed_over() -> None:
    """An increment of zero says nothing: the default of a cent is used."""
    assert tick_at((Tick(0.0, 0.0),), 5.0) == 0.01
    assert tick_at((), 5.0) == 0.01
    assert tick_at(TICKS, 5.0) == 0.05
