"""Which faults a day has, and when: drawn from its seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulator.fault_catalogue import CANCEL, CATALOGUE, CONNECTION, FILL, INSTANT, PLACE, RESTART
from soak.dice import Dice
from soak.fault_kinds import ADDED_KINDS, FIRST_KINDS, GATEWAY_KINDS

_FAULTS_MAX = 6
_OCCURRENCES = {CONNECTION: 2, PLACE: 3, CANCEL: 2, FILL: 3, INSTANT: 14, RESTART: 1}
_REQUESTS = 12
_ADDED_SHARE = 0.1
COMPANIONS: dict[str, tuple[str, ...]] = {
    "drop_cancel": ("no_fill", "half_fill"),
    "unknown_cancel": ("no_fill", "half_fill"),
    "fill_on_cancel": ("no_fill", "half_fill"),
    "preset_tif": ("no_fill", "half_fill"),
    "restart_id_rollback": ("gateway_restart",),
}
"""What else must befall a day if a fault is to strike, or to matter: nothing is cancelled that has filled."""
_LASTING = frozenset({"minus_one", "nan_ticks", "halted", "stale_quotes", "competing_session"})
_LONG_SHARE, _LONG_INSTANTS = 0.5, 6
"""Five minutes of a market's fault are over before a quote is stale; half an hour is not."""


@dataclass(frozen=True, order=True, kw_only=True)
class Planned:
    """One fault: at a true time, what, and for the gateway's own at which occurrence from then on."""

    at: datetime
    kind: str
    occurrence: int = 0


def fault_plan(seed: int, windows: Sequence[tuple[datetime, datetime]]) -> tuple[Planned, ...]:
    """Return the faults of a seed, in order of time.

    Args:
        seed: of the day; each seed is sure to have the kind that it counts up to, modulo their number,
            those apart that were added later.
        windows: spans of time, from and to, in which faults begin.
    """
    dice = Dice(seed, "faults")
    kinds = [FIRST_KINDS[seed % len(FIRST_KINDS)]]
    kinds += [dice.pick(FIRST_KINDS) for _ in range(dice.whole(0, _FAULTS_MAX - 1))]
    kinds += [dice.pick(COMPANIONS[kind]) for kind in kinds if kind in COMPANIONS]
    planned = [_planned(kind, dice, windows) for kind in kinds]
    drawn = [part for one in planned for part in _drawn_out(one, dice)]
    return tuple(sorted([*drawn, *_added(seed, windows)]))


def _added(seed: int, windows: Sequence[tuple[datetime, datetime]]) -> list[Planned]:
    """Return what kinds that came later add to a day, by dice of their own: a kept seed keeps its faults."""
    dice = Dice(seed, "added faults")
    return [_planned(kind, dice, windows) for kind in ADDED_KINDS if dice.chance(_ADDED_SHARE)]


def _drawn_out(planned: Planned, dice: Dice) -> list[Planned]:
    """Let some of the market's faults strike at one instant after the other."""
    long = planned.kind in _LASTING and dice.chance(_LONG_SHARE)
    return [replace(planned, occurrence=planned.occurrence + n) for n in range(_LONG_INSTANTS if long else 1)]


def _planned(kind: str, dice: Dice, windows: Sequence[tuple[datetime, datetime]]) -> Planned:
    if kind in GATEWAY_KINDS:
        of = CATALOGUE[kind].of
        occurrence = dice.whole(1, _OCCURRENCES.get(of, _REQUESTS))
        # Counted from a window's beginning, so that the occurrence is met.
        return Planned(at=dice.pick(windows)[0], kind=kind, occurrence=occurrence)
    begin, end = dice.pick(windows)
    return Planned(at=begin + timedelta(seconds=_lean(dice, (end - begin).total_seconds())), kind=kind)


def _lean(dice: Dice, length_s: float) -> float:
    """Half of the time anywhere, else right before what the daemon does on the quarter hours."""
    anywhere = dice.between(0.0, length_s)
    if dice.chance(0.5):
        return anywhere
    return min(length_s, max(0.0, anywhere // 300.0 * 300.0 + dice.between(-2.0, 2.0)))
