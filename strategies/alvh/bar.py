"""A final bar with its signals, as the rules read it."""

from datetime import date

from msgspec import Struct


class FinalBar(Struct, frozen=True, kw_only=True):
    """One completed session. A signal that is None has its reason in `unavailable`.

    VIX, the futures and the slope are in VIX points, the MACD in index points, `realised_vol` in percent a
    year, `ad_trend` and `vix_over_realised` are ratios. A divergence is true while it is valid. An episode is
    the day (ISO) on which the running one began, None while none runs.
    """

    day: date
    close: float
    rsi: float | None
    vix: float | None
    m1: float | None
    m2: float | None
    slope: float | None
    expanding: bool | None
    unavailable: dict[str, str]
    macd: float | None = None
    macd_signal: float | None = None
    macd_histogram: float | None = None
    hidden_bullish: bool | None = None
    macd_bullish: bool | None = None
    macd_bearish: bool | None = None
    steepening: bool | None = None
    ad_trend: float | None = None
    pe_elevated: bool | None = None
    realised_vol: float | None = None
    vix_over_realised: float | None = None
    expansion_episode: str | None = None
    steepening_episode: str | None = None
