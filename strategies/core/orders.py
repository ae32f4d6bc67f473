"""The life of an order, as a table.

    proposed -> intended | withdrawn
    intended -> transmitted -> working -> filled | cancelled | rejected
    intended to working -> unknown -> whatever the broker's truth is | absent

An intent is transmitted at most once; `unknown` is left only by what the broker reports.
"""

from datetime import timedelta
from enum import StrEnum

from msgspec import structs

from strategies.core.book import order_done, subject_working
from strategies.core.commands import CancelOrder
from strategies.core.events import Link, OrderNotTransmitted, OrderStatus, OrderTransmitted
from strategies.core.halts import count_unknown, forbidden, watch_perm_id
from strategies.core.holdings import ENDED, Order, OrderStage
from strategies.core.notes import note_order
from strategies.core.state import State
from strategies.core.turn import Turn


class Report(StrEnum):
    """What can be learned of an order."""

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    SENT = "sent"
    NOT_SENT = "not_sent"
    WORKING = "working"
    CANCEL_ASKED = "cancel_asked"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    FILLED = "filled"
    DOUBT = "doubt"
    ABSENT = "absent"


_S, _R = OrderStage, Report
_FACTS = {_R.WORKING: _S.WORKING, _R.CANCELLED: _S.CANCELLED, _R.REJECTED: _S.REJECTED, _R.FILLED: _S.FILLED}
# A stage that a report does not name is left as it is: a late or repeated report.
LIFE: dict[OrderStage, dict[Report, OrderStage]] = {
    _S.PROPOSED: {_R.APPROVED: _S.INTENDED, _R.WITHDRAWN: _S.WITHDRAWN},
    _S.WITHDRAWN: {},
    _S.INTENDED: {**_FACTS, _R.SENT: _S.TRANSMITTED, _R.NOT_SENT: _S.ABSENT, _R.DOUBT: _S.UNKNOWN},
    _S.TRANSMITTED: {**_FACTS, _R.DOUBT: _S.UNKNOWN, _R.CANCEL_ASKED: _S.CANCELLING},
    _S.WORKING: {**_FACTS, _R.DOUBT: _S.UNKNOWN, _R.CANCEL_ASKED: _S.CANCELLING},
    _S.CANCELLING: {**_FACTS, _R.WORKING: _S.CANCELLING, _R.DOUBT: _S.UNKNOWN},
    _S.UNKNOWN: {**_FACTS, _R.ABSENT: _S.ABSENT},
    # The broker may take an end back: a cancel that lost the race against a fill, an order believed gone.
    _S.CANCELLED: {_R.FILLED: _S.FILLED, _R.WORKING: _S.WORKING},
    _S.REJECTED: {_R.FILLED: _S.FILLED, _R.WORKING: _S.WORKING},
    _S.ABSENT: _FACTS,
    _S.FILLED: {},
}

_STATUS = {
    "ApiPending": _R.WORKING,
    "PendingSubmit": _R.WORKING,
    "PreSubmitted": _R.WORKING,
    "Submitted": _R.WORKING,
    "PendingCancel": _R.CANCEL_ASKED,
    "Cancelled": _R.CANCELLED,
    "ApiCancelled": _R.CANCELLED,
    "Filled": _R.FILLED,
}


_IDS_LOST_MAX = 10_000  # requests draw from the same numbers as orders

RESTARTED = "the daemon was restarted"
LINK_LOST = "the connection was lost"
EXPLAINED_DOUBTS = frozenset({RESTARTED, LINK_LOST})
"""Doubts that say nothing against the broker; any other counts towards `halts.unknown_orders_max`."""


def report_of(status: str, *, confirmed: bool = True, reason: str = "") -> Report:
    """Return what a broker status proves.

    A cancel inferred from an error code proves nothing, nor does `Inactive` unless the broker named a
    rejection (201): both are doubts, cleared by the next complete snapshots.
    """
    report = _STATUS.get(status, Report.DOUBT)
    if report is not Report.FILLED and reason.partition(" ")[0] == "201":
        return Report.REJECTED
    if report is Report.CANCELLED and not confirmed:
        return Report.DOUBT
    return report


def move(turn: Turn, order: Order, report: Report, reason: str = "", **fields: object) -> None:
    """Move an order as the table says; record the move and, at its end, settle what it was for."""
    known = order
    stage = LIFE[order.stage].get(report, order.stage)
    moved = stage is not order.stage
    if moved:
        fields["changed_at"] = turn.now
    if stage is not OrderStage.UNKNOWN:
        fields.setdefault("absent_since", None)
    if stage is OrderStage.FILLED:
        # The word says that all of it was executed, whatever count came with it.
        fields["reported_filled"] = order.intent.quantity
    was_ended = order.ended
    order = structs.replace(order, stage=stage, **fields)
    turn.put_order(order)
    if moved:
        note_order(turn, order, reason)
        if stage is OrderStage.UNKNOWN and reason not in EXPLAINED_DOUBTS:
            count_unknown(turn, order.ref)
        if stage in {OrderStage.TRANSMITTED, OrderStage.WORKING}:
            subject_working(turn, order)
    if order.ended and not was_ended:
        order_done(turn, order, reason)
    watch_perm_id(turn, order.ref, known.perm_id, order.perm_id)


def on_transmitted(turn: Turn, event: OrderTransmitted) -> None:
    """The bytes went out."""
    order = turn.state.orders.get(event.order_ref)
    counters = turn.state.counters
    if event.order_id > counters.order_id_max:
        turn.set(counters=structs.replace(counters, order_id_max=event.order_id))
    if order is not None:
        move(turn, order, Report.SENT, order_id=event.order_id, sent_epoch=turn.state.account.epoch)


def order_id_floor(state: State) -> int:
    """Return the highest broker order id that may have been used, whatever the gateway thinks.

    An order that was sent right before a crash left no id behind; its id is surely not as far up as this.
    """
    lost = any(order.order_id == 0 for order in state.orders.values() if not order.ended)
    return state.counters.order_id_max + (_IDS_LOST_MAX if lost else 0)


def on_not_transmitted(turn: Turn, event: OrderNotTransmitted) -> None:
    """Certainly not sent: the intent is void, a new one may follow."""
    order = turn.state.orders.get(event.order_ref)
    if order is not None:
        move(turn, order, Report.NOT_SENT, event.reason)


def on_status(turn: Turn, event: OrderStatus) -> None:
    """The broker spoke of one of our orders; of others it is only recorded."""
    order = turn.state.orders.get(event.order_ref)
    if order is None:
        return
    report = report_of(event.status, confirmed=event.confirmed, reason=event.reason)
    move(
        turn,
        order,
        report,
        event.reason,
        perm_id=event.perm_id or order.perm_id,
        reported_filled=max(order.reported_filled, int(event.filled)),
    )


def doubt_unacknowledged(turn: Turn, reason: str) -> None:
    """Mark every order whose fate at the broker is not known."""
    for order in list(turn.state.orders.values()):
        if order.stage in {OrderStage.INTENDED, OrderStage.TRANSMITTED}:
            move(turn, order, Report.DOUBT, reason)


def watch_the_clock(turn: Turn) -> None:
    """Doubt what was not acknowledged in time; cancel what has worked too long."""
    rules = turn.rules.orders
    for order in list(turn.state.orders.values()):
        age = turn.now - order.changed_at
        late = order.stage is OrderStage.TRANSMITTED and age >= timedelta(seconds=rules.ack_timeout_s)
        if late:
            move(turn, order, Report.DOUBT, "no acknowledgement in time")
        old = turn.now - order.intended_at >= timedelta(seconds=rules.working_timeout_s)
        why = forbidden(turn.state, order.intent.purpose) or ("worked too long" if old else "")
        if order.stage is OrderStage.WORKING and why and reachable(turn.state):
            turn.request(f"cancel of {order.ref}: {why}", CancelOrder(order_ref=order.ref))
            move(turn, order, Report.CANCEL_ASKED, why)
        lost = age >= timedelta(seconds=rules.working_timeout_s)
        if order.stage is OrderStage.CANCELLING and lost and reachable(turn.state):
            turn.request(f"the cancel of {order.ref} was not answered", CancelOrder(order_ref=order.ref))
            turn.put_order(structs.replace(order, changed_at=turn.now))


def reachable(state: State) -> bool:
    """Whether what we send reaches the broker, and what it says of itself reaches us."""
    return state.account.link is Link.UP and state.account.upstream


def unknown_orders(state: State) -> list[Order]:
    """Return the orders that need the broker's truth: unknown, or ended with fills still to be booked."""
    return [
        order
        for order in state.orders.values()
        if order.stage is OrderStage.UNKNOWN or (order.stage in ENDED and not order.ended)
    ]
