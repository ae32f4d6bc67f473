"""Holding the book against the broker's truth.

Facts are taken in any order and any number of times: reconciling twice changes nothing. A missing answer
is never an empty one, and an order is believed absent only when two complete snapshots of one connection, a
quiet period apart, do not know it.
"""

from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from strategies.core.adoption import adopt
from strategies.core.book import (
    book_commission,
    book_positions,
    close_condor,
    on_execution,
    order_done,
    traded_instruments,
)
from strategies.core.commands import FetchSnapshot, Reconnect
from strategies.core.events import Snapshot
from strategies.core.facts import OrderSeen
from strategies.core.halts import alarm, watch_loss, watch_perm_id
from strategies.core.holdings import ENDED, LayerState, Order, OrderStage
from strategies.core.mode import Cause
from strategies.core.notes import note_layer
from strategies.core.orders import Report, move, reachable, report_of, unknown_orders
from strategies.core.quarantine import quarantine, watch_differences
from strategies.core.records import Reconciled
from strategies.core.turn import Turn

_EXPIRED = "expired; a settlement value is in the account's cash, not in the book"


def on_snapshot(turn: Turn, event: Snapshot) -> None:
    """Take in a complete snapshot: executions, orders, positions, in this order."""
    snapshot_came(turn)
    account = turn.state.account
    if event.epoch != account.epoch or not reachable(turn.state):
        return  # of an earlier connection, or from a gateway that is cut off and answers from memory
    for execution in event.executions:
        on_execution(turn, execution)
    for exec_id, commission in event.commissions:
        book_commission(turn, exec_id, commission)
    _settle_orders(turn, event)
    _give_fills_up(turn)
    _drop_expired(turn, event)
    differences, foreign = _compare_positions(turn, event)
    if not differences:
        adopt(turn, event)
    watch_loss(turn, turn.state.account.net_liquidation_usd, event.net_liquidation_usd)
    said_before = account.reconciled_epoch == event.epoch and account.differences == differences
    turn.set(
        account=structs.replace(
            turn.state.account,
            reconciled_epoch=event.epoch,
            reconciled_at=turn.now,
            differences=differences,
            net_liquidation_usd=event.net_liquidation_usd,
        )
    )
    if not said_before:
        turn.records.append(
            Reconciled(
                time=turn.now,
                epoch=event.epoch,
                ready=not differences,
                differences=differences,
                foreign=foreign,
            )
        )


def _settle_orders(turn: Turn, event: Snapshot) -> None:
    known: dict[str, OrderSeen] = {}
    for seen in (*event.completed_orders, *event.open_orders):
        if seen.order_ref:
            earlier = known.get(seen.order_ref)
            if earlier is not None and seen.order_ref in turn.state.orders:
                watch_perm_id(turn, seen.order_ref, earlier.perm_id, seen.perm_id)
            known[seen.order_ref] = seen
    for order in list(turn.state.orders.values()):
        seen_order = known.get(order.ref)
        if seen_order is not None:
            _adopt(turn, order, seen_order)  # an order that was believed over may be seen alive
        elif order.ended or order.stage is OrderStage.PROPOSED:
            continue
        elif order.filled >= order.intent.quantity:
            move(turn, order, Report.FILLED, "every fill is booked")
        else:
            _absent(turn, order)


def _adopt(turn: Turn, order: Order, seen: OrderSeen) -> None:
    report = Report.REJECTED if seen.status == "Inactive" else report_of(seen.status)
    move(
        turn,
        order,
        report,
        "found in the broker's snapshot",
        perm_id=seen.perm_id or order.perm_id,
        reported_filled=max(order.reported_filled, int(seen.filled)),
    )


def _absent(turn: Turn, order: Order) -> None:
    """One proof of absence makes an order unknown, a second one, apart in time, ends it.

    A gateway may keep what it does with an order from the connection that sent it (see the fault `hold_ack`):
    such an order is looked for again on the next connection, and only there believed absent.
    """
    account = turn.state.account
    asked = account.snapshot_asked_at
    if asked is None or order.intended_at >= asked:
        return  # the snapshot may be older than the order
    if order.absent_since is None or order.absent_epoch != account.epoch:
        if order.stage is not OrderStage.UNKNOWN:
            move(turn, order, Report.DOUBT, "not in the broker's snapshot")
            order = turn.state.orders[order.ref]
        turn.put_order(structs.replace(order, absent_since=turn.now, absent_epoch=account.epoch))
        if order.sent_epoch == account.epoch:
            turn.request(f"{order.ref} is not known on the connection that sent it", Reconnect())
        return
    if order.sent_epoch == account.epoch:
        return
    if turn.now - order.absent_since >= timedelta(seconds=turn.rules.reconcile.quiet_s):
        report = Report.CANCELLED if order.filled else Report.ABSENT
        move(turn, order, report, "absent from two complete snapshots")


def _give_fills_up(turn: Turn) -> None:
    """An order whose end told of fills that no snapshot brings: a person must look, and it is waited no more.

    Should they come after all they are booked like any other.
    """
    limit = timedelta(seconds=turn.rules.reconcile.fills_missing_s)
    for order in list(turn.state.orders.values()):
        if order.stage in ENDED and not order.ended and turn.now - order.changed_at >= limit:
            why = (
                f"order {order.ref} ended with {order.reported_filled} filled, executions came for "
                f"{order.filled}"
            )
            ended = structs.replace(order, reported_filled=order.filled)
            turn.put_order(ended)
            order_done(turn, ended, why)
            quarantine(turn, order.intent.subject, why, Cause.FILLS_MISSING)


def _drop_expired(turn: Turn, event: Snapshot) -> None:
    """Close what has settled: past its last trading day and gone from the account."""
    held = {position.instrument for position in event.positions if position.quantity}
    for layer in list(turn.state.layers.values()):
        last = layer.instrument.last_trade
        gone = not any(leg.key in held for leg, _ in layer.positions)
        if layer.positions and last is not None and last < turn.today and gone:
            realised = layer.realised_usd - layer.debit_usd
            note_layer(
                turn,
                structs.replace(
                    layer,
                    held=0,
                    short_held=0,
                    state=LayerState.CLOSED,
                    debit_usd=Decimal(0),
                    realised_usd=realised,
                ),
                _EXPIRED,
            )
    for condor in list(turn.state.condors.values()):
        last = condor.legs[0].last_trade
        gone = not any(leg.key in held for leg in condor.legs)
        if any(condor.held.values()) and last is not None and last < turn.today and gone:
            close_condor(turn, condor, _EXPIRED)


def _compare_positions(turn: Turn, event: Snapshot) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ours = book_positions(turn.state)
    theirs = {p.instrument: int(p.quantity) for p in event.positions if p.quantity}
    traded = traded_instruments(turn.state)
    watch_differences(turn, ours, {key: count for key, count in theirs.items() if key in traded})
    differences = tuple(
        f"{key}: book {ours.get(key, 0)}, account {theirs.get(key, 0)}"
        for key in sorted(set(ours) | (set(theirs) & set(traded)))
        if ours.get(key, 0) != theirs.get(key, 0)
    )
    foreign = tuple(f"{key}: {theirs[key]}" for key in sorted(set(theirs) - set(traded)))
    return differences, foreign


def watch_log_in(turn: Turn) -> None:
    """Before a session opens, call a person if the broker is gone: a log-in needs one.

    A start without any connection yet is no case for it: it fails by itself in a while.
    """
    session = turn.session
    if session is not None and turn.state.account.epoch and not reachable(turn.state):
        text = f"the session of {session.day} is about to open and the gateway is not logged in"
        alarm(turn, Cause.NOT_LOGGED_IN, text)


def snapshot_came(turn: Turn) -> None:
    """The question is answered, be it by "missing"; the next one may be asked."""
    turn.set(account=structs.replace(turn.state.account, snapshot_awaited=False))


def ask_when_due(turn: Turn) -> None:
    """Ask for a snapshot: at once in a new epoch, soon while something is unknown, and every few minutes.

    One question at a time, so that an answer is never held against a later question; but one that has gone
    unanswered for `reconcile.every_s` is not waited for.
    """
    account, rules = turn.state.account, turn.rules.reconcile
    if not reachable(turn.state):
        return
    asked = account.snapshot_asked_at
    since = None if asked is None else (turn.now - asked).total_seconds()
    if account.snapshot_awaited and since is not None and since < rules.every_s:
        return
    if since is None:
        why = "new connection"
    elif unknown_orders(turn.state) and since >= rules.quiet_s:
        why = "orders are unknown"
    elif (account.differences or account.reconciled_epoch != account.epoch) and since >= rules.quiet_s:
        why = "not reconciled"
    elif since >= rules.every_s:
        why = "due"
    else:
        return
    turn.set(account=structs.replace(account, snapshot_asked_at=turn.now, snapshot_awaited=True))
    turn.request(why, FetchSnapshot())
