"""The faults that this gateway can be told to have; each was met in the wild."""

from collections.abc import Iterable
from dataclasses import dataclass


class FaultError(ValueError):
    """A fault that was asked for does not exist; the message lists those that do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the catalogue.

    Attributes:
        name: as given on the command line.
        what: what the gateway does.
        source: the public thread or document that reports it.
    """

    name: str
    what: str
    source: str


CATALOGUE = {
    fault.name: fault
    for fault in (
        Fault(
            name="hold_ack",
            what="the Nth placeOrder is worked, but its client hears nothing of it until it connects anew",
            source="Lean.Brokerages.InteractiveBrokers #249: events of an outage are not pushed later",
        ),
        Fault(
            name="drop_order",
            what="the Nth placeOrder is read and never answered nor worked",
            source="Lean.Brokerages.InteractiveBrokers #93: the paper server silently drops orders",
        ),
        Fault(
            name="half_fill",
            what="the Nth order fills half (rounded up); the rest stands untouched until the next day "
            "or one instant after its client connects anew",
            source="IBKR paper trading notes: fills come from the top of the book",
        ),
        Fault(
            name="no_end_executions",
            what="the Nth request for executions is answered without its end message",
            source="erdewit/ib_insync #638: execDetailsEnd is missing, a regression in TWS",
        ),
    )
}


class Faults:
    """Which occurrence of what is faulty.

    Args:
        wanted: items like ``hold_ack`` (the first) or ``drop_order@3`` (the third).

    Raises:
        FaultError: a name or number is not of the catalogue.
    """

    def __init__(self, wanted: Iterable[str] = ()) -> None:
        self._due: dict[str, set[int]] = {}
        self._seen: dict[str, int] = {}
        for item in wanted:
            name, _, number = item.partition("@")
            if name not in CATALOGUE:
                raise FaultError(f"--fault {item}: unknown fault '{name}'; known: {', '.join(CATALOGUE)}")
            if number and (not number.isdigit() or int(number) < 1):
                raise FaultError(
                    f"--fault {item}: '{number}' is not an occurrence; use {name}@1, {name}@2, ..."
                )
            self._due.setdefault(name, set()).add(int(number or 1))

    def strikes(self, name: str) -> bool:
        """Count one occurrence of what the fault is about; return whether it is the faulty one."""
        self._seen[name] = self._seen.get(name, 0) + 1
        return self._seen[name] in self._due.get(name, set())
