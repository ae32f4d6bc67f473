"""The faults that this gateway can be told to have; each was met in the wild."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.outages import CONNECTIVITY, OFFLINE, OutageError, Outages, parse_outage


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
        Fault(
            name="preset_tif",
            what="the Nth order is announced with 10349 as set to DAY by a preset; it stays live",
            source="pst-group/pysystemtrade #1580: 15 orders taken for cancelled all filled",
        ),
        Fault(
            name="whatif_unset",
            what="the Nth whatIf is answered with unset margins (1.7976931348623157E308)",
            source="erdewit/ib_insync wrapper.openOrder: waits for an answer whose margins are set",
        ),
        Fault(
            name="no_data",
            what="every request for market data is refused with 354: the account has no subscription to it",
            source="ib_async #153: index ticks stay NaN without the exchange's entitlement",
        ),
        Fault(
            name=CONNECTIVITY,
            what="between two times of day the gateway is cut off: 1100, no ticks and no reports, orders and "
            "cancels are lost; then 1101 (subscriptions gone, the default) or 1102",
            source="erdewit/ib_insync #256 and Lean.Brokerages.InteractiveBrokers #249: what happened after "
            "1100 is not told later",
        ),
        Fault(
            name=OFFLINE,
            what="between two times of day there is no gateway: every connection ends and none is let in, "
            "while orders at the broker work on",
            source="Lean.Brokerages.InteractiveBrokers #242: the nightly restart resets the socket",
        ),
    )
}


class Faults:
    """Which occurrence of what is faulty.

    Args:
        wanted: items like ``hold_ack`` (the first), ``drop_order@3`` (the third), ``no_data`` (always) or
            ``connectivity@10:00-10:05:1102`` (a span of each day, New York).

    Attributes:
        outages: the spans in which nothing gets through.
        no_data: market data are refused.

    Raises:
        FaultError: a name or number is not of the catalogue.
    """

    def __init__(self, wanted: Iterable[str] = ()) -> None:
        self._due: dict[str, set[int]] = {}
        self._seen: dict[str, int] = {}
        spans = []
        self.no_data = False
        for item in wanted:
            name, _, number = item.partition("@")
            if name not in CATALOGUE:
                raise FaultError(f"--fault {item}: unknown fault '{name}'; known: {', '.join(CATALOGUE)}")
            if name in {CONNECTIVITY, OFFLINE}:
                try:
                    spans.append(parse_outage(name, number))
                except OutageError as error:
                    raise FaultError(str(error)) from None
                continue
            if name == "no_data":
                if number:
                    raise FaultError(f"--fault {item}: no_data is always or never; leave '@{number}' out")
                self.no_data = True
                continue
            if number and (not number.isdigit() or int(number) < 1):
                raise FaultError(
                    f"--fault {item}: '{number}' is not an occurrence; use {name}@1, {name}@2, ..."
                )
            self._due.setdefault(name, set()).add(int(number or 1))
        self.outages = Outages(spans)

    def strikes(self, name: str) -> bool:
        """Count one occurrence of what the fault is about; return whether it is the faulty one."""
        self._seen[name] = self._seen.get(name, 0) + 1
        return self._seen[name] in self._due.get(name, set())
