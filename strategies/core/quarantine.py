"""What the account holds and the book cannot explain: the layer or condor is left alone until somebody does.

A difference that two snapshots, `reconcile.quiet_s` apart, agree on quarantines whatever trades that
instrument. It ends when the difference does, or when a person has the book take over what the account holds.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from strategies.core.events import Operator
from strategies.core.halts import alarm
from strategies.core.holdings import CondorState, LayerState
from strategies.core.instruments import InstrumentKey
from strategies.core.mode import Cause
from strategies.core.notes import note_condor, note_layer
from strategies.core.records import Quarantined
from strategies.core.state import Differing, State
from strategies.core.turn import Turn

_CENTI_CENT = Decimal("0.0001")


def instruments_of(state: State, subject: str) -> frozenset[InstrumentKey]:
    """Return what a layer or condor trades; nothing for a subject that is gone."""
    layer, condor = state.layers.get(subject), state.condors.get(subject)
    if layer is not None:
        return frozenset(leg.key for leg in (layer.instrument, layer.short) if leg is not None)
    return frozenset(leg.key for leg in condor.legs) if condor is not None else frozenset()


def subjects_of(state: State, key: InstrumentKey) -> list[str]:
    """Return the layers and condors that trade an instrument."""
    return [s for s in (*state.layers, *state.condors) if key in instruments_of(state, s)]


def fault_of(state: State, subject: str) -> str:
    """Return why a layer or condor must be left alone; empty where nothing is wrong with it."""
    if subject in state.quarantine:
        return f"{subject} is quarantined: {state.quarantine[subject]}"
    if instruments_of(state, subject) & set(state.differing):
        return f"book and account differ on {subject}"
    return ""


def watch_differences(
    turn: Turn, ours: Mapping[InstrumentKey, int], theirs: Mapping[InstrumentKey, int]
) -> None:
    """Hold the book's positions against a snapshot's: of each instrument that we trade, signed contracts."""
    before = turn.state.differing
    differing = {
        key: Differing(
            since=before[key].since if key in before else turn.now,
            book=ours.get(key, 0),
            account=theirs.get(key, 0),
        )
        for key in sorted({*ours, *theirs})
        if ours.get(key, 0) != theirs.get(key, 0)
    }
    if differing != before:
        turn.set(differing=differing)
    quiet = timedelta(seconds=turn.rules.reconcile.quiet_s)
    for key, found in differing.items():
        if turn.now - found.since >= quiet:
            why = f"{key}: book {found.book}, account {found.account}"
            for subject in subjects_of(turn.state, key):
                quarantine(turn, subject, why, Cause.DIFFERENCE)
    for subject in list(turn.state.quarantine):
        if not instruments_of(turn.state, subject) & set(differing):
            _release(turn, subject, "book and account agree")


def quarantine(turn: Turn, subject: str, why: str, cause: Cause) -> None:
    """Leave a layer or condor alone from now on, and call a person."""
    if subject in turn.state.quarantine:
        return
    turn.set(quarantine={**turn.state.quarantine, subject: why})
    turn.records.append(Quarantined(time=turn.now, subject=subject, reason=why))
    alarm(turn, cause, f"{subject} is quarantined: {why}", subject)


def _release(turn: Turn, subject: str, why: str) -> None:
    turn.set(quarantine={k: v for k, v in turn.state.quarantine.items() if k != subject})
    turn.records.append(Quarantined(time=turn.now, subject=subject, reason=why, ended=True))


def settle(turn: Turn, event: Operator) -> None:
    """The book takes over what the account holds of a quarantined subject, where only that one trades it.

    What the account no longer holds is written off: its part of the debit counts as lost. A settlement or a
    sale by hand is in the account's cash, not in the book.
    """
    subject = event.subject
    mine = [key for key in turn.state.differing if key in instruments_of(turn.state, subject)]
    shared = [key for key in mine if subjects_of(turn.state, key) != [subject]]
    if subject not in turn.state.quarantine or shared:
        return  # recorded; the answer says why: see `unsettled`
    why = f"settled by {event.who}: {event.reason}"
    for key in mine:
        found = turn.state.differing[key]
        _take_over(turn, subject, key, found.account - found.book, why)
    turn.set(differing={k: v for k, v in turn.state.differing.items() if k not in mine})
    _release(turn, subject, why)
    account = structs.replace(turn.state.account, reconciled_epoch=-1, snapshot_asked_at=None)
    turn.set(account=account)


def unsettled(state: State, subject: str) -> str:
    """Return why `settle` cannot, or did not, settle a subject; empty where it is not quarantined."""
    if subject not in state.quarantine:
        return ""
    mine = [key for key in state.differing if key in instruments_of(state, subject)]
    shared = [key for key in mine if subjects_of(state, key) != [subject]]
    what = f"{shared[0]} is traded by {', '.join(subjects_of(state, shared[0]))}" if shared else "it differs"
    return f"{subject} stays quarantined: {what}; put the account right by hand"


def _take_over(turn: Turn, subject: str, key: InstrumentKey, change: int, why: str) -> None:
    """Add signed contracts to what the book holds of one instrument of a subject."""
    condor = turn.state.condors.get(subject)
    if condor is not None:
        held = {**condor.held, key: condor.held.get(key, 0) + change}
        state = CondorState.OPEN if any(held.values()) else CondorState.CLOSED
        contracts = min((abs(count) for count in held.values()), default=0)
        credit = condor.credit_usd
        if contracts < condor.contracts:  # the credit of what is left, which gate 2 compares with
            credit = (credit * contracts / condor.contracts).quantize(_CENTI_CENT)
        condor = structs.replace(condor, held=held, contracts=contracts, credit_usd=credit, state=state)
        note_condor(turn, condor, why)
        return
    layer = turn.state.layers[subject]
    if key != layer.instrument.key:
        layer = structs.replace(layer, short_held=layer.short_held + change)
    else:
        lost = Decimal(0)
        if change < 0 < layer.held:
            share = Decimal(min(-change, layer.held)) / layer.held
            lost = (layer.debit_usd * share).quantize(_CENTI_CENT)
        layer = structs.replace(
            layer,
            held=layer.held + change,
            debit_usd=layer.debit_usd - lost,
            realised_usd=layer.realised_usd - lost,
        )
    state_after = LayerState.OPEN if layer.positions else LayerState.CLOSED
    note_layer(turn, structs.replace(layer, state=state_after), why)
