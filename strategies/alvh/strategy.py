"""`step`: the pure heart. Same state and event in, same state, records and commands out, byte for byte."""

from datetime import UTC, datetime
from typing import assert_never

from msgspec import Struct, structs

from strategies.alvh import (
    bars,
    condor_orders,
    condors,
    curve_history,
    delta_cut_orders,
    flatten,
    layer_orders,
    past_bars,
    peel,
    plans,
    roll_orders,
    submit,
    upkeep,
)
from strategies.alvh.closes import without_other_periods
from strategies.core import adoption, halts, macro, market, orders, quarantine, reconcile
from strategies.core import events as ev
from strategies.core.book import book_commission, on_execution
from strategies.core.commands import AnyCommand, FetchHistory, ListChain, ListFutures, Purpose, Watch
from strategies.core.instruments import SPX, VIX, XSP
from strategies.core.mode import Action
from strategies.core.option_model import new_york_day
from strategies.core.records import AnyRecord, Unchanged
from strategies.core.state import Account, Market, State
from strategies.core.turn import Turn

_CARRY: dict[Purpose, plans.Carry] = {
    Purpose.CONDOR_OPEN: condor_orders.carry_out_open,
    Purpose.CONDOR_CLOSE: condor_orders.carry_out_close,
    Purpose.LAYER_OPEN: layer_orders.carry_out,
    Purpose.LAYER_ROLL: roll_orders.carry_out,
    Purpose.CUT_OPEN: delta_cut_orders.carry_out_open,
    Purpose.CUT_CLOSE: delta_cut_orders.carry_out_close,
}
_VIX_SESSIONS = 60
ORDER_REF_PREFIX = "hedged-"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Outcome(Struct, frozen=True):
    """What a step says (records) and asks for (commands), in order."""

    records: tuple[AnyRecord, ...]
    commands: tuple[AnyCommand, ...]


def step(state: State, event: ev.AnyEvent, seq: int) -> tuple[State, Outcome]:
    """Fold one event and decide.

    Args:
        state: the state before; it is not changed.
        event: what happened, with its own time.
        seq: the event's sequence number in the journal.

    Returns:
        The state after, and the outcome to be journalled with the event before anything is carried out.
    """
    turn = Turn(structs.replace(state, seq=seq, time=event.time), event.time)
    _take_in(turn, event)
    orders.watch_the_clock(turn)
    submit.let_lapse(turn)
    reconcile.ask_when_due(turn)
    peel.watch_provisional(turn)
    peel.step_when_due(turn)
    flatten.step_when_due(turn)
    plans.advance(turn, _CARRY)
    _ask_for_quotes(turn, before=state)
    if isinstance(event, ev.Timer) and event.job is ev.Job.HEARTBEAT and turn.state.decided_seq != seq:
        turn.records.append(Unchanged(time=turn.now, since=turn.state.decided_seq))
    return turn.state, Outcome(tuple(turn.records), tuple(turn.commands))


def _take_in(turn: Turn, event: ev.AnyEvent) -> None:  # noqa: C901, PLR0912, PLR0915 - the table of events
    match event:
        case ev.Lifecycle():
            _on_lifecycle(turn, event)
        case ev.Calendar():
            turn.set(sessions=event.sessions)
        case ev.Connection():
            _on_connection(turn, event)
        case ev.Upstream():
            _on_upstream(turn, event)
        case ev.ClockSkew():
            _on_clock_skew(turn, event)
        case ev.Quotes():
            market.on_quotes(turn, event)
        case ev.Timer():
            _on_timer(turn, event)
        case ev.History():
            past_bars.on_history(turn, event)
        case ev.FuturesListed():
            market.on_futures(turn, event)
            curve_history.on_futures_listed(turn, event)
        case ev.ChainListed():
            market.on_chain(turn, event)
        case ev.ExpiryListed():
            market.on_expiry(turn, event)
        case ev.OrderTransmitted():
            orders.on_transmitted(turn, event)
        case ev.OrderNotTransmitted():
            orders.on_not_transmitted(turn, event)
        case ev.OrderStatus():
            orders.on_status(turn, event)
        case ev.ProposalAnswered():
            submit.on_answer(turn, event)
        case ev.ExecutionReported():
            on_execution(turn, event.execution)
        case ev.Commission():
            book_commission(turn, event.exec_id, event.commission_usd)
        case ev.Snapshot():
            reconcile.on_snapshot(turn, event)
        case ev.Macro():
            macro.on_macro(turn, event)
        case ev.Operator() | ev.Tripped() | ev.ClockStep():
            halts.take_in(turn, event)
            if isinstance(event, ev.Operator) and event.action is Action.SETTLE:
                quarantine.settle(turn, event)
        case ev.Paused():
            _on_paused(turn)
        case ev.SnapshotMissing():
            reconcile.snapshot_came(turn)
        case ev.BrokerNotice() | ev.HistoryMissing() | ev.ListingMissing():
            pass  # recorded; what depends on them stays unavailable and is asked for again when due
        case _:
            assert_never(event)


def _on_lifecycle(turn: Turn, event: ev.Lifecycle) -> None:
    if event.phase is ev.Phase.STOPPING:
        turn.set(stopping=True)
        return
    rules = event.rules or turn.state.rules
    signals = without_other_periods(turn.state.signals, turn.state.rules, rules)
    turn.set(
        stopping=False,
        journal_id=turn.state.journal_id or _journal_id(event.time),
        rules=rules,
        account=Account(net_liquidation_usd=turn.state.account.net_liquidation_usd),
        market=Market(),
        watch=(),
        signals=structs.replace(signals, calm_since=None),
    )
    for order in list(turn.state.orders.values()):
        turn.put_order(structs.replace(order, absent_since=None, sent_epoch=0))
    orders.doubt_unacknowledged(turn, orders.RESTARTED)


def _journal_id(now: datetime) -> str:
    """Return a name for this journal from the second of its first event: refs of two journals never meet."""
    number = abs(int((now - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds()))
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return f"{ORDER_REF_PREFIX}{digits}"


def _on_connection(turn: Turn, event: ev.Connection) -> None:
    account = turn.state.account
    if event.link is ev.Link.DOWN:
        turn.set(account=structs.replace(account, link=ev.Link.DOWN))
        market.forget_quotes(turn)
        orders.doubt_unacknowledged(turn, orders.LINK_LOST)
        return
    turn.set(
        account=structs.replace(
            account,
            link=ev.Link.UP,
            upstream=True,
            clock_fault="",
            epoch=event.epoch,
            account=event.account,
            paper=event.paper,
            snapshot_asked_at=None,
            snapshot_awaited=False,
        ),
        market=structs.replace(turn.state.market, asked={}),
    )
    _ask_for_listings(turn)


def _on_upstream(turn: Turn, event: ev.Upstream) -> None:
    """While it is gone fills are not pushed; once it is back nothing of before is believed.

    Not the book, before a new snapshot, nor quotes: some still came after the word that it was gone.
    """
    account = structs.replace(turn.state.account, upstream=event.connected)
    if event.connected:
        account = structs.replace(
            account, reconciled_epoch=-1, snapshot_asked_at=None, snapshot_awaited=False
        )
    market.forget_quotes(turn)
    turn.set(account=account)


def _on_paused(turn: Turn) -> None:
    """What was known is of before the pause: nothing is believed before a new snapshot and new quotes."""
    market.forget_quotes(turn)
    account = structs.replace(
        turn.state.account, reconciled_epoch=-1, snapshot_asked_at=None, snapshot_awaited=False
    )
    turn.set(account=account)


def _on_clock_skew(turn: Turn, event: ev.ClockSkew) -> None:
    """A gateway that lives at another time is not traded with: its sessions and quotes are not of now."""
    limit = turn.rules.clock.skew_max_s
    fault = ""
    if event.skew_s is None:
        fault = "the gateway did not tell its time"
    elif abs(event.skew_s) > limit:
        fault = f"the gateway's clock is off by more than clock.skew_max_s = {limit:g}"
    turn.set(account=structs.replace(turn.state.account, clock_fault=fault))


def _ask_for_listings(turn: Turn) -> None:
    last = turn.state.signals.last_session
    sessions = turn.rules.rsi.warmup_sessions if last is None else (turn.today - last).days + 2
    turn.request(
        "listings and completed bars",
        ListFutures(),
        ListChain(underlying=SPX),
        ListChain(underlying=VIX),
        *([ListChain(underlying=XSP)] if turn.rules.breach.use_xsp else []),
        *curve_history.missing_closes(turn),  # these and VIX first, so that made-up SPX bars find them
        FetchHistory(instrument=VIX, sessions=_VIX_SESSIONS),
        FetchHistory(instrument=SPX, sessions=sessions),
    )


def _on_timer(turn: Turn, event: ev.Timer) -> None:
    match event.job:
        case ev.Job.SESSION_PREP:
            reconcile.watch_log_in(turn)
            upkeep.prune(turn)
            if turn.state.account.link is ev.Link.UP:
                _ask_for_listings(turn)
        case ev.Job.HEARTBEAT:
            adoption.measure_adopted(turn)
        case ev.Job.ACT if not event.misfired:
            condors.decide_entry(turn)
        case ev.Job.BAR_FINAL if event.day is not None:
            bars.on_bar_final(turn, event.day)
        case ev.Job.DAILY_SUMMARY if event.day is not None:
            upkeep.summarise(turn, event.day)
        case _:
            pass  # session marks drive what depends on time, below


def _ask_for_quotes(turn: Turn, before: State) -> None:
    """Ask for other quotes when what they follow from has changed; most events change none of it."""
    after = turn.state
    same = (
        after.layers is before.layers
        and after.condors is before.condors
        and after.plans is before.plans
        and after.market.futures is before.market.futures
        and after.account.link is before.account.link
        and before.time is not None
        and new_york_day(before.time) == turn.today
    )
    if same:
        return
    wanted = market.wanted_quotes(turn)
    keys = tuple(instrument.key for instrument in wanted)
    if keys != turn.state.watch and turn.state.account.link is ev.Link.UP:
        turn.set(watch=keys)
        turn.request("quotes", Watch(instruments=wanted))
