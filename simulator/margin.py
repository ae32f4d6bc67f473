"""Margin, kept light: options by their worst value at expiry, futures by a share of their value.

The options of one class and expiry are taken together. Their cash value at expiry is piecewise linear in the
underlying with kinks at the strikes, so its minimum lies at zero, at a strike, or far out where it falls
without end; the last means that something sold is not covered. For an iron condor this gives the width of
the wider wing, which is Regulation T's rule for it.

An option sold together with one of the other right, bought at the same strike and expiry, is a synthetic
future (a conversion's or a reversal's option legs). Its loss has no natural end, so the worst value is sought
within a move of the index to either side: 15 %, the rate of Cboe's margin manual for broad-based indices.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from simulator.instruments import Instrument

# Initial margin of a VX future as a share of its value; exchanges have moved it between about 15 and 45 %.
FUTURE_MARGIN_SHARE = Decimal("0.35")
SYNTHETIC_MOVE = 0.15

Holding = tuple[Instrument, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Dollars of margin, and the contract that is sold without cover (None if everything is covered)."""

    margin: Decimal
    uncovered: Instrument | None


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
    uncovered = None
    for item, quantity in holdings:
        if item.sec_type == "FUT":
            margin += Decimal(repr(mark(item))) * item.multiplier * abs(quantity) * FUTURE_MARGIN_SHARE
        elif item.sec_type == "STK":
            uncovered = item if quantity < 0 else uncovered
        elif quantity:
            groups.setdefault((item.trading_class, item.expiry), []).append((item, quantity))
    for group in groups.values():
        found, synthetic = _uncovered(group)
        level = spot(group[0][0].symbol) if synthetic else None
        if synthetic and level is None:
            found = found or group[0][0]
        margin += _worst_loss(group, level)
        uncovered = uncovered or found
    return Requirement(margin=margin, uncovered=uncovered)


def _worst_loss(group: list[Holding], level: float | None) -> Decimal:
    """Return the largest loss at expiry, within the move around a level if there is one."""
    low, high = (0.0, None) if level is None else (level * (1 - SYNTHETIC_MOVE), level * (1 + SYNTHETIC_MOVE))
    points = [item.strike for item, _ in group if item.strike >= low and (high is None or item.strike <= high)]
    points += [low] if high is None else [low, high]
    return max(Decimal(0), *(-_payoff(group, point) for point in points))


def _payoff(group: list[Holding], underlying: float) -> Decimal:
    total = 0.0
    for item, quantity in group:
        intrinsic = underlying - item.strike if item.right == "C" else item.strike - underlying
        total += max(0.0, intrinsic) * item.multiplier * quantity
    return Decimal(repr(round(total, 4)))


def _uncovered(group: list[Holding]) -> tuple[Instrument | None, bool]:
    """Return what is sold without cover, and whether a synthetic future covers what else would be."""
    net: dict[float, Counter[str]] = {}
    for item, quantity in group:
        net.setdefault(item.strike, Counter())[item.right] += quantity
    synthetic = False
    for right, other in (("C", "P"), ("P", "C")):
        short = -sum(sides[right] for sides in net.values())
        if short <= 0:
            continue
        pairs = sum(max(0, min(-sides[right], sides[other])) for sides in net.values())
        if short > pairs:
            return next(item for item, quantity in group if item.right == right and quantity < 0), synthetic
        synthetic = True
    return None, synthetic
