"""What a day is asked for, and what came of it."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from soak.points import Points
from soak.schedule import Planned


@dataclass(kw_only=True)
class Outcome:
    """What came of a day.

    Attributes:
        broken: what did not hold, with its time; empty is good.
        hit: how often each kind of fault struck.
        purposes: how many orders of each purpose were intended.
        starts: of the daemon.
        boundaries: that were passed, in order; only where they were recorded.
        digest: of everything that reached the journal.
        cpu_s: what it cost, seconds of processor time.
    """

    seed: int
    start: str
    plan: tuple[Planned, ...]
    broken: list[str] = field(default_factory=list)
    hit: Counter[str] = field(default_factory=Counter)
    purposes: Counter[str] = field(default_factory=Counter)
    ready_after_s: list[float] = field(default_factory=list)
    resolved_after_s: list[float] = field(default_factory=list)
    starts: int = 0
    commits: int = 0
    executions: int = 0
    steps: int = 0
    boundaries: list[str] = field(default_factory=list)
    digest: str = ""
    cpu_s: float = 0.0

    def described(self) -> str:
        """Return how the day began and what befell it."""
        faults = ", ".join(f"{p.kind}@{p.occurrence or f'{p.at:%H:%M:%S}'}" for p in self.plan)
        return f"{self.start}; {faults}"


@dataclass(kw_only=True)
class Asked:
    """What else a day may be asked for.

    Attributes:
        faults: whether the seed's faults strike.
        start: name of the start; None for the seed's own choice.
        prepare: is given the points before the first step, to have a kill there.
        bug: a deliberate bug, in force while the day runs.
        kill_at_step: abandon the daemon after so many steps of the loop.
    """

    faults: bool = True
    start: str | None = None
    prepare: Callable[[Points], None] | None = None
    bug: AbstractContextManager[Any] = field(default_factory=nullcontext)
    kill_at_step: int | None = None
