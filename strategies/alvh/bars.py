"""Closing daily bars, live or from history."""

from datetime import date
from typing import Literal

from msgspec import Struct, structs

from strategies.alvh.bar import FinalBar
from strategies.alvh.decide import decide_on_bar
from strategies.alvh.expansion import expanding, keep
from strategies.alvh.rsi import add_close, rsi
from strategies.alvh.term_structure import Slope, read_slope
from strategies.core.commands import FetchHistory
from strategies.core.events import History
from strategies.core.facts import SessionHours
from strategies.core.instruments import SPX, VIX
from strategies.core.market import Unavailable, spx_last, vix_last
from strategies.core.records import BarClosed, BarMissing
from strategies.core.turn import Turn

_GAP_SESSIONS = 30


def on_bar_final(turn: Turn, day: date) -> None:
    """The session's bar is final: close it from quotes as of the official close, then decide."""
    session = next((s for s in turn.state.sessions if s.day == day), None)
    last = turn.state.signals.last_session
    if session is None or turn.now < session.close or (last is not None and last >= day):
        return
    # On a later day the quotes are no longer those of this close.
    late = Unavailable("the close is past")
    close = spx_last(turn, session.close) if turn.today == day else late
    if last is None or isinstance(close, Unavailable) or _sessions_between(turn, last, day):
        reason = f"SPX: {close.reason}" if isinstance(close, Unavailable) else "earlier bars are missing"
        sessions = turn.rules.rsi.warmup_sessions if last is None else _GAP_SESSIONS
        turn.records.append(BarMissing(time=turn.now, session=day, reason=reason))
        turn.request(f"bar of {day}", FetchHistory(instrument=SPX, sessions=sessions))
        return
    vix = vix_last(turn, session.close)
    slope = read_slope(turn, session.close)
    _close_bar(turn, session, close, vix, slope, "live")


def _sessions_between(turn: Turn, last: date, day: date) -> bool:
    return any(last < s.day < day for s in turn.state.sessions)


class _VixReading(Struct, frozen=True, kw_only=True):
    """VIX on a bar, whether it expands, and the completed closes with the bar's own, if it is one."""

    vix: float | Unavailable
    expanding: bool | Unavailable
    closes: tuple[float, ...]
    last: date | None


def _read_vix(turn: Turn, day: date, seen: float | Unavailable) -> _VixReading:
    """Read VIX for the bar of `day`: its completed close if history brought it, else what was seen live."""
    signals, rules = turn.state.signals, turn.rules.expansion
    closes, last = signals.vix_closes, signals.vix_last_session
    if last == day:
        known = closes[-1]
        return _VixReading(
            vix=known, expanding=expanding(known, closes[:-1], rules), closes=closes, last=last
        )
    if isinstance(seen, Unavailable):
        return _VixReading(vix=seen, expanding=seen, closes=closes, last=last)
    if last != signals.last_session:
        missing = Unavailable("earlier VIX closes are missing")
        return _VixReading(vix=seen, expanding=missing, closes=closes, last=last)
    return _VixReading(
        vix=seen, expanding=expanding(seen, closes, rules), closes=keep(closes, seen, rules), last=day
    )


def _close_bar(
    turn: Turn,
    session: SessionHours,
    close: float,
    vix: float | Unavailable,
    slope: Slope | Unavailable,
    source: Literal["live", "history"],
) -> None:
    rules = turn.rules
    state = add_close(turn.state.signals.rsi, close, rules.rsi.period)
    strength = rsi(state, rules.rsi.period)
    reading = _read_vix(turn, session.day, vix)
    vix, growing = reading.vix, reading.expanding
    readings = {"rsi": strength, "vix": vix, "slope": slope, "expanding": growing}
    unavailable = {name: v.reason for name, v in readings.items() if isinstance(v, Unavailable)}
    known = None if isinstance(slope, Unavailable) else slope
    bar = FinalBar(
        day=session.day,
        close=close,
        rsi=None if isinstance(strength, Unavailable) else strength,
        vix=None if isinstance(vix, Unavailable) else vix,
        m1=known.m1 if known else None,
        m2=known.m2 if known else None,
        slope=known.points if known else None,
        expanding=None if isinstance(growing, Unavailable) else growing,
        unavailable=unavailable,
    )
    turn.set(
        signals=structs.replace(
            turn.state.signals,
            rsi=state,
            last_session=session.day,
            vix_closes=reading.closes,
            vix_last_session=reading.last,
        )
    )
    _write_down(turn, bar, known, source)
    if reading.last != bar.day:
        turn.request(f"VIX of {bar.day}", FetchHistory(instrument=VIX, sessions=_GAP_SESSIONS))
    decide_on_bar(turn, bar)


def _write_down(turn: Turn, bar: FinalBar, slope: Slope | None, source: Literal["live", "history"]) -> None:
    turn.records.append(
        BarClosed(
            time=turn.now,
            session=bar.day,
            source=source,
            close=bar.close,
            rsi=bar.rsi,
            vix=bar.vix,
            m1=bar.m1,
            m2=bar.m2,
            slope=bar.slope,
            m1_contract=slope.m1_contract if slope else None,
            m2_contract=slope.m2_contract if slope else None,
            expanding=bar.expanding,
            unavailable=bar.unavailable,
        )
    )


def on_history(turn: Turn, event: History) -> None:
    """Fold completed closes that are not known yet; the first time all of them, later only the gaps."""
    if event.symbol == VIX.symbol:
        _fold_vix(turn, event)
    elif event.symbol == SPX.symbol:
        _fold_spx(turn, event)


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
            state = add_close(signals.rsi, bar.close, turn.rules.rsi.period)
            turn.set(signals=structs.replace(signals, rsi=state, last_session=bar.day))
        else:
            unseen = Unavailable("the session was not seen live")
            _close_bar(turn, session, bar.close, unseen, unseen, "history")


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
