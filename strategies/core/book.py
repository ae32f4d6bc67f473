"""Booking: executions and commissions into orders, layers and condors, each once.

Money here is `Decimal` USD, as the broker states it; the core's model values stay floats and never enter.
"""

from decimal import Decimal

from msgspec import structs

from strategies.core.commands import Purpose
from strategies.core.facts import Execution
from strategies.core.holdings import CondorState, Layer, LayerState, Order
from strategies.core.instruments import Instrument, InstrumentKey
from strategies.core.notes import note_condor, note_layer
from strategies.core.records import Fill
from strategies.core.state import Booked, State
from strategies.core.turn import Turn

_CENTI_CENT = Decimal("0.0001")


def execution_stem(exec_id: str) -> str:
    """Return the id without its last suffix: the broker counts corrections there (.01, .02, ...)."""
    return exec_id.rpartition(".")[0] or exec_id


def book_execution(turn: Turn, execution: Execution) -> Order | None:
    """Book one execution unless it is booked; return its order when something was booked.

    Executions at combo level carry no instrument and are not booked: the legs are.
    """
    order = turn.state.orders.get(execution.order_ref)
    stem = execution_stem(execution.exec_id)
    key = execution.instrument
    if order is None or key is None or stem in turn.state.booked:
        return None
    leg = next((leg for leg in order.intent.legs if leg.instrument.key == key), None)
    if leg is None:
        return None
    quantity = int(execution.quantity)
    booked = Booked(order_ref=order.ref, day=turn.today)
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
    _book_into_subject(turn, order, key, signed, paid)
    return order


def on_execution(turn: Turn, execution: Execution) -> None:
    """Book an execution; one that completes an ended order, or comes after its end, settles its subject."""
    order = book_execution(turn, execution)
    if order is not None and order.ended:
        order_done(turn, order, "filled")


def _book_into_subject(turn: Turn, order: Order, key: InstrumentKey, signed: int, paid: Decimal) -> None:
    if order.intent.purpose in {Purpose.LAYER_OPEN, Purpose.LAYER_PEEL}:
        layer = turn.state.layers[order.intent.subject]
        turn.put_layer(_layer_after(layer, signed, paid))
        return
    condor = turn.state.condors[order.intent.subject]
    opening = order.intent.purpose is Purpose.CONDOR_OPEN
    turn.put_condor(
        structs.replace(
            condor,
            held={**condor.held, key: condor.held.get(key, 0) + signed},
            cash_usd=condor.cash_usd - paid,
            credit_usd=condor.credit_usd - paid if opening else condor.credit_usd,
        )
    )


def _layer_after(layer: Layer, signed: int, paid: Decimal) -> Layer:
    held = layer.held + signed
    if signed > 0:
        return structs.replace(
            layer, bought=layer.bought + signed, held=held, debit_usd=layer.debit_usd + paid
        )
    # What is sold beyond what is held, or after it expired, releases no debit: there is none left.
    sold = min(-signed, layer.held)
    released = (layer.debit_usd * sold / layer.held).quantize(_CENTI_CENT) if sold > 0 else Decimal(0)
    return structs.replace(
        layer,
        held=held,
        debit_usd=layer.debit_usd - released,
        realised_usd=layer.realised_usd - paid - released,
    )


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
    subject = order.intent.subject
    match order.intent.purpose:
        case Purpose.LAYER_OPEN | Purpose.LAYER_PEEL:
            layer = turn.state.layers[subject]
            if order.intent.purpose is Purpose.LAYER_OPEN and layer.held:
                turn.put_layer(structs.replace(layer, debit_usd=layer.debit_usd + commission))
            else:
                turn.put_layer(structs.replace(layer, realised_usd=layer.realised_usd - commission))
        case Purpose.CONDOR_OPEN:
            condor = turn.state.condors[subject]
            turn.put_condor(
                structs.replace(
                    condor,
                    credit_usd=condor.credit_usd - commission,
                    cash_usd=condor.cash_usd - commission,
                )
            )
        case Purpose.CONDOR_CLOSE:
            condor = turn.state.condors[subject]
            turn.put_condor(structs.replace(condor, cash_usd=condor.cash_usd - commission))


def subject_working(turn: Turn, order: Order) -> None:
    """The order is out: its layer or condor moves from intended to working."""
    subject = order.intent.subject
    if order.intent.purpose is Purpose.LAYER_OPEN:
        layer = turn.state.layers[subject]
        if layer.state is LayerState.INTENDED:
            note_layer(turn, structs.replace(layer, state=LayerState.WORKING))
    elif order.intent.purpose is Purpose.CONDOR_OPEN:
        condor = turn.state.condors[subject]
        if condor.state is CondorState.INTENDED:
            note_condor(turn, structs.replace(condor, state=CondorState.WORKING))


def order_done(turn: Turn, order: Order, reason: str) -> None:
    """The order ended and every fill is booked: its layer or condor takes the state that it now has."""
    subject = order.intent.subject
    if order.intent.purpose in {Purpose.LAYER_OPEN, Purpose.LAYER_PEEL}:
        layer = turn.state.layers[subject]
        state = LayerState.OPEN if layer.held else LayerState.CLOSED
        note_layer(turn, structs.replace(layer, state=state), reason)
        if order.intent.purpose is Purpose.LAYER_OPEN and layer.bought:
            _disarm(turn, layer.condor_id)
        return
    condor = turn.state.condors[subject]
    contracts = min((abs(n) for n in condor.held.values()), default=0)
    credit = condor.credit_usd
    if 0 < contracts < condor.contracts:  # closed in part: the credit of what is left
        credit = (credit * contracts / condor.contracts).quantize(_CENTI_CENT)
    state_after = CondorState.OPEN if any(condor.held.values()) else CondorState.CLOSED
    note_condor(
        turn, structs.replace(condor, state=state_after, contracts=contracts, credit_usd=credit), reason
    )


def _disarm(turn: Turn, condor_id: str) -> None:
    condor = turn.state.condors.get(condor_id)
    if condor is not None:
        turn.put_condor(structs.replace(condor, armed=False))


def book_positions(state: State) -> dict[InstrumentKey, int]:
    """Return what our layers and condors hold, signed contracts by instrument; nothing that nets to zero."""
    held: dict[InstrumentKey, int] = {}
    for layer in state.layers.values():
        key = layer.instrument.key
        held[key] = held.get(key, 0) + layer.held
    for condor in state.condors.values():
        for key, quantity in condor.held.items():
            held[key] = held.get(key, 0) + quantity
    return {key: held[key] for key in sorted(held) if held[key]}


def traded_instruments(state: State) -> dict[InstrumentKey, Instrument]:
    """Return every instrument that our layers and condors are made of."""
    found = {layer.instrument.key: layer.instrument for layer in state.layers.values()}
    found.update({leg.key: leg for condor in state.condors.values() for leg in condor.legs})
    return found


def has_live_order(state: State, subject: str) -> bool:
    """Whether an order of this layer or condor may still change it."""
    return any(o.intent.subject == subject and not o.ended for o in state.orders.values())


def live_orders(state: State) -> list[Order]:
    """Return the orders that have not ended."""
    return [order for order in state.orders.values() if not order.ended]
