"""Wilder's RSI, one close at a time.

Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978). Seed = simple mean of the first
`period` changes, then avg = (avg x (period - 1) + change) / period; RSI = 100 x gain / (gain + loss). Equal
to TA-Lib's `RSI` on the same closes, except that a window without any change is undefined here.
"""

from msgspec import structs

from strategies.core.market import Unavailable
from strategies.core.state import RsiState


def add_close(state: RsiState, close: float, period: int) -> RsiState:
    """Return the averages after one more close (index points)."""
    if state.seen == 0:
        return RsiState(seen=1, last=close)
    change = close - state.last
    gain, loss = max(change, 0.0), max(-change, 0.0)
    changes = state.seen
    if changes < period:
        gain, loss = state.gain + gain, state.loss + loss
    elif changes == period:
        gain, loss = (state.gain + gain) / period, (state.loss + loss) / period
    else:
        gain = (state.gain * (period - 1) + gain) / period
        loss = (state.loss * (period - 1) + loss) / period
    return structs.replace(
        state,
        seen=state.seen + 1,
        last=close,
        gain=gain,
        loss=loss,
        flat=state.flat + 1 if change == 0.0 else 0,
    )


def rsi(state: RsiState, period: int) -> float | Unavailable:
    """Return the RSI (0 to 100) of the closes so far."""
    if state.seen <= period:
        return Unavailable("fewer closes than the RSI needs")
    if state.flat >= period or state.gain + state.loss == 0.0:
        return Unavailable("no change over the whole RSI window")
    return 100.0 * state.gain / (state.gain + state.loss)


def rsi_with(state: RsiState, price: float, period: int) -> float | Unavailable:
    """Return the provisional RSI: as if `price` were the next close."""
    return rsi(add_close(state, price, period), period)
