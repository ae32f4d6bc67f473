"""Deliberate bugs, to prove that the net catches: each replaces a piece of the daemon while a day runs.

They exist in the simulation's process only. Each is a mistake that bots of the cited threads have made, or
the reverse of a promise in docs/reliability.md.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from msgspec import structs

from daemon import codec, loop
from daemon.broker.ib import link, order_book, requests, snapshot
from daemon.clock import Stopwatch
from daemon.errors import BrokerTimeout, StoreUnavailable
from soak.store_data import Data
from strategies.alvh import strategy
from strategies.core import book, market, orders, reconcile
from strategies.core import gates as core_gates
from strategies.core.commands import PlaceOrder
from strategies.core.events import Lifecycle
from strategies.core.holdings import OrderStage
from strategies.core.mode import TradingMode

Patch = tuple[Any, str, Any]


@dataclass(frozen=True, kw_only=True)
class Bug:
    """One mistake.

    Attributes:
        what: in words.
        patches: objects, attributes, and what is put there.
    """

    what: str
    patches: Callable[[], list[Patch]]

    def patched(self) -> AbstractContextManager[None]:
        """Make the mistake while the context lasts."""
        return _patched(self.patches())


@contextmanager
def _patched(patches: list[Patch]) -> Iterator[None]:
    with ExitStack() as stack:
        for where, name, instead in patches:
            stack.enter_context(mock.patch.object(where, name, instead))
        yield


def _resend() -> list[Patch]:
    true = orders.watch_the_clock

    def watch(turn: Any) -> None:
        for order in list(turn.state.orders.values()):
            late = (turn.now - order.changed_at).total_seconds() >= turn.rules.orders.ack_timeout_s
            if order.stage is OrderStage.TRANSMITTED and late:
                turn.request("no acknowledgement: sent again", PlaceOrder(intent=order.intent))
                turn.put_order(structs.replace(order, changed_at=turn.now))
        true(turn)

    never = mock.Mock(return_value=False)
    return [(orders, "watch_the_clock", watch), (order_book.OrderBook, "was_transmitted", never)]


def _no_fence() -> list[Patch]:
    true = Data._append

    def append(data: Data, stream: str, tip: str, *args: Any) -> list[bytes]:
        fields = data.hashes.get(tip, {})
        fenceless = {**fields, "token": str(args[-1]).encode(), "hash": args[2].encode()}
        data.hashes[tip] = fenceless | {"seq": b"%d" % (int(args[0]) - 1)}
        return true(data, stream, tip, *args)

    return [(Data, "_append", append)]


def _booked_twice() -> list[Patch]:
    whole = mock.Mock(side_effect=lambda exec_id: exec_id)
    return [(book, "execution_stem", whole)]


def _send_first() -> list[Patch]:
    true = loop.Loop.take

    async def take(self: Any, event: Any) -> None:
        _, _, commands = codec.fold(self.state, event, self._chain.last_seq + 1)
        execute = self._execute
        for command in commands:
            if isinstance(command, PlaceOrder):
                self._guard.decided(command.intent.order_ref, Stopwatch(), event.time)
            execute(command)
        self._execute = lambda _command: None
        try:
            await true(self, event)
        finally:
            self._execute = execute

    return [(loop.Loop, "take", take)]


def _snapshot_first() -> list[Patch]:
    true = loop.Loop.take

    async def take(self: Any, event: Any) -> None:
        after, _, commands = codec.fold(self.state, event, self._chain.last_seq + 1)
        if any(isinstance(command, PlaceOrder) for command in commands) and self._chain.last_seq:
            before, self.state = self.state, after
            await self.save()
            self.state = before
        await true(self, event)

    return [(loop.Loop, "take", take)]


def _order_id_is_identity() -> list[Patch]:
    by_id: dict[int, str] = {}
    seen, sent = order_book.OrderBook.seen, order_book.OrderBook.transmitted

    def transmitted(self: Any, order_ref: str, order_id: int) -> None:
        by_id[order_id] = order_ref
        sent(self, order_ref, order_id)

    def found(self: Any, order_ref: str, order_id: int, perm_id: int) -> str:
        return seen(self, by_id.get(order_id % 7, order_ref), order_id, perm_id)

    def transmitted_short(self: Any, order_ref: str, order_id: int) -> None:
        by_id[order_id % 7] = order_ref  # ids that begin again are met sooner
        transmitted(self, order_ref, order_id)

    return [
        (order_book.OrderBook, "transmitted", transmitted_short),
        (order_book.OrderBook, "seen", found),
    ]


def _absent_at_once() -> list[Patch]:
    def absent(turn: Any, order: Any) -> None:
        if order.stage is not OrderStage.UNKNOWN:
            orders.move(turn, order, orders.Report.DOUBT, "not in the broker's snapshot")
        orders.move(turn, turn.state.orders[order.ref], orders.Report.ABSENT, "absent")

    return [(reconcile, "_absent", absent)]


def _unknown_is_no_hindrance() -> list[Patch]:
    return [(core_gates, "unknown_orders", lambda _state: [])]


def _timeout_is_empty() -> list[Patch]:
    true = link.Link.answer

    async def answer(self: Any, request: Any, what: str) -> Any:
        try:
            return await true(self, request, what)
        except BrokerTimeout:
            return []

    return [(link.Link, "answer", answer)]


def _stale_is_fresh() -> list[Patch]:
    true = market.quote_of

    def quote_of(turn: Any, instrument: Any, *args: Any, **more: Any) -> Any:
        seen = turn.state.market.quotes.get(instrument.key)
        if seen is not None:
            quotes = {**turn.state.market.quotes, instrument.key: structs.replace(seen, at=turn.now)}
            turn.set(market=structs.replace(turn.state.market, quotes=quotes))
        return true(turn, instrument, *args, **more)

    return [(module, "quote_of", quote_of) for module in _users_of("quote_of")]


def _users_of(name: str) -> list[Any]:
    import sys  # noqa: PLC0415 - only this bug looks at modules

    true = getattr(market, name)
    return [
        module
        for title, module in sorted(sys.modules.items())
        if title.startswith("strategies.") and getattr(module, name, None) is true
    ]


def _fills_are_pushed() -> list[Patch]:
    true = snapshot.read_snapshot

    async def read(*args: Any) -> Any:
        return structs.replace(await true(*args), executions=())

    return [(requests, "read_snapshot", read)]


def _halt_forgotten() -> list[Patch]:
    true = strategy._on_lifecycle

    def on_lifecycle(turn: Any, event: Lifecycle) -> None:
        true(turn, event)
        turn.set(trading=TradingMode())

    return [(strategy, "_on_lifecycle", on_lifecycle)]


def _inferred_is_said() -> list[Patch]:
    true = orders.report_of

    def report_of(status: str, *, confirmed: bool = True, reason: str = "") -> Any:
        assert confirmed in {True, False}
        return true(status, confirmed=True, reason=reason)

    return [(orders, "report_of", report_of)]


def _commit_given_up() -> list[Patch]:
    async def once(_self: Any, write: Any) -> None:
        try:
            await write()
        except StoreUnavailable:
            return

    return [(loop.Loop, "_patiently", once)]


BUGS = {
    "resend_on_timeout": Bug(what="an order that is not acknowledged is sent again", patches=_resend),
    "no_fencing": Bug(what="the append script checks neither token nor tip", patches=_no_fence),
    "fill_booked_twice": Bug(
        what="the correction suffix is part of an execution's identity", patches=_booked_twice
    ),
    "journal_after_send": Bug(what="an order leaves before its intent is on disk", patches=_send_first),
    "snapshot_before_journal": Bug(
        what="a snapshot holds what is not journalled yet", patches=_snapshot_first
    ),
    "order_id_as_identity": Bug(what="reports are matched by order id", patches=_order_id_is_identity),
    "absent_after_one_snapshot": Bug(what="one snapshot without an order ends it", patches=_absent_at_once),
    "unknown_does_not_block": Bug(what="new risk beside an unknown order", patches=_unknown_is_no_hindrance),
    "timeout_is_empty": Bug(
        what="a request that timed out counts as an empty answer", patches=_timeout_is_empty
    ),
    "stale_is_fresh": Bug(what="the age of a quote is not looked at", patches=_stale_is_fresh),
    "fills_only_as_pushed": Bug(what="executions of snapshots are not read", patches=_fills_are_pushed),
    "halt_forgotten": Bug(what="a restart ends a halt", patches=_halt_forgotten),
    "inferred_cancel_believed": Bug(
        what="a cancel inferred from an error code ends an order", patches=_inferred_is_said
    ),
    "commit_given_up": Bug(what="a commit that fails is not offered again", patches=_commit_given_up),
}
