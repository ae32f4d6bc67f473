"""What the hedge's capital costs: a proxy of the weighted average cost, and its distance from its mean.

Strategy section 5, gate 3 (ours): WACC = w x (r + ERP x beta) + (1 - w) x (r + spread): the CAPM's cost of
equity and the cost of debt over r = fed funds + expected change at the next FOMC meeting.
"""

import math
from collections.abc import Sequence

from msgspec import Struct

from strategies.core.gate_rules import WaccRules
from strategies.core.records import Value
from strategies.core.unavailable import Unavailable


class Wacc(Struct, frozen=True):
    """The proxy (a decimal a year), and what had to be replaced to compute it."""

    value: float
    notes: tuple[str, ...] = ()


def wacc_proxy(
    *,
    fed_funds_pct: float | Unavailable,
    expected_change_pct: float | Unavailable,
    beta: float | Unavailable,
    rules: WaccRules,
) -> Wacc | Unavailable:
    """Return the proxy; unavailable without fed funds.

    Args:
        fed_funds_pct: the rate now, percent a year.
        expected_change_pct: at the next FOMC meeting, percentage points; unavailable: 0, noted.
        beta: of the book on SPX; unavailable: 1, noted.
        rules: weights and premiums.
    """
    if isinstance(fed_funds_pct, Unavailable):
        return Unavailable(f"fed funds: {fed_funds_pct.reason}")
    notes: list[str] = []
    if isinstance(expected_change_pct, Unavailable):
        notes.append(f"expected change is 0: {expected_change_pct.reason}")
        expected_change_pct = 0.0
    if isinstance(beta, Unavailable):
        notes.append(f"beta is 1: {beta.reason}")
        beta = 1.0
    risk_free = (fed_funds_pct + expected_change_pct) / 100.0
    equity = risk_free + rules.equity_premium * beta
    debt = risk_free + rules.credit_spread
    weight = rules.equity_weight
    return Wacc(weight * equity + (1.0 - weight) * debt, tuple(notes))


def replaced(notes: Sequence[str]) -> dict[str, Value]:
    """Return what had to be replaced, as the input of a verdict; nothing where nothing had to be."""
    return {"replaced": "; ".join(notes)} if notes else {}


def wacc_excess(
    *,
    fed_funds_pct: float | Unavailable,
    expected_change_pct: float | Unavailable,
    month_ends_pct: Sequence[float],
    rules: WaccRules,
) -> float | Unavailable:
    """Return WACC less its 5-year mean (a decimal a year).

    At today's beta the proxy is linear in r with slope 1, so premium, spread and beta cancel:
    WACC - mean(WACC) = r - mean(r).

    Args:
        fed_funds_pct: the rate now, percent a year.
        expected_change_pct: at the next FOMC meeting, percentage points; unavailable: 0, as in the proxy.
        month_ends_pct: fed funds at past month ends, percent a year, oldest first; the last 60 count.
        rules: how many month ends the mean needs.
    """
    if isinstance(fed_funds_pct, Unavailable):
        return Unavailable(f"fed funds: {fed_funds_pct.reason}")
    months = month_ends_pct[-rules.mean_months :]
    if len(months) < rules.mean_months:
        return Unavailable(f"{len(months)} month ends of fed funds, the mean needs {rules.mean_months}")
    change = 0.0 if isinstance(expected_change_pct, Unavailable) else expected_change_pct
    return (fed_funds_pct + change - math.fsum(months) / len(months)) / 100.0
