"""Every boundary of the order path, killed before, in the middle of and after it, and every step between.

A day without faults is run once to learn which boundaries its orders pass: the journal's appends, the orders'
and cancels' bytes, the audit file's writes. Then each is run again with a kill there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from soak.day import run_day
from soak.outcome import Asked, Outcome
from soak.points import Moment, Points

ORDER_PATH = ("store.append", "send.order", "send.cancel", "audit.write")
_AROUND = 3


@dataclass(frozen=True, kw_only=True)
class Kill:
    """A kill at one boundary of one start's day.

    Attributes:
        start: name of the moment that the day begins with.
        number: of the boundary, from 0.
        name: of the boundary.
        moment: before, in the middle of, or after its effect.
    """

    start: str
    number: int
    name: str
    moment: Moment


def boundaries(start: str, seed: int = 0) -> list[str]:
    """Return the names of all boundaries that a fault-free day passes, in order."""

    def record(points: Points) -> None:
        points.recording = True

    outcome = run_day(seed, Asked(faults=False, start=start, prepare=record))
    assert not outcome.broken, outcome.broken
    return outcome.boundaries


def order_path(start: str, known: Sequence[str] = ()) -> Iterator[Kill]:
    """Yield every kill around a day's orders: from the append of an intent until its fills are on record.

    Args:
        start: name of the moment that the day begins with.
        known: its boundaries, where they are known already.
    """
    passed = known or boundaries(start)
    sends = [number for number, name in enumerate(passed) if name in {"send.order", "send.cancel"}]
    near: dict[int, None] = {}
    for send in sends:
        after = 0
        first = next(n for n in range(send, -1, -1) if passed[n] == "store.append")
        for number in range(first, len(passed)):
            near[number] = None
            after += number > send and passed[number] == "store.append"
            if after > _AROUND:
                break
    for number in sorted(near):
        if passed[number] in ORDER_PATH:
            for moment in Moment:
                yield Kill(start=start, number=number, name=passed[number], moment=moment)


def suffer(kill: Kill, *, seed: int = 0, second: tuple[int, Moment] | None = None) -> Outcome:
    """Run the day with that kill, and a second one so many boundaries after the first, where asked for."""

    def prepare(points: Points) -> None:
        points.recording = second is not None
        points.kill_at = (kill.number, kill.moment)
        points.kill_again = second

    return run_day(seed, Asked(faults=False, start=kill.start, prepare=prepare))
