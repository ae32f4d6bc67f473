"""What a condor yields a year if SPX does not move: the base half of the steward test.

Strategy section 5, gate 4: the take-profit share of the credit less all open debits, on capital N - credit,
annualised over the planned hold.
"""

from strategies.core.unavailable import Unavailable


def base_irr(
    *, credit_usd: float, open_debits_usd: float, notional_usd: float, profit_share: float, hold_days: float
) -> float | Unavailable:
    """Return the internal rate of return, a decimal a year, compounded.

    Capital flows out, capital plus profit back, so the rate has a closed form:
    (1 + profit / capital) ^ (365 / days) - 1. What loses all of its capital or more returns -1.

    Args:
        credit_usd: received for the condor.
        open_debits_usd: of all layers held for it, the new one included.
        notional_usd: N.
        profit_share: of the credit, at which the condor is closed.
        hold_days: calendar days from entry to the planned exit.
    """
    capital = notional_usd - credit_usd
    if capital <= 0.0:
        return Unavailable("the credit is not less than the notional")
    if hold_days <= 0.0:
        return Unavailable("the condor's planned exit is past")
    growth = 1.0 + (profit_share * credit_usd - open_debits_usd) / capital
    return float(growth ** (365.0 / hold_days)) - 1.0 if growth > 0.0 else -1.0
