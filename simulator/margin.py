"""Margin, kept light: options by their worst value at expiry, futures by a share of their value.

The options of one class and expiry are taken together. Their cash value at expiry is piecewise linear in the
underlying with kinks at the strikes, so its minimum lies at zero, at a strike, or far out where it falls
without end; the last means that something sold is not covered. For an iron condor this gives the width of
the wider wing, which is Regulation T's rule for it.

Where more is sold than bought of one right (the option legs of a conversion or a reversal beside a condor do
that), the loss has no natural end, so the worst value is sought within a move of the index to either side:
15 %, the rate of Cboe's margin manual for broad-based indices. Whether selling so is allowed is for `risk`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from simulator.instruments import Instrument

# Initial margin of a VX future as a share of its value; exchanges have moved it between about 15 and 45 %.
FUTURE_MARGIN_SHARE = Decimal("0.35")
OPEN_ENDED_MOVE = 0.15

Holding = tuple[Instrument, int]
# Contracts sold beyond what covers them, by class, expiry and right.
Uncovered = dict[tuple[str, date | None, str], tuple[Instrument, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Dollars of margin, and what is sold without cover: one of the contracts, and how many."""

    margin: Decimal
    uncovered: Uncovered


def requirement(
    holdings: Iterable[Holding],
    mark: Callable[[Instrument], float],
    spot: Callable[[str], float | None],
) -> Requirement:
    """Return the margin of a set of (contract, quantity) pairs.

    Args:
        holdings: what is held.
        mark: of a future, in points.
        spot: of an option's underlying index, in points; None if it is not known.
    """
    groups: dict[tuple[str, date | None], list[Holding]] = {}
    margin = Decimal(0)
    uncovered: Uncovered = {}
    for item, quantity in holdings:
        if item.sec_type == "FUT":
            margin += Decimal(repr(mark(item))) * item.multiplier * abs(quantity) * FUTURE_MARGIN_SHARE
        elif item.sec_type == "STK" and quantity < 0:
            uncovered[item.trading_class, None, ""] = (item, -quantity)
        elif quantity and item.sec_type != "STK":
            groups.setdefault((item.trading_class, item.expiry), []).append((item, quantity))
    for (trading_class, expiry), group in groups.items():
        found = _uncovered(group)
        margin += _worst_loss(group, spot(group[0][0].symbol) if found else None)
        uncovered |= {(trading_class, expiry, right): short for right, short in found.items()}
    return Requirement(margin=margin, uncovered=uncovered)


def _worst_loss(group: list[Holding], level: float | None) -> Decimal:
    """Return the largest loss at expiry, within the move around a level if there is one."""
    strikes = [item.strike for item, _ in group]
    points = [0.0, *strikes]
    if level is not None:
        low, high = level * (1 - OPEN_ENDED_MOVE), level * (1 + OPEN_ENDED_MOVE)
        points = [low, *(strike for strike in strikes if low < strike < high), high]
    return max(Decimal(0), *(-_payoff(group, point) for point in points))


def _payoff(group: list[Holding], underlying: float) -> Decimal:
    total = 0.0
    for item, quantity in group:
        intrinsic = underlying - item.strike if item.right == "C" else item.strike - underlying
        total += max(0.0, intrinsic) * item.multiplier * quantity
    return Decimal(repr(round(total, 4)))


def _uncovered(group: list[Holding]) -> dict[str, tuple[Instrument, int]]:
    """Return, by right, a contract that is sold and how many are beyond what is bought."""
    result = {}
    for right in ("C", "P"):
        same = [(item, quantity) for item, quantity in group if item.right == right]
        short = -sum(quantity for _, quantity in same)
        if short > 0:
            result[right] = (next(item for item, quantity in same if quantity < 0), short)
    return result
