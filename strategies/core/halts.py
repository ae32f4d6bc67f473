"""Modes of trading: what each forbids, who changes it, and what halts without being asked.

A mode outlives restarts, because it is part of the state. Only a person ends it.
"""

from datetime import timedelta
from decimal import Decimal
from typing import assert_never

from msgspec import structs

from strategies.core.commands import REDUCING, Purpose
from strategies.core.events import ClockStep, Operator, Tripped
from strategies.core.mode import Action, Cause, Mode, TradingMode
from strategies.core.records import Alarm, ModeChanged
from strategies.core.state import State
from strategies.core.turn import Turn

_WORDS = {Mode.REDUCE_ONLY: "reduce-only", Mode.HALTED: "halted"}
_UNKNOWN_WINDOW = timedelta(days=1)
_DAEMON = "the daemon"
_ALARMS_KEPT = 50


def forbidden(state: State, purpose: Purpose) -> str:
    """Return why the mode forbids an order of this purpose, empty where it does not."""
    return mode_fault(state, adds_risk=purpose not in REDUCING)


def mode_fault(state: State, *, adds_risk: bool) -> str:
    """Return why the mode forbids orders that add risk, or take it off; empty where it does not."""
    trading = state.trading
    if trading.mode is Mode.ACTIVE or (trading.mode is Mode.REDUCE_ONLY and not adds_risk):
        return ""
    return f"{_WORDS[trading.mode]} by {trading.who}: {trading.reason}"


def take_in(turn: Turn, event: Operator | Tripped | ClockStep) -> None:
    """Take what a person says, what the shell found, or a jump of the clock."""
    match event:
        case Operator():
            _on_operator(turn, event)
        case Tripped():
            trip(turn, event.cause, event.detail)
        case ClockStep():
            _on_clock_step(turn, event)
        case _:
            assert_never(event)


def _on_operator(turn: Turn, event: Operator) -> None:
    """Do as a person says; `settle` is the book's own matter."""
    match event.action:
        case Action.HALT:
            _change(turn, Mode.HALTED, Cause.OPERATOR, event.who, event.reason)
        case Action.REDUCE_ONLY:
            _change(turn, Mode.REDUCE_ONLY, Cause.OPERATOR, event.who, event.reason)
        case Action.FLATTEN:
            _change(turn, Mode.REDUCE_ONLY, Cause.OPERATOR, event.who, event.reason, flatten=True)
        case Action.RESUME:
            worth = turn.state.account.net_liquidation_usd
            guard = structs.replace(
                turn.state.guard, unknown_at=(), alarmed=(), base_usd=worth, day=turn.today
            )
            turn.set(guard=guard)
            _change(turn, Mode.ACTIVE, Cause.OPERATOR, event.who, event.reason)
        case Action.SETTLE:
            pass  # the book takes it: `strategies.core.quarantine`
        case _:
            assert_never(event.action)


def trip(turn: Turn, cause: Cause, detail: str) -> None:
    """Halt; a halt that is in force keeps its own cause, and the new one is still an alarm."""
    if not alarm(turn, cause, detail):
        return
    if turn.state.trading.mode is not Mode.HALTED:
        _change(turn, Mode.HALTED, cause, _DAEMON, detail)


def alarm(turn: Turn, cause: Cause, detail: str, subject: str = "") -> bool:
    """Write an alarm down, once until a person resumes; return whether it is new."""
    guard = turn.state.guard
    if detail in guard.alarmed:
        return False
    turn.set(guard=structs.replace(guard, alarmed=(*guard.alarmed, detail)[-_ALARMS_KEPT:]))
    turn.records.append(Alarm(time=turn.now, cause=cause, text=detail, subject=subject))
    return True


def _on_clock_step(turn: Turn, event: ClockStep) -> None:
    """A clock that jumps far makes every age and every deadline doubtful."""
    limit = turn.rules.halts.clock_step_max_s
    if limit and abs(event.step_s) > limit:
        trip(
            turn,
            Cause.CLOCK_STEP,
            f"the system clock jumped by {event.step_s:g} s, more than halts.clock_step_max_s = {limit:g}",
        )


def count_unknown(turn: Turn, ref: str) -> None:
    """Count an order whose fate the broker owed us and did not tell; too many in a day halt."""
    limit = turn.rules.halts.unknown_orders_max
    kept = tuple(at for at in turn.state.guard.unknown_at if turn.now - at < _UNKNOWN_WINDOW)
    kept = (*kept, turn.now)
    turn.set(guard=structs.replace(turn.state.guard, unknown_at=kept))
    if limit and len(kept) > limit:
        trip(
            turn,
            Cause.UNKNOWN_ORDERS,
            f"the fate of {len(kept)} orders became unknown within a day, the last of them {ref}; "
            f"halts.unknown_orders_max = {limit}",
        )


def watch_perm_id(turn: Turn, ref: str, known: int, told: int) -> None:
    """One reference under two permanent ids is two orders at the broker: nothing more may be sent."""
    if known and told and known != told:
        low, high = sorted((known, told))
        trip(turn, Cause.TWO_PERM_IDS, f"order {ref} has the permanent ids {low} and {high} at the broker")


def watch_loss(turn: Turn, before: Decimal | None, worth: Decimal | None) -> None:
    """Hold net liquidation (USD) against that of the day before; a resume sets the base anew.

    Args:
        turn: the turn of a snapshot.
        before: what the snapshot before said.
        worth: what this one says; None where the broker did not tell.
    """
    limit = turn.rules.halts.loss_day_share_max
    if worth is None or worth <= 0:
        return  # a value that no account has is one that the broker does not know
    guard = turn.state.guard
    if guard.day != turn.today or guard.base_usd is None:
        guard = structs.replace(guard, day=turn.today, base_usd=worth if before is None else before)
        turn.set(guard=guard)
    base = guard.base_usd
    if not limit or base is None or base <= 0 or turn.state.trading.mode is Mode.HALTED:
        return
    share = (base - worth) / base
    if share > Decimal(str(limit)):
        trip(
            turn,
            Cause.LOSS_LIMIT,
            f"net liquidation fell from {base} to {worth} USD within the day, by more than "
            f"halts.loss_day_share_max = {limit:g} of it",
        )


def _change(
    turn: Turn,
    mode: Mode,
    cause: Cause,
    who: str,
    reason: str,
    flatten: bool = False,  # noqa: FBT001, FBT002
) -> None:
    before = turn.state.trading.mode
    turn.set(
        trading=TradingMode(mode=mode, cause=cause, who=who, reason=reason, since=turn.now, flatten=flatten)
    )
    turn.records.append(
        ModeChanged(
            time=turn.now, mode=mode, before=before, cause=cause, who=who, reason=reason, flatten=flatten
        )
    )
