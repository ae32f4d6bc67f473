"""Moving average convergence/divergence (G. Appel), one close at a time.

MACD = EMA(fast) - EMA(slow), signal = EMA(signal) of MACD, histogram = MACD - signal, in index points. An EMA
of n closes weighs the newest with 2 / (n + 1). Seeded as TA-Lib seeds its `MACD`: all three averages begin as
simple means, fast and slow both end on the `slow`-th close, and nothing is told before the signal is seeded.
"""

from msgspec import Struct, structs

from strategies.core.market import Unavailable
from strategies.core.rules import MacdRules
from strategies.core.signal_state import MacdState


class Macd(Struct, frozen=True, kw_only=True):
    """The line and its signal, index points."""

    line: float
    signal: float

    @property
    def histogram(self) -> float:
        """The line less its signal."""
        return self.line - self.signal


def add_close(state: MacdState, close: float, rules: MacdRules) -> MacdState:
    """Return the averages after one more close (index points)."""
    seen = state.seen + 1
    fast = state.fast
    if seen > rules.slow - rules.fast:  # the fast seed is the mean of the last of the slow one's closes
        fast = _average(fast, close, seen - (rules.slow - rules.fast), rules.fast)
    slow = _average(state.slow, close, seen, rules.slow)
    signal = state.signal
    if seen >= rules.slow:
        signal = _average(signal, fast - slow, seen - rules.slow + 1, rules.signal)
    return structs.replace(
        state,
        seen=seen,
        last=close,
        flat=state.flat + 1 if state.seen and close == state.last else 0,
        fast=fast,
        slow=slow,
        signal=signal,
    )


def _average(held: float, value: float, count: int, period: int) -> float:
    """Return the EMA after its `count`-th member; before the `period`-th the sum of the seed's members."""
    if count < period:
        return held + value
    if count == period:
        return (held + value) / period
    return held + (value - held) * 2.0 / (period + 1)


def macd(state: MacdState, rules: MacdRules) -> Macd | Unavailable:
    """Return the MACD of the closes so far."""
    if state.seen < rules.slow + rules.signal - 1:
        return Unavailable("fewer closes than the MACD needs")
    if state.flat >= rules.slow:
        return Unavailable("no change over the whole MACD window")
    return Macd(line=state.fast - state.slow, signal=state.signal)
