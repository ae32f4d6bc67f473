"""Booking: executions and commissions into orders, layers and condors, each once.

Money here is `Decimal` USD, as the broker states it; the core's model values stay floats and never enter.
"""

from decimal import Decimal

from msgspec import structs

from strategies.core.book_subject import book_into_subject, layer_of
from strategies.core.commands import CUT_PURPOSES, LAYER_PURPOSES, Purpose
from strategies.core.corrections import booked_of, correct, execution_stem
from strategies.core.facts import Execution
from strategies.core.halts import watch_perm_id
from strategies.core.holdings import Condor, CondorState, Layer, LayerState, Order
from strategies.core.instruments import Instrument, InstrumentKey
from strategies.core.notes import note_condor, note_layer
from strategies.core.records import Fill
from strategies.core.state import State
from strategies.core.turn import Turn

_CENTI_CENT = Decimal("0.0001")


def book_execution(turn: Turn, execution: Execution) -> Order | None:
    """Book one execution unless it is booked, or what corrects it; return its order when something was.

    Executions at combo level carry no instrument and are not booked: the legs are.
    """
    order = turn.state.orders.get(execution.order_ref)
    stem = execution_stem(execution.exec_id)
    key = execution.instrument
    if order is None or key is None:
        return None
    if stem in turn.state.booked:
        return correct(turn, order, execution, turn.state.booked[stem])
    leg = next((leg for leg in order.intent.legs if leg.instrument.key == key), None)
    if leg is None:
        return None
    watch_perm_id(turn, order.ref, order.perm_id, execution.perm_id)
    quantity = int(execution.quantity)
    booked = booked_of(turn, order, execution)
    turn.set(booked={**turn.state.booked, stem: booked})
    order = structs.replace(
        order,
        perm_id=execution.perm_id or order.perm_id,
        leg_filled={**order.leg_filled, key: order.leg_filled.get(key, 0) + quantity},
    )
    turn.put_order(order)
    turn.records.append(
        Fill(
            time=turn.now,
            exec_id=execution.exec_id,
            order_ref=order.ref,
            subject=order.intent.subject,
            instrument=key,
            side="BOT" if execution.bought else "SLD",
            quantity=quantity,
            price=execution.price,
        )
    )
    signed = quantity if execution.bought else -quantity
    paid = execution.price * signed * leg.instrument.multiplier
    book_into_subject(turn, order, key, signed, paid)
    return order


def on_execution(turn: Turn, execution: Execution) -> None:
    """Book an execution; one that completes an ended order, or comes after its end, settles its subject."""
    order = book_execution(turn, execution)
    if order is not None and order.ended:
        order_done(turn, order, "filled")


def book_commission(turn: Turn, exec_id: str, commission: Decimal) -> None:
    """Charge a commission (USD) to what the execution was for, once.

    One that comes before its execution is left for the next snapshot, which brings it again.
    """
    stem = execution_stem(exec_id)
    booked = turn.state.booked.get(stem)
    if booked is None or booked.commissioned:
        return
    turn.set(booked={**turn.state.booked, stem: structs.replace(booked, commissioned=True)})
    order = turn.state.orders.get(booked.order_ref)
    if order is None:
        return
    purpose = order.intent.purpose
    if purpose in LAYER_PURPOSES:
        layer = turn.state.layers[layer_of(order, bought=booked.bought)]
        _charge_layer(turn, layer, commission, buying=booked.bought or purpose in CUT_PURPOSES)
        return
    opening = purpose is Purpose.CONDOR_OPEN
    _charge_condor(turn, turn.state.condors[order.intent.subject], commission, opening=opening)


def _charge_condor(turn: Turn, condor: Condor, commission: Decimal, *, opening: bool) -> None:
    """Take a commission off; one that comes after the end may still turn a condor into a losing one."""
    charged = structs.replace(
        condor,
        credit_usd=condor.credit_usd - commission if opening else condor.credit_usd,
        cash_usd=condor.cash_usd - commission,
    )
    turn.put_condor(charged)
    if condor.state is CondorState.CLOSED and charged.cash_usd < 0 <= condor.cash_usd:
        _remember_loss(turn, charged)


def _charge_layer(turn: Turn, layer: Layer, commission: Decimal, *, buying: bool) -> None:
    """Add what buying cost to the debit of what is held, and take the rest off what was realised."""
    if buying and layer.positions:
        turn.put_layer(structs.replace(layer, debit_usd=layer.debit_usd + commission))
    else:
        turn.put_layer(structs.replace(layer, realised_usd=layer.realised_usd - commission))


def subject_working(turn: Turn, order: Order) -> None:
    """The order is out: its layer or condor moves from intended to working."""
    purpose = order.intent.purpose
    if purpose in LAYER_PURPOSES:
        layer = turn.state.layers[layer_of(order, bought=True)]
        if layer.state is LayerState.INTENDED:
            note_layer(turn, structs.replace(layer, state=LayerState.WORKING))
    elif purpose is Purpose.CONDOR_OPEN:
        condor = turn.state.condors[order.intent.subject]
        if condor.state is CondorState.INTENDED:
            note_condor(turn, structs.replace(condor, state=CondorState.WORKING))


def order_done(turn: Turn, order: Order, reason: str) -> None:
    """The order ended and every fill is booked: what it was for takes the state that it now has."""
    subject = order.intent.subject
    if order.intent.purpose not in LAYER_PURPOSES:
        _condor_done(turn, turn.state.condors[subject], reason)
        return
    _layer_done(turn, subject, reason)
    if order.successor:
        _layer_done(turn, order.successor, reason)
    if order.intent.purpose in {Purpose.LAYER_OPEN, Purpose.CUT_OPEN}:
        _use_up(turn, turn.state.layers[subject])


def _layer_done(turn: Turn, layer_id: str, reason: str) -> None:
    layer = turn.state.layers[layer_id]
    state = LayerState.OPEN if layer.positions else LayerState.CLOSED
    note_layer(turn, structs.replace(layer, state=state), reason)


def _condor_done(turn: Turn, condor: Condor, reason: str) -> None:
    contracts = min((abs(n) for n in condor.held.values()), default=0)
    credit = condor.credit_usd
    if 0 < contracts < condor.contracts:  # closed in part: the credit of what is left
        credit = (credit * contracts / condor.contracts).quantize(_CENTI_CENT)
    condor = structs.replace(
        condor, contracts=contracts, entered=max(condor.entered, contracts), credit_usd=credit
    )
    if any(condor.held.values()):
        note_condor(turn, structs.replace(condor, state=CondorState.OPEN), reason)
    else:
        close_condor(turn, condor, reason)


def close_condor(turn: Turn, condor: Condor, reason: str) -> None:
    """Close a condor that holds nothing any more; a loss keeps the next ones from being larger."""
    note_condor(turn, structs.replace(condor, held={}, contracts=0, state=CondorState.CLOSED), reason)
    if not condor.entered:
        return
    if condor.cash_usd < 0:
        _remember_loss(turn, condor)
    else:
        turn.set(counters=structs.replace(turn.state.counters, last_condor_lost=False))


def _remember_loss(turn: Turn, condor: Condor) -> None:
    """Keep the size that lost, and the equity that has to be passed before a larger one."""
    counters = turn.state.counters
    before = counters.equity_usd if condor.equity_before_usd is None else condor.equity_before_usd
    limit, level = counters.lost_contracts, counters.equity_to_pass_usd
    turn.set(
        counters=structs.replace(
            counters,
            last_condor_lost=True,
            lost_contracts=condor.entered if limit is None else min(limit, condor.entered),
            equity_to_pass_usd=before if level is None else max(level, before),
        )
    )


def _use_up(turn: Turn, layer: Layer) -> None:
    """A fill uses up what it was bought on: the first engine's armed trigger, or an episode."""
    condor = turn.state.condors.get(layer.condor_id)
    if condor is None or not layer.bought:
        return
    if layer.slot:
        turn.put_condor(structs.replace(condor, used={**condor.used, layer.slot: layer.episode}))
    else:
        turn.put_condor(structs.replace(condor, armed=False))


def book_positions(state: State) -> dict[InstrumentKey, int]:
    """Return what our layers and condors hold, signed contracts by instrument; nothing that nets to zero."""
    held: dict[InstrumentKey, int] = {}
    for layer in state.layers.values():
        for instrument, quantity in layer.positions:
            held[instrument.key] = held.get(instrument.key, 0) + quantity
    for condor in state.condors.values():
        for key, quantity in condor.held.items():
            held[key] = held.get(key, 0) + quantity
    return {key: held[key] for key in sorted(held) if held[key]}


def traded_instruments(state: State) -> dict[InstrumentKey, Instrument]:
    """Return every instrument that our layers and condors are made of."""
    found = {layer.instrument.key: layer.instrument for layer in state.layers.values()}
    found.update({layer.short.key: layer.short for layer in state.layers.values() if layer.short is not None})
    found.update({leg.key: leg for condor in state.condors.values() for leg in condor.legs})
    return found


def has_live_order(state: State, subject: str) -> bool:
    """Whether an order of this layer or condor may still change it."""
    return any(subject in {o.intent.subject, o.successor} and not o.ended for o in state.orders.values())


def live_orders(state: State) -> list[Order]:
    """Return the orders that have not ended."""
    return [order for order in state.orders.values() if not order.ended]
