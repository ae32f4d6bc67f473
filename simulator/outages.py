"""Spans of the day in which the gateway is cut off from its servers, or is not there at all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from simulator.hours import NEW_YORK

CONNECTIVITY, OFFLINE = "connectivity", "offline"
LOST, BACK_DATA_LOST, BACK_DATA_KEPT = 1100, 1101, 1102
TEXTS = {
    LOST: "Connectivity between IBKR and Trader Workstation has been lost.",
    BACK_DATA_LOST: "Connectivity between IBKR and Trader Workstation has been restored - data lost.",
    BACK_DATA_KEPT: "Connectivity between IBKR and Trader Workstation has been restored - data maintained.",
}
_TIME = r"\d\d:\d\d(?::\d\d)?"
_SPAN = re.compile(rf"({_TIME})-({_TIME})(?::(1101|1102))?")


class OutageError(ValueError):
    """A span that was asked for is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One span, the same every day: from `start` to before `end`, New York times.

    Attributes:
        name: `connectivity` or `offline`.
        back: the code that ends a lost connectivity.
    """

    name: str
    start: time
    end: time
    back: int = BACK_DATA_LOST

    def covers(self, now: datetime) -> bool:
        """Whether an instant lies in the span."""
        return self.start <= now.astimezone(NEW_YORK).time() < self.end


def parse_outage(name: str, span: str) -> Outage:
    """Read ``HH:MM-HH:MM``, seconds allowed; of a lost connectivity also ``:1101`` or ``:1102``.

    Raises:
        OutageError: it is no span.
    """
    match = _SPAN.fullmatch(span)
    back = int((match and match[3]) or BACK_DATA_LOST)
    try:
        if match is not None and not (match[3] and name == OFFLINE):
            outage = Outage(
                name=name, start=time.fromisoformat(match[1]), end=time.fromisoformat(match[2]), back=back
            )
            if outage.start < outage.end:
                return outage
    except ValueError:
        pass  # 25:00: no time of day; the message below says what one is
    ending = "" if name == OFFLINE else ", with :1101 (data lost) or :1102 (data kept) at the end if wanted"
    raise OutageError(
        f"--fault {name}@{span}: '{span}' is no span of a day; use {name}@10:00-10:05 (New York){ending}"
    )


class Outages:
    """Which span it is in.

    Attributes:
        cut_off: connectivity is lost: nothing of the broker's reaches a client, and nothing of theirs it.
        offline: there is no gateway: nobody is connected and nobody gets in.
    """

    def __init__(self, outages: Iterable[Outage] = ()) -> None:
        self._outages = tuple(outages)
        self._current: Outage | None = None
        self.cut_off = False
        self.offline = False

    def end_all(self) -> None:
        """Let the present span end with the next instant, and no other begin."""
        self._outages = ()

    def move_to(self, now: datetime) -> int | None:
        """Take the time; return the code to be announced if connectivity was lost or is back."""
        before, after = self._current, next((o for o in self._outages if o.covers(now)), None)
        self._current = after
        was_cut_off = self.cut_off
        self.cut_off = after is not None and after.name == CONNECTIVITY
        self.offline = after is not None and after.name == OFFLINE
        if self.cut_off == was_cut_off:
            return None
        return LOST if self.cut_off or before is None else before.back
