"""The sum of many days: what was hit, what was traded, how long recoveries took."""

from collections import Counter
from collections.abc import Sequence

from soak.outcome import Outcome


class Tally:
    """Adds up outcomes.

    Attributes:
        days: so many.
        broken: seeds of the days on which something did not hold.
        hit: how many times each kind of fault struck.
    """

    def __init__(self) -> None:
        self.days = 0
        self.broken: list[int] = []
        self.hit: Counter[str] = Counter()
        self.purposes: Counter[str] = Counter()
        self._idle = 0
        self._starts = 0
        self._executions = 0
        self._commits = 0
        self._ready_s: list[float] = []
        self._resolved_s: list[float] = []
        self._cpu_s = 0.0

    def add(self, outcome: Outcome) -> None:
        """Add a day."""
        self.days += 1
        if outcome.broken:
            self.broken.append(outcome.seed)
        self.hit += outcome.hit
        self.purposes += outcome.purposes
        self._idle += not outcome.purposes
        self._starts += outcome.starts
        self._executions += outcome.executions
        self._commits += outcome.commits
        self._cpu_s += outcome.cpu_s
        self._ready_s += outcome.ready_after_s
        self._resolved_s += outcome.resolved_after_s

    def told(self, kinds: Sequence[str], took_s: float, bare_day_s: float) -> str:
        """Return it in words.

        Args:
            kinds: all kinds of fault.
            took_s: how long it took, seconds.
            bare_day_s: processor time of a day on which no daemon runs.
        """
        orders = ", ".join(f"{count} {name}" for name, count in sorted(self.purposes.items()))
        missed = [kind for kind in kinds if not self.hit[kind]]
        rates = (
            f"fault days a minute and core: {60.0 * self.days / self._cpu_s:.0f}; "
            f"the same loop and gateway without a daemon: {60.0 / bare_day_s:.0f} (processor time)"
        )
        lines = [
            f"{self.days} days in {took_s:.0f} s, {len(self.broken)} broken"
            + (f": seeds {self.broken}" if self.broken else ""),
            f"orders: {orders or 'none'}; {self._executions} fills; {self._idle} days without an order",
            f"{self._starts} starts of the daemon, {self._commits} commits",
            f"kinds of fault hit: {len(kinds) - len(missed)} of {len(kinds)}"
            + (f"; not hit: {', '.join(missed)}" if missed else ""),
            f"ready after calm begins: {_spread(self._ready_s)}",
            f"unknown orders resolved after calm begins: {_spread(self._resolved_s)}",
            rates,
        ]
        return "\n".join(lines)


def _spread(values: list[float]) -> str:
    if not values:
        return "none"
    ordered = sorted(values)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return (
        f"{len(ordered)} times, p50 {middle:.2f} s, p99 {high:.2f} s, longest {ordered[-1]:.2f} s (virtual)"
    )
