"""The signals as they stand now, each with its age or the reason why it has no value."""

from daemon.status.report import Reading
from strategies.alvh.expansion import expanding
from strategies.alvh.rsi import rsi, rsi_with
from strategies.alvh.term_structure import read_slope
from strategies.core.instruments import SPX, VIX, InstrumentKey
from strategies.core.market import Unavailable, spx_last, vix_last
from strategies.core.turn import Turn


def signals(turn: Turn) -> dict[str, Reading]:
    """Return each signal's reading by name.

    `rsi_last_bar` is of the last final bar and carries its session; all others are of the quotes now. The
    age of a difference is that of its older quote.
    """
    state, rules = turn.state.signals, turn.rules
    spx, vix, slope = spx_last(turn), vix_last(turn), read_slope(turn)
    provisional = spx if isinstance(spx, Unavailable) else rsi_with(state.rsi, spx, rules.rsi.period)
    growing = vix if isinstance(vix, Unavailable) else expanding(vix, state.vix_closes, rules.expansion)
    found = {
        "spx": _quoted(turn, spx, SPX.key),
        "rsi_last_bar": _reading(rsi(state.rsi, rules.rsi.period), f"session {state.last_session}"),
        "rsi_provisional": _quoted(turn, provisional, SPX.key),
        "vix": _quoted(turn, vix, VIX.key),
        "expanding": _quoted(turn, growing, VIX.key),
    }
    if isinstance(slope, Unavailable):
        return found | {name: Reading(why=slope.reason) for name in ("m1", "m2", "slope")}
    return found | {
        "m1": _quoted(turn, slope.m1, slope.m1_contract),
        "m2": _quoted(turn, slope.m2, slope.m2_contract),
        "slope": _quoted(turn, slope.points, slope.m1_contract, slope.m2_contract),
    }


def _reading(value: float | Unavailable, of: str, age_s: float | None = None) -> Reading:
    if isinstance(value, Unavailable):
        return Reading(of=of, age_s=age_s, why=value.reason)
    return Reading(value=value, of=of, age_s=age_s)


def _quoted(turn: Turn, value: float | Unavailable, *keys: InstrumentKey) -> Reading:
    """A reading with the age of the oldest quote that it was made from."""
    seen = [turn.state.market.quotes.get(key) for key in keys]
    ages = [(turn.now - quote.at).total_seconds() for quote in seen if quote is not None]
    return _reading(value, ", ".join(keys), max(ages, default=None))
