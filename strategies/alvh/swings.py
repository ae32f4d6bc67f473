"""Swing lows and highs of daily closes, known without looking ahead."""

from collections.abc import Sequence
from typing import Literal

from strategies.core.signal_state import SwingBar


def window_of(window: tuple[SwingBar, ...], bar: SwingBar, side_bars: int) -> tuple[SwingBar, ...]:
    """Return the latest closes, oldest first: one that may be a swing and `side_bars` on each side of it."""
    return (*window, bar)[-(2 * side_bars + 1) :]


def swing_in(window: Sequence[SwingBar], side_bars: int) -> Literal["low", "high"] | None:
    """Return what the middle of the window is, now that its last close is final.

    A swing is strict: below (above) every one of the `side_bars` closes before and after it.
    """
    if len(window) <= 2 * side_bars:
        return None
    middle = window[side_bars].close
    others = [bar.close for place, bar in enumerate(window) if place != side_bars]
    if middle < min(others):
        return "low"
    return "high" if middle > max(others) else None
