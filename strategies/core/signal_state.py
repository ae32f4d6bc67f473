"""What the incremental signals keep between sessions: bounded, plain data."""

from datetime import date

from msgspec import Struct

from strategies.core.instruments import Instrument, InstrumentKey


class MacdState(Struct, frozen=True, kw_only=True):
    """The running EMAs; `seen` counts closes, `flat` the latest changes that were zero.

    Until an average is seeded its field holds the sum of the seed's members so far.
    """

    seen: int = 0
    last: float = 0.0
    flat: int = 0
    fast: float = 0.0
    slow: float = 0.0
    signal: float = 0.0


class SwingBar(Struct, frozen=True, array_like=True):
    """A close with its place in the sequence of closes and the indicators on it, None where undefined."""

    index: int
    close: float
    rsi: float | None
    macd: float | None


class DivergenceState(Struct, frozen=True, kw_only=True):
    """The latest closes, the latest two swings of each side, and when each divergence was confirmed last.

    `seen` counts closes; confirmations are places in that count.
    """

    seen: int = 0
    window: tuple[SwingBar, ...] = ()
    lows: tuple[SwingBar, ...] = ()
    highs: tuple[SwingBar, ...] = ()
    hidden_bullish_at: int | None = None
    macd_bullish_at: int | None = None
    macd_bearish_at: int | None = None


class BreadthState(Struct, frozen=True, kw_only=True):
    """Advancing less declining issues of the sessions seen, oldest first; how many are without a gap."""

    nets: tuple[float, ...] = ()
    unbroken: int = 0


class CurveDay(Struct, frozen=True, array_like=True):
    """The prices of the VIX futures at one close, VIX points."""

    day: date
    prices: dict[InstrumentKey, float]


class CurveState(Struct, frozen=True, kw_only=True):
    """The latest sessions, and what the VIX futures listed around them closed at."""

    contracts: tuple[Instrument, ...] = ()
    sessions: tuple[date, ...] = ()
    days: tuple[CurveDay, ...] = ()
