"""How wide and how deep contracts are quoted. Modelled on Cboe index options in a calm market.

Half spreads grow with the price (deep in the money they are wide), with the square root of VIX over its calm
level, in the last quarter of an hour before the cash close and after it, and in the global session.
"""

import math
from datetime import datetime, timedelta

from simulator.instruments import Instrument
from simulator.market.model import Session

# Half spread in points: constant + share of the price, times the stress factor.
HALF_SPREAD = {
    **dict.fromkeys(("SPX", "SPXW"), (0.04, 0.012)),
    **dict.fromkeys(("VIX", "VIXW"), (0.012, 0.012)),
    "XSP": (0.008, 0.014),
    "VX": (0.02, 0.0),
    "STK": (0.005, 0.0),
    "CASH": (0.00005, 0.0),
}
SIZES = {
    **dict.fromkeys(("SPX", "SPXW", "XSP"), (10, 90)),
    **dict.fromkeys(("VIX", "VIXW"), (50, 500)),
    "VX": (20, 200),
    "STK": (200, 2000),
    "CASH": (1_000_000, 5_000_000),
}
CALM_VIX = 15.0
SIZE_PERIOD_S = 1800
# A complex order finds a counterparty for a worthless leg that it gives away.
FREE_LEG_SIZE = 1_000
_END_OF_DAY, _AT_THE_END, _OUTSIDE = timedelta(minutes=15), 1.5, 2.0
# The curb session is quoted like the end of the day.
_CURB_ENDS = timedelta(hours=1)


def half_spread(item: Instrument, price: float) -> float:
    """Return half the distance of bid and ask in a calm market, in points."""
    base, share = HALF_SPREAD[_kind(item)]
    return base + share * price


def sides(item: Instrument, price: float, stress: float) -> tuple[float, float]:
    """Return the bid and the ask around a price, both in points.

    Args:
        item: whose.
        price: the market's.
        stress: how much wider than in a calm market.
    """
    half, grid = half_spread(item, price) * stress, item.grid
    return grid.down(max(0.0, price - half)), grid.up(price + half)


def sizes(item: Instrument) -> tuple[int, int]:
    """Return the least and the largest displayed size."""
    return SIZES[_kind(item)]


def stress(vix: float | None, session: Session | None, now: datetime) -> float:
    """Return how much wider than in a calm market everything is quoted, at least 1.

    Args:
        vix: VIX in points, None before its first print.
        session: of the New York day, None on a day without one.
        now: the instant.
    """
    calm = math.sqrt(max(1.0, (vix or CALM_VIX) / CALM_VIX))
    if session is None or not session.open <= now <= session.close + _CURB_ENDS:
        return calm * _OUTSIDE
    late = 1.0 - max(0.0, (session.close - now) / _END_OF_DAY)
    return calm * (1.0 + (_AT_THE_END - 1.0) * max(0.0, late))


def _kind(item: Instrument) -> str:
    """Return the row of the tables."""
    if item.sec_type == "FUT":
        return "VX"
    return item.trading_class if item.sec_type == "OPT" else item.sec_type
