"""Research may not import the gateway; what both state is held together here."""

from decimal import Decimal

import pytest

from daemon.settings.session import Schedule
from research import fees, instants, quoting
from simulator import fees as gateway_fees
from simulator import spreads as gateway_spreads
from simulator.instruments import FUTURE_GRID, SPX_GRID, VIX_GRID, PriceGrid
from strategies.core.instruments import Tick
from strategies.core.rules import Rules


def test_spreads_and_sizes_are_the_gateways() -> None:
    """Rule: a replay's quotes are as wide as a play's."""
    for kind, spread in quoting.HALF_SPREAD.items():
        assert spread == gateway_spreads.HALF_SPREAD[kind]
        assert quoting.SIZES[kind] == gateway_spreads.SIZES[kind]
    assert quoting.CALM_VIX == gateway_spreads.CALM_VIX


@pytest.mark.parametrize(
    ("ticks", "grid"),
    [(quoting.SPX_TICKS, SPX_GRID), (quoting.VIX_TICKS, VIX_GRID), (quoting.FUTURE_TICKS, FUTURE_GRID)],
)
def test_price_grids_are_the_gateways(ticks: tuple[Tick, ...], grid: PriceGrid) -> None:
    """Rule: limits land on the same grid."""
    assert [(t.low_edge, t.increment) for t in ticks] == [(i.low_edge, i.step) for i in grid.increments]


def test_commissions_are_the_gateways() -> None:
    """Rule: an order costs the same."""
    assert fees.OPTION_RATE_USD == gateway_fees.OPTION_RATE
    assert fees.OPTION_ORDER_MIN_USD == gateway_fees.OPTION_ORDER_MIN
    for trading_class, fee in fees.EXCHANGE_FEE_USD.items():
        assert fee == gateway_fees.EXCHANGE_FEE[trading_class]


def test_one_contract_pays_the_orders_minimum() -> None:
    """Rule: the first execution of an order is topped up to the minimum, the next one is not."""
    assert fees.commission_usd("VIX", 1, Decimal(0)) == Decimal("1.45")
    assert fees.commission_usd("VIX", 1, Decimal("1.45")) == Decimal("1.10")


def test_the_days_instants_are_the_schedules() -> None:
    """Rule: a replay acts when the daemon would."""
    schedule = Schedule()
    assert instants._PREP_BEFORE_OPEN.total_seconds() == schedule.prep_before_open_s
    assert instants._FINAL_AFTER_CLOSE.total_seconds() == schedule.finalise_after_close_s
    assert instants._SUMMARY_AFTER_CLOSE.total_seconds() == schedule.summary_after_close_s
    assert Rules().schedule.act_after_open_s == schedule.act_after_open_s
