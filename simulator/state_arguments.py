"""`--state DIR`: opening the state of an earlier process, and what of it the command line must agree with."""

import argparse
from dataclasses import dataclass
from datetime import date, datetime

from simulator.keeper import Keeper
from simulator.state_records import Head, World
from simulator.state_store import StateError, StateStore


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A folder's state.

    Attributes:
        head: what it says; None for a new one.
    """

    store: StateStore
    world: World
    head: Head | None

    def begin(self, day: date) -> date:
        """Return the first day of its generated world, for a new state that of the command line."""
        return day if self.head is None else self.head.begin

    def resume(self, start: datetime | None) -> tuple[datetime | None, datetime | None]:
        """Return the time at which the gateway is made, and that up to which it plays before it serves.

        Args:
            start: of the command line or the wall clock; None to go on where the state is.

        Raises:
            StateError: the state is later.
        """
        if self.head is None:
            return start, None
        if start is not None and start < self.head.now:
            raise StateError(
                f"--start {start.isoformat()}: the state in --state is of {self.head.now.isoformat()}; "
                "use a later time, leave --start out, or begin anew in another folder"
            )
        return self.head.now, start

    def keeper(self, begin: date) -> Keeper:
        """Return what keeps it from now on."""
        return Keeper(self.store, self.world, begin)


def open_state(found: argparse.Namespace, regime: str, sessions: int) -> State | None:
    """Return the state that the command line names, None if it names none.

    Raises:
        StateError: it cannot be used, or is of another world.
    """
    if found.state is None:
        return None
    world = World(
        account=found.account,
        seed=found.seed,
        history="" if found.history is None else str(found.history.resolve()),
        regime="" if found.history is not None else regime,
        first=str(found.first or ""),
        last=str(found.last or ""),
        sessions=sessions,
        session="" if found.session is None else "-".join(map(str, found.session)),
    )
    store = StateStore(found.state)
    head = store.facts("head", Head)
    if head is not None and head.world != world:
        name, known, given = next(
            (name, getattr(head.world, name), getattr(world, name))
            for name in World.__struct_fields__
            if getattr(head.world, name) != getattr(world, name)
        )
        store.close()
        raise StateError(
            f"--state {found.state}: its {name} is '{known}', now it is '{given}'; give the options of its "
            "beginning, or begin anew in another folder"
        )
    return State(store=store, world=world, head=head)
