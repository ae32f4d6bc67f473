"""Completed bars from the broker's history: the warm-up at the first start, later only what was missed."""

from datetime import date, timedelta

from msgspec import structs

from strategies.alvh import curve_days
from strategies.alvh.bars import close_past_bar
from strategies.alvh.closes import fold_close
from strategies.alvh.expansion import keep
from strategies.core.events import History
from strategies.core.instruments import SPX, VIX, InstrumentKey
from strategies.core.records import BarMissing
from strategies.core.turn import Turn

# Closes of futures that are older than this are of no use: steepening looks back by sessions, not by months.
_CURVE_BACK = timedelta(days=120)


def on_history(turn: Turn, event: History) -> None:
    """Fold completed closes that are not known yet; the first time all of them, later only the gaps."""
    if event.contract is not None:
        _fold_future(turn, event, event.contract)
    elif event.symbol == VIX.symbol:
        _fold_vix(turn, event)
    elif event.symbol == SPX.symbol:
        _fold_spx(turn, event)


def _fold_future(turn: Turn, event: History, contract: InstrumentKey) -> None:
    signals = turn.state.signals
    bars = tuple(bar for bar in event.bars if _completed(turn, bar.day))
    since = signals.curve.sessions[0] if signals.curve.sessions else turn.today - _CURVE_BACK
    turn.set(
        signals=structs.replace(signals, curve=curve_days.note_history(signals.curve, contract, bars, since))
    )


def _fold_vix(turn: Turn, event: History) -> None:
    signals = turn.state.signals
    closes, last = signals.vix_closes, signals.vix_last_session
    for bar in event.bars:
        if (last is None or bar.day > last) and _completed(turn, bar.day):
            closes, last = keep(closes, bar.close, turn.rules.expansion), bar.day
    turn.set(signals=structs.replace(signals, vix_closes=closes, vix_last_session=last))


def _fold_spx(turn: Turn, event: History) -> None:
    first_start = turn.state.signals.last_session is None
    for bar in event.bars:
        signals = turn.state.signals
        last = signals.last_session
        if (last is not None and bar.day <= last) or not _completed(turn, bar.day):
            continue
        if last is not None:
            _note_holes(turn, last, bar.day)
        session = next((s for s in turn.state.sessions if s.day == bar.day), None)
        if first_start or session is None:
            turn.set(signals=fold_close(signals, bar.day, bar.close, turn.rules))
        else:
            close_past_bar(turn, session, bar.close)


def _note_holes(turn: Turn, last: date, day: date) -> None:
    """Write down the sessions between two bars that the broker has no bar for.

    The exchange may have been closed on a day that the calendar does not know, so the bars that there are
    count: waiting for a bar that never comes would keep exits and peeling from ever being decided.
    """
    for session in turn.state.sessions:
        if last < session.day < day:
            reason = "the broker's history has no bar for it"
            turn.records.append(BarMissing(time=turn.now, session=session.day, reason=reason))


def _completed(turn: Turn, day: date) -> bool:
    session = next((s for s in turn.state.sessions if s.day == day), None)
    return day < turn.today if session is None else turn.now >= session.close
