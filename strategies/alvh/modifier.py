"""What bends a size: a named factor and the verdict that explains it."""

import math
from collections.abc import Iterable

from msgspec import Struct

from strategies.core.records import Verdict


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
    return math.prod(modifier.factor for modifier in modifiers)
