"""Closing daily bars, live or from history."""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct, structs

from strategies.alvh import breadth, curve_days
from strategies.alvh.bar import FinalBar
from strategies.alvh.closes import fold_close
from strategies.alvh.curve_history import missing_closes
from strategies.alvh.decide import decide_on_bar
from strategies.alvh.expansion import expanding, keep
from strategies.alvh.readings import Observed, read_bar, with_episodes
from strategies.alvh.term_structure import Slope, read_slope
from strategies.alvh.valuation import pe_elevated
from strategies.core.commands import FetchHistory
from strategies.core.facts import SessionHours
from strategies.core.instruments import SPX, VIX, InstrumentKey
from strategies.core.market import Unavailable, future_price, spx_last, vix_last
from strategies.core.records import BarClosed, BarMissing
from strategies.core.turn import Turn

_GAP_SESSIONS = 30
_UNSEEN = Unavailable("the session was not seen live")


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
        turn.request(
            f"bar of {day}",
            *missing_closes(turn),
            FetchHistory(instrument=VIX, sessions=_GAP_SESSIONS),
            FetchHistory(instrument=SPX, sessions=sessions),
        )
        return
    _close_bar(turn, session, close, "live")


def close_past_bar(turn: Turn, session: SessionHours, close: float) -> None:
    """Close a bar whose session was not seen live from its SPX close, then decide."""
    _close_bar(turn, session, close, "history")


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


def _close_bar(turn: Turn, session: SessionHours, close: float, source: Literal["live", "history"]) -> None:
    """Fold the close and what was seen with it, write the bar down, and decide on it."""
    rules, day, live = turn.rules, session.day, source == "live"
    reading = _read_vix(turn, day, vix_last(turn, session.close) if live else _UNSEEN)
    net = breadth.net_at(turn, session.close) if live else _UNSEEN
    signals = fold_close(turn.state.signals, day, close, rules)
    issues = breadth.add_session(signals.breadth, net, rules.breadth)
    curve = signals.curve
    if live:
        curve = curve_days.note_prices(curve, day, _futures_at(turn, session.close))
    slope = read_slope(turn, session.close) if live else curve_days.slope_on(curve, day)
    signals = structs.replace(
        signals,
        breadth=issues,
        curve=curve,
        vix_closes=reading.closes,
        vix_last_session=reading.last,
    )
    observed = Observed(
        vix=reading.vix,
        slope=slope,
        expanding=reading.expanding,
        ad_trend=breadth.ad_trend(issues, net, rules.breadth),
        pe_elevated=pe_elevated(turn),
    )
    signals, bar = with_episodes(signals, read_bar(signals, day, close, observed, rules), rules)
    turn.set(signals=signals)
    _write_down(turn, bar, slope, source)
    if reading.last != day:
        turn.request(f"VIX of {day}", FetchHistory(instrument=VIX, sessions=_GAP_SESSIONS))
    decide_on_bar(turn, bar)


def _futures_at(turn: Turn, at: datetime) -> dict[InstrumentKey, float]:
    prices = {f.key: future_price(turn, f, at) for f in turn.state.signals.curve.contracts}
    return {key: price for key, price in prices.items() if not isinstance(price, Unavailable)}


def _write_down(
    turn: Turn, bar: FinalBar, slope: Slope | Unavailable, source: Literal["live", "history"]
) -> None:
    known = None if isinstance(slope, Unavailable) else slope
    fields: dict[str, Any] = structs.asdict(bar)  # the record has the bar's own names, but for its day
    day = fields.pop("day")
    turn.records.append(
        BarClosed(
            time=turn.now,
            session=day,
            source=source,
            m1_contract=known.m1_contract if known else None,
            m2_contract=known.m2_contract if known else None,
            **fields,
        )
    )
