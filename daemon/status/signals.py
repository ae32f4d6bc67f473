"""The signals as they stand now, each with its age or the reason why it has no value."""

from daemon.status.report import Reading
from strategies.alvh import curve_days
from strategies.alvh.breadth import ad_trend
from strategies.alvh.divergence import divergences
from strategies.alvh.expansion import expanding
from strategies.alvh.macd import macd
from strategies.alvh.realised import realised_vol
from strategies.alvh.rsi import rsi, rsi_with
from strategies.alvh.term_structure import read_slope
from strategies.alvh.valuation import pe_elevated
from strategies.core.instruments import SPX, VIX, InstrumentKey
from strategies.core.market import Unavailable, spx_last, vix_last
from strategies.core.turn import Turn


def signals(turn: Turn) -> dict[str, Reading]:
    """Return each signal's reading by name.

    Those of the last final bar carry its session; all others are of the quotes now. The age of a difference
    is that of its older quote.
    """
    state, rules = turn.state.signals, turn.rules
    spx, vix, slope = spx_last(turn), vix_last(turn), read_slope(turn)
    provisional = spx if isinstance(spx, Unavailable) else rsi_with(state.rsi, spx, rules.rsi.period)
    growing = vix if isinstance(vix, Unavailable) else expanding(vix, state.vix_closes, rules.expansion)
    found = {
        **_of_last_bar(turn),
        "spx": _quoted(turn, spx, SPX.key),
        "rsi_provisional": _quoted(turn, provisional, SPX.key),
        "vix": _quoted(turn, vix, VIX.key),
        "expanding": _quoted(turn, growing, VIX.key),
    }
    if isinstance(slope, Unavailable):
        return found | {name: Reading(why=slope.reason) for name in ("m1", "m2", "slope", "steepening")}
    steeper = curve_days.steepening(state.curve, slope, rules.term_structure.steepening_sessions)
    return found | {
        "steepening": _quoted(turn, steeper, slope.m1_contract, slope.m2_contract),
        "m1": _quoted(turn, slope.m1, slope.m1_contract),
        "m2": _quoted(turn, slope.m2, slope.m2_contract),
        "slope": _quoted(turn, slope.points, slope.m1_contract, slope.m2_contract),
    }


def _of_last_bar(turn: Turn) -> dict[str, Reading]:
    """Return the readings that only a final bar moves."""
    state, rules = turn.state.signals, turn.rules
    swings = divergences(state.divergence, rules.divergence)
    found = macd(state.macd, rules.macd)
    readings: dict[str, float | bool | Unavailable] = {
        "rsi_last_bar": rsi(state.rsi, rules.rsi.period),
        "macd_histogram": found if isinstance(found, Unavailable) else found.histogram,
        "hidden_bullish": swings.hidden_bullish,
        "macd_bullish": swings.macd_bullish,
        "macd_bearish": swings.macd_bearish,
        "realised_vol": realised_vol(state.realised_closes, rules.realised.sessions),
        # The bar's own net is in the state already, or left a gap there.
        "ad_trend": ad_trend(state.breadth, 0.0, rules.breadth),
        "pe_elevated": pe_elevated(turn),
    }
    return {name: _reading(value, f"session {state.last_session}") for name, value in readings.items()}


def episodes(turn: Turn) -> dict[str, str]:
    """Return the running episodes by name, and the session on which each began."""
    state = turn.state.signals
    running = {"expansion": state.expansion_episode, "steepening": state.steepening_episode}
    return {name: episode.name for name, episode in running.items() if episode is not None}


def _reading(value: float | Unavailable, of: str, age_s: float | None = None) -> Reading:
    if isinstance(value, Unavailable):
        return Reading(of=of, age_s=age_s, why=value.reason)
    return Reading(value=value, of=of, age_s=age_s)


def _quoted(turn: Turn, value: float | Unavailable, *keys: InstrumentKey) -> Reading:
    """A reading with the age of the oldest quote that it was made from."""
    seen = [turn.state.market.quotes.get(key) for key in keys]
    ages = [(turn.now - quote.at).total_seconds() for quote in seen if quote is not None]
    return _reading(value, ", ".join(keys), max(ages, default=None))
