"""Margin, kept light: options by their worst value at expiry, futures by a share of their value.

The options of one class and expiry are taken together. Their cash value at expiry is piecewise linear in the
underlying with kinks at the strikes, so its minimum lies at zero, at a strike, or far out where it falls
without end; the last means that something sold is not covered. For an iron condor this gives the width of
the wider wing, which is Regulation T's rule for it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from simulator.instruments import Instrument

# Initial margin of a VX future as a share of its value; exchanges have moved it between about 15 and 45 %.
FUTURE_MARGIN_SHARE = Decimal("0.35")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Dollars of margin, and the contract that is sold without cover (None if everything is covered)."""

    margin: Decimal
    uncovered: Instrument | None


def requirement(
    holdings: Iterable[tuple[Instrument, int]], mark: Callable[[Instrument], float]
) -> Requirement:
    """Return the margin of a set of (contract, quantity) pairs; marks in points are for futures."""
    groups: dict[tuple[str, date | None], list[tuple[Instrument, int]]] = {}
    margin = Decimal(0)
    for item, quantity in holdings:
        if item.sec_type == "FUT":
            margin += Decimal(repr(mark(item))) * item.multiplier * abs(quantity) * FUTURE_MARGIN_SHARE
        elif quantity:
            groups.setdefault((item.trading_class, item.expiry), []).append((item, quantity))
    uncovered = None
    for group in groups.values():
        margin += _worst_loss(group)
        uncovered = uncovered or _uncovered(group)
    return Requirement(margin=margin, uncovered=uncovered)


def _worst_loss(group: list[tuple[Instrument, int]]) -> Decimal:
    points = [0.0, *(item.strike for item, _ in group)]
    return max(Decimal(0), *(-_payoff(group, point) for point in points))


def _payoff(group: list[tuple[Instrument, int]], underlying: float) -> Decimal:
    total = 0.0
    for item, quantity in group:
        intrinsic = underlying - item.strike if item.right == "C" else item.strike - underlying
        total += max(0.0, intrinsic) * item.multiplier * quantity
    return Decimal(repr(round(total, 4)))


def _uncovered(group: list[tuple[Instrument, int]]) -> Instrument | None:
    for right in ("C", "P"):
        same = [(item, quantity) for item, quantity in group if item.right == right]
        if sum(quantity for _, quantity in same) < 0:
            return next(item for item, quantity in same if quantity < 0)
    return None
