"""What must hold once all is quiet: I5, I6, I8, I9, by the gateway's books and the journal folded again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import structs

from daemon.recovery import refold
from daemon.store.port import Commit
from daemon.telemetry.records import Chain
from soak.process import Process
from soak.truth import positions
from soak.watch import Watch
from soak.world import World
from strategies.core import reconcile
from strategies.core.book import book_positions, live_orders
from strategies.core.events import Snapshot
from strategies.core.state import State, state_hash
from strategies.core.turn import Turn


@dataclass(frozen=True)
class Beginning:
    """What the journal folds to before the day."""

    state: State
    chain: Chain


def is_reconciled(state: State) -> bool:
    """Whether the latest connection's snapshot was taken in and agreed."""
    account = state.account
    return account.reconciled_epoch == account.epoch and not account.differences


def books(world: World, watch: Watch) -> None:
    """I5, I6: positions, open orders and executions agree both ways. I8: once more changes nothing."""
    state = world.ready_loop.state
    ours, theirs = book_positions(state), positions(world)
    if ours != theirs:
        world.fault(f"I5: the book holds {_less(ours, theirs)}, the account {_less(theirs, ours)}")
    live = sorted(order.ref for order in live_orders(state))
    working = sorted(order.ticket.order_ref for order in world.host.gateway.exchange.working())
    if live != working:
        world.fault(f"I5: live in the book {live}, at the gateway {working}")
    true = set(watch.executions.all()) - watch.before
    missing = sorted(true - set(watch.booked))
    if missing:
        world.fault(f"I6: executions {missing} of the gateway were never booked")
    same_again(world, watch)


def same_again(world: World, watch: Watch) -> None:
    """I8: a snapshot that was taken in changes nothing when it is taken in again."""
    if watch.last_snapshot is None:
        return
    state = world.ready_loop.state
    assert state.time is not None
    event = structs.replace(watch.last_snapshot, time=state.time)
    once = _taken_in(state, event)
    twice = _taken_in(once.state, event)
    if twice.state != once.state or twice.records:
        world.fault(f"I8: the same snapshot again gives {twice.records}")


def _taken_in(state: State, event: Snapshot) -> Turn:
    turn = Turn(state, event.time)
    reconcile.on_snapshot(turn, event)
    return turn


def history(world: World, watch: Watch, begun: Beginning, process: Process) -> None:
    """I9: the journal, folded from the start, gives the state that the daemon had, record for record."""
    assert process.loop is not None
    if state_hash(folded(watch, begun).state) != state_hash(process.loop.state):
        world.fault("I9: the journal folded again gives another state than the daemon had")


def folded(watch: Watch, begun: Beginning) -> Beginning:
    """Return what the commits that were seen make of a beginning.

    Raises:
        JournalCorrupt: a record is not what the core makes of its event.
    """
    state, chain = begun.state, begun.chain
    for first, lines in watch.commits:
        if first <= chain.last_seq:
            continue
        head = Chain(last_seq=first - 1, last_hash=chain.last_hash)
        commit = Commit(
            first_seq=first,
            last_seq=first + len(lines) - 1,
            prev_hash=head.last_hash,
            last_hash=lines[-1][-66:-2].decode(),
            lines=lines,
        )
        state, chain = refold(state, chain, commit)
    return Beginning(state, chain)


def _less(one: Mapping[Any, int], other: Mapping[Any, int]) -> dict[Any, int]:
    return {key: quantity for key, quantity in one.items() if other.get(key) != quantity}
