"""Who looks on: what a world shows of its daemon, and how its processes ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from strategies.core.events import AnyEvent

Commits = Callable[[Any, AnyEvent, Sequence[bytes]], None]
"""Is shown a world, an event that its daemon has taken, and the bodies of the lines that are on disk."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a process ended: its exit code and the error's text."""

    at: datetime
    code: int
    text: str


@dataclass(kw_only=True)
class Watching:
    """Who is shown what; each may note a broken invariant with `World.broken`."""

    commit: list[Commits] = field(default_factory=list)
    sent: list[Callable[[Any, list[bytes]], None]] = field(default_factory=list)
    boot: list[Callable[[], None]] = field(default_factory=list)
    durable: list[Callable[[str, Sequence[Any]], None]] = field(default_factory=list)
