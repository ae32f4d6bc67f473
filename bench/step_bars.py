"""`python -m bench.step_bars FILE`: `step` over the bars of FILE, one decision a session; figures as JSON.

What is timed is what a session of daily bars brings: the calendar, the four closes in one event (the daemon
hands over together what comes together), and the timer that makes the bar final, on which every rule is
looked at for an open condor. What was last said is forgotten after each session, so that every explanation
is built and said in full. Neither side talks to a broker but for the peer's simulated orders. The session's
preparation, which keeps the state small, is in the run that counts bytes, not in the timed one.
"""

import gc
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from msgspec import structs

from bench.bars import SERIES, BarDay, load
from strategies.alvh.strategy import Outcome, step
from strategies.core import events as ev
from strategies.core.facts import Bar, Quote, SessionHours
from strategies.core.holdings import Condor, CondorState
from strategies.core.instruments import SPX, VIX, Instrument, Kind, Right
from strategies.core.records import Decision
from strategies.core.state import State, encode_state

_OPEN, _CLOSE = timedelta(hours=14, minutes=30), timedelta(hours=21)
_FINAL, _PREP = timedelta(minutes=1), timedelta(minutes=15)
_BACK, _AHEAD = 10, 15
_ROLL_SESSIONS = 21
_SESSIONS_PER_YEAR = 252


def main() -> int:
    """Run, print, return the exit code."""
    days = load(Path(sys.argv[1]))
    sessions = [_hours(date.fromisoformat(bar.day)) for bar in days]
    state, seq = _start(sessions[: _BACK + 1], days[: _BACK + 1])
    fed = [_events(days, sessions, at) for at in range(_BACK + 1, len(days))]
    gc.collect()
    began_ns = time.process_time_ns()
    after, at_seq = state, seq
    for events in fed:
        after, at_seq, _ = _session(after, at_seq, events[1:])
    spent_ns = time.process_time_ns() - began_ns
    decisions, verdicts, sizes = 0, 0, list[int]()
    for at, events in enumerate(fed):  # once more with what keeps the state small, to count
        state, seq, outcome = _session(state, seq, events)
        made = [record for record in outcome.records if isinstance(record, Decision)]
        decisions += len(made)
        verdicts += sum(len(record.rules) for record in made)
        if at % _SESSIONS_PER_YEAR == _SESSIONS_PER_YEAR - 1:
            sizes.append(len(encode_state(state)))
    per_bar = spent_ns / 1000.0 / (len(SERIES) * len(fed))
    figures = {
        "us_a_bar": per_bar,
        "decisions": decisions,
        "verdicts": verdicts,
        "state_bytes": sizes,
        "sessions": len(fed),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _session(state: State, seq: int, events: Sequence[ev.AnyEvent]) -> tuple[State, int, Outcome]:
    """Step through a session; return the state after, the last number, and the last outcome."""
    outcome = Outcome((), ())
    for event in events:
        seq += 1
        state, outcome = step(state, event, seq)
    # What was said is forgotten, so that the next decision is said in full, too.
    return structs.replace(state, verdicts={}), seq, outcome


def _hours(day: date) -> SessionHours:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    close = start + _CLOSE
    return SessionHours(day=day, open=start + _OPEN, close=close, options_close=close + timedelta(minutes=15))


def _future(expiry: date) -> Instrument:
    return Instrument(
        kind=Kind.FUTURE, symbol="VIX", exchange="CFE", trading_class="VX", last_trade=expiry, expiry=expiry
    )


def _listed(sessions: Sequence[SessionHours], at: int) -> tuple[Instrument, Instrument]:
    """Return M1 and M2: contracts settle every 21 sessions here."""
    first = sessions[0].day
    months = at // _ROLL_SESSIONS + 1
    one, two = (first + timedelta(days=7 * (n * _ROLL_SESSIONS) // 5 + 3) for n in (months, months + 1))
    return _future(one), _future(two)


def _events(days: Sequence[BarDay], sessions: Sequence[SessionHours], at: int) -> list[ev.AnyEvent]:
    """Return what one session brings, its preparation first."""
    bar, session = days[at], sessions[at]
    around = _around(sessions, at)
    m1, m2 = _listed(sessions, at)
    prices = (
        Quote(instrument=SPX.key, last=bar.spx),
        Quote(instrument=VIX.key, last=bar.vix),
        Quote(instrument=m1.key, mark=bar.m1),
        Quote(instrument=m2.key, mark=bar.m2),
    )
    final = session.close + _FINAL
    prep = session.open - _PREP
    found: list[ev.AnyEvent] = [
        ev.Timer(time=prep, job=ev.Job.SESSION_PREP, intended=prep, day=session.day),
        ev.Calendar(time=prep, sessions=around),
    ]
    if at % _ROLL_SESSIONS == 0:
        found.append(ev.FuturesListed(time=session.open, instruments=(m1, m2)))
    found.append(ev.Quotes(time=session.close, quotes=tuple(sorted(prices, key=lambda q: q.instrument))))
    found.append(ev.Timer(time=final, job=ev.Job.BAR_FINAL, intended=final, day=session.day))
    return found


def _around(sessions: Sequence[SessionHours], at: int) -> tuple[SessionHours, ...]:
    return tuple(sessions[max(at - _BACK, 0) : at + _AHEAD])


def _start(sessions: Sequence[SessionHours], bars: Sequence[BarDay]) -> tuple[State, int]:
    """Return a state that knows some closes, with a condor that outlives the bars; no broker is asked."""
    now = sessions[-1].options_close
    state, seq = State(), 0
    for event in (
        ev.Lifecycle(time=now, phase=ev.Phase.STARTED),
        ev.Calendar(time=now, sessions=tuple(sessions)),
        _history("VIX", sessions, [bar.vix for bar in bars], now),
        _history("SPX", sessions, [bar.spx for bar in bars], now),
    ):
        seq += 1
        state, _ = step(state, event, seq)
    expiry = sessions[0].day + timedelta(days=20 * 365)
    k1, k2, k3, k4 = (
        Instrument(
            kind=Kind.OPTION,
            symbol="SPX",
            exchange="SMART",
            trading_class="SPXW",
            last_trade=expiry,
            expiry=expiry,
            strike=strike,
            right=right,
            multiplier=100,
        )
        for strike, right in (
            (1000.0, Right.PUT),
            (1050.0, Right.PUT),
            (9000.0, Right.CALL),
            (9050.0, Right.CALL),
        )
    )
    condor = Condor(
        condor_id="C0001",
        legs=(k1, k2, k3, k4),
        state=CondorState.OPEN,
        opened_at=now,
        contracts=10,
        held={k1.key: 10, k2.key: -10, k3.key: -10, k4.key: 10},
        credit_usd=Decimal(8000),
        cash_usd=Decimal(8000),
        unit_vega_usd=-100.0,
        unit_theta_usd=20.0,
    )
    return structs.replace(state, condors={"C0001": condor}), seq


def _history(
    symbol: str, sessions: Sequence[SessionHours], closes: Sequence[float], now: datetime
) -> ev.History:
    bars = tuple(Bar(session.day, close) for session, close in zip(sessions, closes, strict=True))
    return ev.History(time=now, symbol=symbol, bars=bars)


if __name__ == "__main__":
    sys.exit(main())
