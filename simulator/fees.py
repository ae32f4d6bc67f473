"""Commissions: what an order of index options, VX futures or US stocks costs at the broker.

Option orders: IBKR's fixed 0.65 per contract, at least 1.00 per order, plus the exchange's fee. Exchange fees
follow Cboe's customer schedule for index products, rounded to one constant per class whatever the premium.
Stocks: IBKR's fixed 0.005 per share, at least 1.00 per order.
"""

from decimal import ROUND_HALF_UP, Decimal

from simulator.instruments import Instrument

OPTION_RATE = Decimal("0.65")
OPTION_ORDER_MIN = Decimal("1.00")
EXCHANGE_FEE = {
    "SPX": Decimal("0.66"),
    "SPXW": Decimal("0.66"),
    "XSP": Decimal("0.07"),
    "VIX": Decimal("0.45"),
    "VIXW": Decimal("0.45"),
}
STOCK_RATE, STOCK_ORDER_MIN = Decimal("0.005"), Decimal("1.00")
_CENT = Decimal("0.01")
FUTURE_RATE = Decimal("2.25")


def commission(item: Instrument, quantity: int, charged: Decimal) -> Decimal:
    """Return the dollars for one more execution of an order.

    Args:
        item: what was traded.
        quantity: contracts of this execution.
        charged: what the order has paid so far; the minimum is topped up by its first execution.
    """
    if item.sec_type == "FUT":
        return FUTURE_RATE * quantity
    if item.sec_type == "STK":
        # Whole cents an execution, so that cash never holds a fraction of one.
        own = (STOCK_RATE * quantity).quantize(_CENT, ROUND_HALF_UP)
        return own if charged else max(own, STOCK_ORDER_MIN)
    own = OPTION_RATE * quantity
    if not charged:
        own = max(own, OPTION_ORDER_MIN)
    return own + EXCHANGE_FEE[item.trading_class] * quantity
