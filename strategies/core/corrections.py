"""Corrections: the broker repeats an execution under a higher suffix, and only the difference is booked."""

from decimal import Decimal

from msgspec import structs

from strategies.core.book_subject import book_into_subject, layer_corrected, layer_of
from strategies.core.commands import CUT_PURPOSES, LAYER_PURPOSES
from strategies.core.facts import Execution
from strategies.core.halts import alarm
from strategies.core.holdings import Order
from strategies.core.instruments import InstrumentKey
from strategies.core.mode import Cause
from strategies.core.records import Correction
from strategies.core.state import Booked
from strategies.core.turn import Turn


def execution_stem(exec_id: str) -> str:
    """Return the id without its last suffix: the broker counts corrections there (.01, .02, ...)."""
    return exec_id.rpartition(".")[0] or exec_id


def correction_number(exec_id: str) -> int:
    """Return the number in the last suffix of an execution id; 0 where it has none."""
    suffix = exec_id.rpartition(".")[2]
    return int(suffix) if suffix.isdecimal() and suffix.isascii() else 0


def booked_of(turn: Turn, order: Order, execution: Execution) -> Booked:
    """Return what is kept of an execution that was booked."""
    assert execution.instrument is not None
    return Booked(
        order_ref=order.ref,
        day=turn.today,
        bought=execution.bought,
        suffix=correction_number(execution.exec_id),
        instrument=execution.instrument,
        quantity=int(execution.quantity),
        price=execution.price,
    )


def correct(turn: Turn, order: Order, execution: Execution, known: Booked) -> Order | None:
    """Book the difference that a correction (a higher suffix) makes; the same again makes none."""
    key, quantity = execution.instrument, int(execution.quantity)
    leg = next((leg for leg in order.intent.legs if leg.instrument.key == key), None)
    if leg is None or key is None or correction_number(execution.exec_id) <= known.suffix:
        return None
    if (key, execution.bought) != (known.instrument, known.bought):
        alarm(turn, Cause.CORRECTION, f"execution {execution.exec_id} corrects what is not booked so")
        return None
    booked = structs.replace(booked_of(turn, order, execution), commissioned=known.commissioned)
    turn.set(booked={**turn.state.booked, execution_stem(execution.exec_id): booked})
    if (quantity, execution.price) == (known.quantity, known.price):
        return None
    more = quantity - known.quantity
    order = structs.replace(order, leg_filled={**order.leg_filled, key: order.leg_filled.get(key, 0) + more})
    turn.put_order(order)
    turn.records.append(
        Correction(
            time=turn.now,
            exec_id=execution.exec_id,
            order_ref=order.ref,
            subject=order.intent.subject,
            instrument=key,
            side="BOT" if execution.bought else "SLD",
            quantity_before=known.quantity,
            price_before=known.price,
            quantity=quantity,
            price=execution.price,
        )
    )
    sign = 1 if execution.bought else -1
    value = execution.price * quantity - known.price * known.quantity
    _correct_subject(turn, order, key, sign * more, value * sign * leg.instrument.multiplier)
    return order


def _correct_subject(turn: Turn, order: Order, key: InstrumentKey, signed: int, paid: Decimal) -> None:
    """Book a change of contracts and of what was paid (USD) into what the order was for."""
    purpose = order.intent.purpose
    if purpose not in LAYER_PURPOSES or purpose in CUT_PURPOSES:
        book_into_subject(turn, order, key, signed, paid)
        return
    buying = any(leg.instrument.key == key and leg.ratio > 0 for leg in order.intent.legs)
    layer = turn.state.layers[layer_of(order, bought=buying)]
    turn.put_layer(layer_corrected(layer, signed, paid, buying=buying))
