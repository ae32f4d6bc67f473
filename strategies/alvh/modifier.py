"""What bends a size: a named factor and the verdict that explains it."""

import math
from collections.abc import Iterable, Mapping

from msgspec import Struct

from strategies.core.records import Value, Verdict
from strategies.core.unavailable import Unavailable


class Modifier(Struct, frozen=True):
    """A factor on a size; its verdict is `fire` where it changes one, otherwise `pass`."""

    name: str
    factor: float
    verdict: Verdict

    @property
    def active(self) -> bool:
        """Whether its condition holds."""
        return self.verdict.verdict == "fire"


def product(modifiers: Iterable[Modifier]) -> float:
    """Return the factor of them all."""
    return math.prod((modifier.factor for modifier in modifiers), start=1.0)


def regime(
    name: str,
    factor: float,
    conditions: Mapping[str, bool | Unavailable],
    *,
    enabled: bool,
    inputs: Mapping[str, Value],
    thresholds: Mapping[str, Value],
) -> Modifier:
    """Return a modifier that holds while all its conditions do.

    One that is known not to hold decides, whatever is missing; otherwise a missing one leaves the factor at
    1, with its reason.
    """
    failed = [what for what, holds in conditions.items() if holds is False]
    missing = [f"{what}: {v.reason}" for what, v in conditions.items() if isinstance(v, Unavailable)]
    reason = ""
    if not enabled:
        reason = "switched off"
    elif failed:
        reason = f"not {failed[0]}"
    elif missing:
        reason = f"x 1, unavailable: {'; '.join(missing)}"
    holds = not reason
    verdict = Verdict(
        rule=name,
        verdict="fire" if holds else "pass",
        reason=reason,
        inputs={**inputs, "factor": factor if holds else 1.0},
        thresholds=thresholds,
    )
    return Modifier(name, factor if holds else 1.0, verdict)


def or_none(value: float | Unavailable) -> float | None:
    """Return the value as a record shows it."""
    return None if isinstance(value, Unavailable) else value


def above(value: float | Unavailable, bound: float | Unavailable) -> bool | Unavailable:
    """Return whether the value is strictly above the bound; unavailable where either is."""
    if isinstance(value, Unavailable):
        return value
    return bound if isinstance(bound, Unavailable) else value > bound
