"""Divergences between price and an indicator at two consecutive swings of one side.

Hidden bullish: swing lows higher in price, lower in RSI. MACD bullish: swing lows lower in price, higher in
MACD. MACD bearish: swing highs higher in price, lower in MACD. A divergence is confirmed when its later swing
is known, and valid from that session on for `divergence.valid_sessions` sessions, that one included.
"""

from msgspec import Struct, structs

from strategies.alvh.swings import swing_in, window_of
from strategies.core.market import Unavailable
from strategies.core.rules import DivergenceRules
from strategies.core.signal_state import DivergenceState, SwingBar


class Divergences(Struct, frozen=True, kw_only=True):
    """Which divergences are valid on a bar."""

    hidden_bullish: bool | Unavailable
    macd_bullish: bool | Unavailable
    macd_bearish: bool | Unavailable


def add_bar(
    state: DivergenceState, close: float, rsi: float | None, macd: float | None, rules: DivergenceRules
) -> DivergenceState:
    """Return the state after one more close (index points) with the indicators on it, None if undefined."""
    bar = SwingBar(state.seen, close, rsi, macd)
    window = window_of(state.window, bar, rules.swing_bars)
    state = structs.replace(state, seen=state.seen + 1, window=window)
    swing = swing_in(window, rules.swing_bars)
    if swing is None:
        return state
    found = _with_low if swing == "low" else _with_high
    return found(state, window[rules.swing_bars])


def _with_low(state: DivergenceState, low: SwingBar) -> DivergenceState:
    lows = (*state.lows, low)[-2:]
    higher = lows[0].close < low.close
    lower = lows[0].close > low.close
    return structs.replace(
        state,
        lows=lows,
        hidden_bullish_at=state.seen if higher and _fell(lows[0].rsi, low.rsi) else state.hidden_bullish_at,
        macd_bullish_at=state.seen if lower and _fell(low.macd, lows[0].macd) else state.macd_bullish_at,
    )


def _with_high(state: DivergenceState, high: SwingBar) -> DivergenceState:
    highs = (*state.highs, high)[-2:]
    diverges = highs[0].close < high.close and _fell(highs[0].macd, high.macd)
    return structs.replace(
        state, highs=highs, macd_bearish_at=state.seen if diverges else state.macd_bearish_at
    )


def _fell(earlier: float | None, later: float | None) -> bool:
    return earlier is not None and later is not None and later < earlier


def divergences(state: DivergenceState, rules: DivergenceRules) -> Divergences:
    """Return which divergences are valid on the latest bar, or why that cannot be said."""
    no_lows, no_highs = _too_few(state.lows, "lows"), _too_few(state.highs, "highs")
    no_rsi = no_lows or _undefined([bar.rsi for bar in state.lows], "RSI")
    no_macd_low = no_lows or _undefined([bar.macd for bar in state.lows], "MACD")
    no_macd_high = no_highs or _undefined([bar.macd for bar in state.highs], "MACD")
    return Divergences(
        hidden_bullish=no_rsi or _valid(state, state.hidden_bullish_at, rules),
        macd_bullish=no_macd_low or _valid(state, state.macd_bullish_at, rules),
        macd_bearish=no_macd_high or _valid(state, state.macd_bearish_at, rules),
    )


def _too_few(swings: tuple[SwingBar, ...], side: str) -> Unavailable | None:
    return Unavailable(f"fewer than two swing {side}") if len(swings) < 2 else None


def _undefined(values: list[float | None], name: str) -> Unavailable | None:
    return Unavailable(f"{name} is undefined at a swing") if None in values else None


def _valid(state: DivergenceState, confirmed: int | None, rules: DivergenceRules) -> bool:
    return confirmed is not None and state.seen - confirmed < rules.valid_sessions
