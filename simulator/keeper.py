"""Keeps a gateway's state, so that it goes on after its process has ended, however it ended."""

import logging
from datetime import date, datetime

from simulator.account import Account
from simulator.gateway import Gateway
from simulator.instruments import Combo
from simulator.orders import Order
from simulator.state_records import (
    ExecutionRecord,
    Funds,
    Head,
    OrderRecord,
    World,
    execution_of,
    execution_record,
    fingerprint,
    order_of,
    order_record,
)
from simulator.state_store import StateStore

# So many ids are given out again after the fault, as seen in Lean.Brokerages.InteractiveBrokers #242.
ROLLED_BACK = 4

_LOG = logging.getLogger(__name__)


class Keeper:
    """Writes down what has changed before a byte of it leaves the gateway, and restores it.

    Args:
        store: where.
        world: what the state belongs to.
        begin: first day of a generated world.
    """

    def __init__(self, store: StateStore, world: World, begin: date) -> None:
        self._store = store
        self._world = world
        self._begin = begin
        self._head: Head | None = None
        self._funds: tuple[object, ...] = ()
        self._live: dict[int, tuple[object, ...]] = {}
        self._orders = 0
        self._executions = 0

    def restore(self, gateway: Gateway, until: datetime | None) -> None:
        """Give a new gateway the state there is, and let it live through the time that it was away.

        Args:
            gateway: which stands at the state's time.
            until: the time it is now; None for the state's.
        """
        head, funds = self._store.facts("head", Head), self._store.facts("funds", Funds)
        if head is not None and funds is not None:
            gateway.booking.fills = head.fills
            gateway.desk.restore_ids(head.next_ids, head.bound)
            _restore_account(gateway, funds)
            self._restore_orders(gateway)
            if gateway.faults.strikes("restart_id_rollback"):
                gateway.desk.roll_back_all(ROLLED_BACK)
            facts = {"orders": len(gateway.exchange.orders), "now": head.now.isoformat()}
            _LOG.info("state restored", extra={"facts": facts})
            if until is not None and until > gateway.now:
                gateway.run_to(until)
        self.save(gateway)

    def save(self, gateway: Gateway) -> None:
        """Write down what has changed since the last time."""
        facts: list[tuple[str, object]] = []
        head = Head(
            world=self._world,
            begin=self._begin,
            now=gateway.now,
            next_ids=gateway.desk.next_ids,
            bound=gateway.desk.bound,
            fills=gateway.booking.fills,
        )
        if head != self._head:
            facts.append(("head", head))
        account, start = gateway.account, gateway.pnl.start
        mark = (
            account.realized,
            account.commissions,
            account.cash,
            len(account.positions),
            head.fills,
            start,
        )
        if mark != self._funds:
            facts.append(("funds", _funds(account, gateway)))
        orders = self._changed(gateway)
        news = gateway.booking.executions[self._executions :]
        if facts or orders or news:
            self._store.write(
                facts,
                [(order.perm_id, order_record(order)) for order in orders],
                enumerate(map(execution_record, news), start=self._executions),
            )
        self._head, self._funds = head, mark
        self._executions += len(news)

    def _changed(self, gateway: Gateway) -> list[Order]:
        """Return the new orders, and those which worked when they were last written and have changed."""
        known = gateway.exchange.orders
        changed = []
        for perm_id, before in list(self._live.items()):
            now = fingerprint(known[perm_id])
            if now != before:
                changed.append(known[perm_id])
                self._live[perm_id] = now
                if not known[perm_id].is_working:
                    del self._live[perm_id]
        if len(known) > self._orders:
            for order in list(known.values())[self._orders :]:
                changed.append(order)
                if order.is_working:
                    self._live[order.perm_id] = fingerprint(order)
            self._orders = len(known)
        return changed

    def _restore_orders(self, gateway: Gateway) -> None:
        known = gateway.exchange.orders
        for record in self._store.rows("orders", OrderRecord):
            order = order_of(record, None if record.parent is None else known[record.parent])
            known[order.perm_id] = order
            if order.is_working:
                self._live[order.perm_id] = fingerprint(order)
        for row in self._store.rows("executions", ExecutionRecord):
            execution = execution_of(row, known[row.perm_id])
            gateway.booking.executions.append(execution)
            if not isinstance(execution.contract, Combo):
                gateway.board.traded(execution.contract, execution.price)
        self._orders, self._executions = len(known), len(gateway.booking.executions)


def _restore_account(gateway: Gateway, funds: Funds) -> None:
    account = gateway.account
    account.cash, account.realized, account.commissions = funds.cash, funds.realized, funds.commissions
    account.flows, account.realized_of = dict(funds.flows), dict(funds.realized_of)
    account.positions = {held.instrument.con_id: held for held in funds.positions}
    gateway.pnl.start = funds.day_start


def _funds(account: Account, gateway: Gateway) -> Funds:
    return Funds(
        cash=account.cash,
        realized=account.realized,
        commissions=account.commissions,
        positions=list(account.positions.values()),
        flows=account.flows,
        realized_of=account.realized_of,
        day_start=gateway.pnl.start,
    )
