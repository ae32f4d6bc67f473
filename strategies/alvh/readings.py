"""Every signal of one final bar, read together: a value, or the reason why there is none."""

from datetime import date
from typing import Any

from msgspec import Struct, structs

from strategies.alvh import curve_days
from strategies.alvh.bar import FinalBar
from strategies.alvh.divergence import divergences
from strategies.alvh.macd import macd
from strategies.alvh.realised import realised_vol, vix_over
from strategies.alvh.rsi import rsi
from strategies.alvh.term_structure import Slope
from strategies.core.episode import Episode, follow
from strategies.core.market import Unavailable
from strategies.core.rules import Rules
from strategies.core.state import Signals

Reading = float | bool | Unavailable


class Observed(Struct, frozen=True, kw_only=True):
    """What was read of the session's close beside the SPX: VIX points, the curve, net issues, valuation."""

    vix: float | Unavailable
    slope: Slope | Unavailable
    expanding: bool | Unavailable
    ad_trend: float | Unavailable
    pe_elevated: bool | Unavailable


def read_bar(signals: Signals, day: date, close: float, seen: Observed, rules: Rules) -> FinalBar:
    """Return the final bar of `day`, whose close (index points) is already folded into `signals`."""
    steepening_sessions = rules.term_structure.steepening_sessions
    readings = {
        "rsi": rsi(signals.rsi, rules.rsi.period),
        "vix": seen.vix,
        "slope": seen.slope if isinstance(seen.slope, Unavailable) else seen.slope.points,
        "expanding": seen.expanding,
        **_macd_readings(signals, rules),
        **_divergence_readings(signals, rules),
        "steepening": curve_days.steepening(signals.curve, seen.slope, steepening_sessions),
        "ad_trend": seen.ad_trend,
        "pe_elevated": seen.pe_elevated,
        **_volatility_readings(signals, seen.vix, rules),
    }
    # Names and types are those of the readings above, as the bar declares them.
    known: dict[str, Any] = {k: None if isinstance(v, Unavailable) else v for k, v in readings.items()}
    slope = None if isinstance(seen.slope, Unavailable) else seen.slope
    return FinalBar(
        day=day,
        close=close,
        m1=slope.m1 if slope else None,
        m2=slope.m2 if slope else None,
        unavailable={k: v.reason for k, v in readings.items() if isinstance(v, Unavailable)},
        **known,
    )


def _macd_readings(signals: Signals, rules: Rules) -> dict[str, Reading]:
    found = macd(signals.macd, rules.macd)
    if isinstance(found, Unavailable):
        return dict.fromkeys(("macd", "macd_signal", "macd_histogram"), found)
    return {"macd": found.line, "macd_signal": found.signal, "macd_histogram": found.histogram}


def _divergence_readings(signals: Signals, rules: Rules) -> dict[str, Reading]:
    found = divergences(signals.divergence, rules.divergence)
    return {
        "hidden_bullish": found.hidden_bullish,
        "macd_bullish": found.macd_bullish,
        "macd_bearish": found.macd_bearish,
    }


def _volatility_readings(signals: Signals, vix: float | Unavailable, rules: Rules) -> dict[str, Reading]:
    moved = realised_vol(signals.realised_closes, rules.realised.sessions)
    return {"realised_vol": moved, "vix_over_realised": vix_over(vix, moved)}


def with_episodes(signals: Signals, bar: FinalBar, rules: Rules) -> tuple[Signals, FinalBar]:
    """Return both with the episodes as they stand after the bar."""
    end_after = rules.episode.end_after_sessions
    expansion = _followed(signals.expansion_episode, bar.expanding, bar.day, end_after)
    steepening = _followed(signals.steepening_episode, bar.steepening, bar.day, end_after)
    return (
        structs.replace(signals, expansion_episode=expansion, steepening_episode=steepening),
        structs.replace(
            bar,
            expansion_episode=expansion.name if expansion else None,
            steepening_episode=steepening.name if steepening else None,
        ),
    )


def _followed(episode: Episode | None, holds: bool | None, day: date, end_after: int) -> Episode | None:  # noqa: FBT001 - a reading
    """A session on which the condition is unknown neither begins nor ends an episode."""
    return episode if holds is None else follow(episode, holds=holds, day=day, end_after=end_after)
