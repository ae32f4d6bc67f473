"""Orders that hang together: one-cancels-all groups, and children that wait for a parent.

A group is cancelled by the first fill (ocaType 1) or reduced in the proportion of the fill (2 and 3, and 0,
which the gateway treats as 3). Children of one parent are a group of type 3 unless they name their own.
"""

from collections.abc import Iterable, Sequence

from simulator.orders import Order

_CANCEL_ALL = 1


def children_of(order: Order, working: Iterable[Order]) -> list[Order]:
    """Return the working orders whose parent an order is."""
    return [other for other in working if other.parent is order]


def reductions(order: Order, left_before: int, working: Iterable[Order]) -> Sequence[tuple[Order, int]]:
    """Return the other orders of a group with the quantity that a fill leaves them.

    Args:
        order: what has just filled.
        left_before: what it had still to fill before.
        working: the orders that may be of its group.
    """
    if not order.group:
        return []
    result = []
    for other in working:
        if other is order or other.group != order.group:
            continue
        left = 0
        if other.ticket.terms.integer("ocaType") != _CANCEL_ALL:
            left = other.remaining * order.remaining // left_before
        result.append((other, other.filled + left))
    return result


def bracket(order: Order, working: Iterable[Order]) -> list[Order]:
    """Return what an order's transmission sends along: its parent, and the parent's other children."""
    parent = order.parent
    if parent is None:
        return []
    held = [parent, *(other for other in working if other.parent is parent and other is not order)]
    return [other for other in held if other.is_working and not other.transmitted]
