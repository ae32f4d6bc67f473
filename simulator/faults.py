"""Which faults strike when: by number of occurrence, by time of day, by a seed, or on command."""

import re
from collections.abc import Iterable
from datetime import datetime, time

from simulator.fault_catalogue import ALWAYS, CATALOGUE, CONNECTION, RESTART, SPAN, Fault
from simulator.hours import NEW_YORK
from simulator.outages import OutageError, Outages, parse_outage
from simulator.randomness import uniform

__all__ = ["CATALOGUE", "Fault", "FaultError", "Faults", "random_schedule"]

# How many faults a random schedule has on average, and within how many occurrences each falls.
_RANDOM_COUNT, _RANDOM_WITHIN = 8, 6
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?")


class FaultError(ValueError):
    """A fault that was asked for does not exist; the message lists those that do."""


class Faults:
    """Which occurrence of what is faulty.

    Args:
        wanted: items like ``hold_ack`` (the first), ``drop_order@3`` (the third), ``drop_order@10:30`` (the
            first from that time of day on, New York), ``no_data`` (always) or
            ``connectivity@10:00-10:05:1102`` (a span of each day, New York).

    Attributes:
        outages: the spans in which nothing gets through.
        no_data: market data are refused.

    Raises:
        FaultError: a name, number or time is not of the catalogue.
    """

    def __init__(self, wanted: Iterable[str] = ()) -> None:
        self._due: dict[str, set[int]] = {}
        self._seen: dict[str, int] = {}
        self._times: dict[str, list[time]] = {}
        self._now: time | None = None
        self.no_data = False
        spans = []
        for item in wanted:
            name, _, detail = _named(item)
            if CATALOGUE[name].of == SPAN:
                try:
                    spans.append(parse_outage(name, detail))
                except OutageError as error:
                    raise FaultError(str(error)) from None
            else:
                self.arm(item)
        self.outages = Outages(spans)

    def arm(self, item: str) -> None:
        """Let a fault strike: at its next occurrence (``name``), the Nth from now, or from a time of day on.

        Raises:
            FaultError: there is no such fault, or it cannot be had like this.
        """
        name, mark, detail = _named(item)
        fault = CATALOGUE[name]
        if fault.of == SPAN:
            raise FaultError(f"fault {item}: {name} is a span of the day; give it at the start with --fault")
        if fault.of == ALWAYS:
            if mark:
                raise FaultError(f"--fault {item}: {name} is always or never; leave '@{detail}' out")
            self.no_data = True
        elif _TIME.fullmatch(detail):
            self._times.setdefault(name, []).append(_time_of_day(item, detail))
        elif mark and (not detail.isdecimal() or int(detail) < 1):
            raise FaultError(
                f"--fault {item}: '{detail}' is not an occurrence nor a time; use {name}@1 or {name}@10:30"
            )
        else:
            self._due.setdefault(name, set()).add(self._seen.get(name, 0) + int(detail or 1))

    def move_to(self, now: datetime) -> None:
        """Take the time, for faults that wait for one."""
        self._now = now.astimezone(NEW_YORK).time()

    def strikes(self, name: str) -> bool:
        """Count one occurrence of what the fault is about; return whether it is the faulty one."""
        count = self._seen[name] = self._seen.get(name, 0) + 1
        times = self._times.get(name)
        if times and self._now is not None:
            due = [at for at in times if at <= self._now]
            if due:
                times.remove(due[0])
                return True
        return count in self._due.get(name, ())


def random_schedule(seed: int) -> list[str]:
    """Return a random choice of faults, each at one of its first occurrences; the same for the same seed.

    Spans, switches and refused connections are left out: they would end the conversation, not disturb it.
    """
    known = [fault for fault in CATALOGUE.values() if fault.of not in {SPAN, ALWAYS, CONNECTION, RESTART}]
    share = _RANDOM_COUNT / len(known)
    chosen = [fault for fault in known if uniform(seed, "fault", fault.name) < share]
    return [_at_random(seed, fault) for fault in chosen]


def _at_random(seed: int, fault: Fault) -> str:
    draw = uniform(seed, "occurrence", fault.name)
    if fault.of == "instant":
        minutes = int(draw * 380)
        return f"{fault.name}@{9 + (31 + minutes) // 60:02d}:{(31 + minutes) % 60:02d}"
    return f"{fault.name}@{1 + int(draw * _RANDOM_WITHIN)}"


def _named(item: str) -> tuple[str, str, str]:
    name, mark, detail = item.partition("@")
    if name not in CATALOGUE:
        raise FaultError(f"--fault {item}: unknown fault '{name}'; known: {', '.join(CATALOGUE)}")
    return name, mark, detail


def _time_of_day(item: str, detail: str) -> time:
    try:
        return time.fromisoformat(detail)
    except ValueError:
        raise FaultError(f"--fault {item}: '{detail}' is no time of day; use HH:MM, New York") from None
