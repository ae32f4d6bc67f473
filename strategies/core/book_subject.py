"""What an execution does to the layer or condor that its order was for: contracts and USD, nothing else."""

from decimal import Decimal

from msgspec import structs

from strategies.core.commands import CUT_PURPOSES, LAYER_PURPOSES, Purpose
from strategies.core.holdings import Layer, Order
from strategies.core.instruments import InstrumentKey
from strategies.core.turn import Turn

_CENTI_CENT = Decimal("0.0001")


def book_into_subject(turn: Turn, order: Order, key: InstrumentKey, signed: int, paid: Decimal) -> None:
    """Add signed contracts and what was paid (USD) to the layer or condor that an order was for."""
    purpose = order.intent.purpose
    if purpose in LAYER_PURPOSES:
        layer = turn.state.layers[layer_of(order, bought=signed > 0)]
        after = _cut_after if purpose in CUT_PURPOSES else _layer_after
        turn.put_layer(after(layer, key, signed, paid))
        return
    condor = turn.state.condors[order.intent.subject]
    opening = purpose is Purpose.CONDOR_OPEN
    turn.put_condor(
        structs.replace(
            condor,
            held={**condor.held, key: condor.held.get(key, 0) + signed},
            cash_usd=condor.cash_usd - paid,
            credit_usd=condor.credit_usd - paid if opening else condor.credit_usd,
        )
    )


def layer_of(order: Order, *, bought: bool) -> str:
    """Return the layer that an execution belongs to: a roll sells of one and buys into its successor."""
    return order.successor if order.intent.purpose is Purpose.LAYER_ROLL and bought else order.intent.subject


def _layer_after(layer: Layer, _key: InstrumentKey, signed: int, paid: Decimal) -> Layer:
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


def layer_corrected(layer: Layer, signed: int, paid: Decimal, *, buying: bool) -> Layer:
    """Return a layer after a correction of a purchase or of a sale by `signed` contracts and `paid` USD."""
    held = layer.held + signed
    if buying:
        debit, realised = (paid, Decimal(0)) if held > 0 else (Decimal(0), -paid)
        return structs.replace(
            layer,
            bought=layer.bought + signed,
            held=held,
            debit_usd=layer.debit_usd + debit,
            realised_usd=layer.realised_usd + realised,
        )
    if signed <= 0:
        return (
            _layer_after(layer, layer.instrument.key, signed, paid)
            if signed
            else structs.replace(layer, realised_usd=layer.realised_usd - paid)
        )
    # Less was sold than was booked: its part of the debit, as of what is still held, comes back.
    back = (layer.debit_usd * signed / layer.held).quantize(_CENTI_CENT) if layer.held > 0 else Decimal(0)
    return structs.replace(
        layer,
        held=held,
        debit_usd=layer.debit_usd + back,
        realised_usd=layer.realised_usd - paid + back,
    )


def _cut_after(layer: Layer, key: InstrumentKey, signed: int, paid: Decimal) -> Layer:
    """Book a leg of a delta cut: its cash is one sum until nothing is held any more."""
    long_leg = key == layer.instrument.key
    layer = structs.replace(
        layer,
        bought=layer.bought + (signed if long_leg and signed > 0 else 0),
        held=layer.held + (signed if long_leg else 0),
        short_held=layer.short_held + (0 if long_leg else signed),
        debit_usd=layer.debit_usd + paid,
    )
    if layer.positions:
        return layer
    return structs.replace(layer, debit_usd=Decimal(0), realised_usd=layer.realised_usd - layer.debit_usd)
