"""Option computations for clients (requests 54 and 55): Black-76 on the price they name, without rates."""

from datetime import datetime, time

from simulator.hours import NEW_YORK
from simulator.instruments import Instrument
from simulator.market.listings import PM_SETTLED
from simulator.market.model import OptionValue
from simulator.pricing.black import DAYS_PER_YEAR, Expiry, value

_AM, _PM = time(9, 30), time(16, 0)
_VOLS = (1e-4, 20.0)
_STEPS = 60
_SECONDS_PER_DAY = 86_400


def computed_price(
    item: Instrument, volatility: float, underlying: float, now: datetime
) -> OptionValue | None:
    """Return an option's value at a volatility, None if it has none: expired, or a price below zero."""
    years = _years(item, now)
    if years <= 0 or underlying <= 0 or not _VOLS[0] <= volatility <= _VOLS[1]:
        return None
    return value(_expiry(underlying, years), item.strike, item.right, volatility)


def computed_vol(item: Instrument, price: float, underlying: float, now: datetime) -> OptionValue | None:
    """Return the value at the volatility that gives a price, None if none does; found by bisection."""
    low, high = (computed_price(item, vol, underlying, now) for vol in _VOLS)
    if low is None or high is None or not low.price <= price <= high.price:
        return None
    bottom, top = _VOLS
    for _ in range(_STEPS):
        middle = (bottom + top) / 2
        found = computed_price(item, middle, underlying, now)
        assert found is not None
        bottom, top = (middle, top) if found.price < price else (bottom, middle)
    return computed_price(item, (bottom + top) / 2, underlying, now)


def _expiry(underlying: float, years: float) -> Expiry:
    return Expiry(underlying=underlying, forward=underlying, years=years, rate=0.0, carry=0.0)


def _years(item: Instrument, now: datetime) -> float:
    assert item.expiry is not None
    at = datetime.combine(item.expiry, _PM if item.trading_class in PM_SETTLED else _AM, NEW_YORK)
    return (at - now).total_seconds() / _SECONDS_PER_DAY / DAYS_PER_YEAR
