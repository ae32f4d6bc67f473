"""Spreads and sizes around the market's values, modelled; shapes of Cboe index options in a calm market."""

from simulator.instruments import Instrument

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


def kind_of(item: Instrument) -> str:
    """Return the row of the tables of spreads and sizes."""
    if item.sec_type == "FUT":
        return "VX"
    return item.trading_class if item.sec_type == "OPT" else item.sec_type
