"""Whether volatility is expanding."""

import math

from strategies.core.market import Unavailable
from strategies.core.rules import ExpansionRules


def keep(closes: tuple[float, ...], close: float, rules: ExpansionRules) -> tuple[float, ...]:
    """Return the completed VIX closes that later readings need, oldest first: the window and one more."""
    longest = max(rules.mean_sessions, rules.jump_sessions)
    return (*closes, close)[-longest - 1 :]


def expanding(vix: float, before: tuple[float, ...], rules: ExpansionRules) -> bool | Unavailable:
    """Return whether `vix` expands against the completed sessions `before` it, oldest first (VIX points).

    VIX >= 1.20 x the mean of the 20 sessions before, or >= 1.15 x the close three sessions ago.
    """
    if len(before) < max(rules.mean_sessions, rules.jump_sessions):
        return Unavailable("fewer VIX closes than the expansion rule needs")
    mean = math.fsum(before[-rules.mean_sessions :]) / rules.mean_sessions
    return vix >= rules.mean_ratio * mean or vix >= rules.jump_ratio * before[-rules.jump_sessions]
