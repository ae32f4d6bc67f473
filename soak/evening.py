"""What is counted of a daemon in the evening, and which of it may grow.

Simulator and store model live in the same process as the daemon, so that resident memory is that of all of
them. What belongs to the daemon is held apart by counting the live objects of its own types.
"""

import asyncio
import gc
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from soak.world import World
from strategies.core.holdings import CondorState, LayerState
from strategies.core.state import State, encode_state

ROOMS = ("daemon", "strategies", "ib_insync", "eventkit", "apscheduler")
"""Of whose types the daemon is made."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

AUDIT = {"keep_days": 7, "compress_after_days": 3}
"""Settings under which files are compressed and removed within a short run."""
_COVERED_AFTER_DAYS = 3  # a file goes once the journal's snapshot is past it
_DAY_OF = re.compile(r"audit-(\d{4}-\d{2}-\d{2})\.jsonl(\.gz)?")

RESIDENT_MAX, OBJECTS_MAX, STATE_MAX = 1.05, 1.25, 1.25
"""How much more than the most of the warm-up there may be; what leaks doubles within days."""


@dataclass(frozen=True, kw_only=True)
class Evening:
    """The figures of one evening, after a full collection of garbage.

    Attributes:
        resident_bytes: of the whole process.
        objects: live ones of the daemon's types.
        state_bytes: of the state as it is saved.
        tasks: of the event loop.
        descriptors: open files.
        journal_commits: the most that the journal held since the evening before.
        audit_files: by name.
        layers: open ones.
        condors: open ones.
        orders: intended so far, by purpose.
    """

    day: date
    resident_bytes: int
    objects: int
    state_bytes: int
    tasks: int
    descriptors: int
    journal_commits: int
    audit_files: tuple[str, ...]
    layers: int
    condors: int
    orders: Counter[str]


def look(world: World, day: date, audit: Path, *, journal_commits: int, orders: Counter[str]) -> Evening:
    """Count; nothing of the daemon may be running."""
    gc.collect()
    state: State = world.ready_loop.state
    return Evening(
        day=day,
        resident_bytes=int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES,
        objects=sum(_room(kind) in ROOMS for kind in map(type, gc.get_objects())),
        state_bytes=len(encode_state(state)),
        tasks=len(asyncio.all_tasks(world.loop)),
        descriptors=sum(1 for _ in Path("/proc/self/fd").iterdir()),
        journal_commits=journal_commits,
        audit_files=tuple(sorted(path.name for path in audit.iterdir())),
        layers=sum(layer.state is not LayerState.CLOSED for layer in state.layers.values()),
        condors=sum(condor.state is not CondorState.CLOSED for condor in state.condors.values()),
        orders=Counter(orders),
    )


def _room(kind: type) -> str:
    return str(kind.__module__).partition(".")[0]


def breaches(evenings: Sequence[Evening], *, warm_up: int) -> list[str]:
    """Return what has grown after the warm-up, in words; empty is good.

    Args:
        evenings: all of them, oldest first.
        warm_up: how many of them are measured against.
    """
    before, after = evenings[:warm_up], evenings[warm_up:]
    found = []
    for name, limit in (
        ("resident_bytes", RESIDENT_MAX),
        ("objects", OBJECTS_MAX),
        ("state_bytes", STATE_MAX),
        ("tasks", 1.0),
        ("descriptors", 1.0),
    ):
        most = max(getattr(evening, name) for evening in before)
        found += [
            f"{evening.day}: {name} {getattr(evening, name)}, over {limit:g} times the {most} of the warm-up"
            for evening in after
            if getattr(evening, name) > limit * most
        ]
    return found + [fault for evening in evenings for fault in _not_rotated(evening)]


def _not_rotated(evening: Evening) -> list[str]:
    """Return the audit files that should have been compressed or removed."""
    oldest = evening.day - timedelta(days=AUDIT["keep_days"] + _COVERED_AFTER_DAYS)
    plain = evening.day - timedelta(days=AUDIT["compress_after_days"])
    found = []
    for name in evening.audit_files:
        parts = _DAY_OF.fullmatch(name)
        if parts is None:
            continue
        day = date.fromisoformat(parts[1])
        if day < oldest:
            found.append(f"{evening.day}: {name} is still there")
        elif day < plain and parts[2] is None:
            found.append(f"{evening.day}: {name} is not compressed")
    return found
