"""Asking for the closes of VIX futures that were not seen live: steepening and made-up bars need them."""

from datetime import date, timedelta

from msgspec import structs

from strategies.alvh import curve_days
from strategies.core.commands import FetchHistory
from strategies.core.events import FuturesListed
from strategies.core.instruments import Instrument
from strategies.core.turn import Turn

_FUTURES = 3
"""M1, M2, and the one that becomes M2 when M1 settles."""

_MORE_SESSIONS = 5  # a broker's bars may lack a day that the calendar has
_ASK_AGAIN = timedelta(hours=1)


def on_futures_listed(turn: Turn, event: FuturesListed) -> None:
    """Follow the futures that are listed, and ask for their closes where some are not known."""
    signals = turn.state.signals
    curve = curve_days.note_contracts(signals.curve, event.instruments, turn.today)
    turn.set(signals=structs.replace(signals, curve=curve))
    commands = missing_closes(turn)
    if commands:
        turn.request("closes of VX futures", *commands)


def missing_closes(turn: Turn) -> tuple[FetchHistory, ...]:
    """Return the requests for closes of completed sessions that are not known, none twice within an hour."""
    days, commands = _needed_days(turn), []
    for future in _needed_futures(turn):
        asked = turn.state.market.asked.get(future.key)
        known = {entry.day for entry in turn.state.signals.curve.days if future.key in entry.prices}
        if known.issuperset(days) or (asked is not None and turn.now - asked < _ASK_AGAIN):
            continue
        market = turn.state.market
        turn.set(market=structs.replace(market, asked={**market.asked, future.key: turn.now}))
        commands.append(FetchHistory(instrument=future, sessions=len(days) + _MORE_SESSIONS))
    return tuple(commands)


def _needed_days(turn: Turn) -> list[date]:
    """Return the completed sessions that steepening looks back over, and those whose bar is still to come."""
    completed = [s.day for s in turn.state.sessions if s.close <= turn.now]
    last = turn.state.signals.last_session
    to_come = [day for day in completed if last is None or day > last]
    back = turn.rules.term_structure.steepening_sessions
    return completed[-(len(to_come) + back) :] if last is not None else completed[-back:]


def _needed_futures(turn: Turn) -> list[Instrument]:
    """Return the nearest futures of today, and those that have settled since the last bar."""
    since = turn.state.signals.last_session or turn.today
    contracts = turn.state.signals.curve.contracts
    dated = sorted((f.expiry, f.key, f) for f in contracts if f.expiry is not None and f.expiry > since)
    settled = [f for expiry, _, f in dated if expiry <= turn.today]
    return [*settled, *[f for expiry, _, f in dated if expiry > turn.today][:_FUTURES]]
