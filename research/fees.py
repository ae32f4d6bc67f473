"""Commissions, after the paper gateway's schedule: IBKR's fixed rate a contract, plus the exchange's fee."""

from decimal import Decimal

OPTION_RATE_USD = Decimal("0.65")
OPTION_ORDER_MIN_USD = Decimal("1.00")
EXCHANGE_FEE_USD = {"SPX": Decimal("0.66"), "SPXW": Decimal("0.66"), "VIX": Decimal("0.45")}


def commission_usd(trading_class: str, quantity: int, charged_usd: Decimal) -> Decimal:
    """Return what one more execution of an option order costs.

    Args:
        trading_class: the option's class.
        quantity: contracts of this execution.
        charged_usd: what the order has paid so far; its first execution tops up the minimum.
    """
    own = OPTION_RATE_USD * quantity
    if not charged_usd:
        own = max(own, OPTION_ORDER_MIN_USD)
    return own + EXCHANGE_FEE_USD[trading_class] * quantity
