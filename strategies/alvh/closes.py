"""Folding one completed SPX close into every signal that is made of closes, live or in the warm-up."""

from datetime import date

from msgspec import structs

from strategies.alvh import curve_days, divergence, realised
from strategies.alvh import macd as macd_signal
from strategies.alvh import rsi as rsi_signal
from strategies.core.market import Unavailable
from strategies.core.rules import Rules
from strategies.core.state import Signals


def without_other_periods(signals: Signals, before: Rules, after: Rules) -> Signals:
    """Return the signals as the rules `after` may go on with them.

    Averages and swings of other periods are not those that are asked for: they are dropped, and the warm-up
    makes them anew from history.
    """
    if _periods(before) == _periods(after):
        return signals
    fresh = Signals()
    return structs.replace(
        signals,
        last_session=fresh.last_session,
        rsi=fresh.rsi,
        macd=fresh.macd,
        divergence=fresh.divergence,
        realised_closes=fresh.realised_closes,
        curve=structs.replace(signals.curve, sessions=()),
    )


def _periods(rules: Rules) -> tuple[object, ...]:
    return rules.rsi.period, rules.macd, rules.divergence.swing_bars


def fold_close(signals: Signals, day: date, close: float, rules: Rules) -> Signals:
    """Return the signals after the session `day` closed at `close` (index points)."""
    averages = rsi_signal.add_close(signals.rsi, close, rules.rsi.period)
    lines = macd_signal.add_close(signals.macd, close, rules.macd)
    strength, line = rsi_signal.rsi(averages, rules.rsi.period), macd_signal.macd(lines, rules.macd)
    return structs.replace(
        signals,
        last_session=day,
        rsi=averages,
        macd=lines,
        divergence=divergence.add_bar(
            signals.divergence,
            close,
            None if isinstance(strength, Unavailable) else strength,
            None if isinstance(line, Unavailable) else line.line,
            rules.divergence,
        ),
        realised_closes=realised.keep(signals.realised_closes, close, rules.realised.sessions),
        curve=curve_days.note_session(signals.curve, day, rules.term_structure.steepening_sessions),
    )
