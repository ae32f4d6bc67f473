"""Storing a layer, a condor or an order's move together with its record."""

from datetime import timedelta
from decimal import Decimal

from strategies.core.holdings import Condor, CondorState, Layer, Order
from strategies.core.records import CondorRecord, LayerRecord, OrderState, Proposal
from strategies.core.turn import Turn


def note_layer(turn: Turn, layer: Layer, reason: str = "") -> None:
    """Store a layer and write its record."""
    turn.put_layer(layer)
    turn.records.append(
        LayerRecord(
            time=turn.now,
            layer_id=layer.layer_id,
            condor_id=layer.condor_id,
            engine=layer.engine,
            state=layer.state,
            quantity=layer.held,
            instrument=layer.instrument.key,
            short=None if layer.short is None else layer.short.key,
            debit_usd=layer.debit_usd,
            realised_usd=layer.realised_usd,
            trigger=layer.trigger,
            rolled_from=layer.rolled_from,
            reason=reason,
        )
    )


def note_condor(turn: Turn, condor: Condor, reason: str = "") -> None:
    """Store a condor and write its record."""
    turn.put_condor(condor)
    turn.records.append(
        CondorRecord(
            time=turn.now,
            condor_id=condor.condor_id,
            state=condor.state,
            contracts=condor.contracts,
            expiry=condor.expiry,
            strikes=condor.strikes,
            credit_usd=condor.credit_usd,
            realised_usd=condor.cash_usd if condor.state is CondorState.CLOSED else Decimal(0),
            vega_usd=condor.vega_usd,
            theta_usd=condor.theta_usd,
            reason=reason,
        )
    )


def note_proposal(turn: Turn, order: Order, reason: str) -> None:
    """Write down where a proposed order stands."""
    intent = order.intent
    turn.records.append(
        Proposal(
            time=turn.now,
            order_ref=order.ref,
            state=order.stage,
            purpose=intent.purpose,
            subject=intent.subject,
            quantity=intent.quantity,
            limit=intent.limit,
            legs=intent.legs,
            lapses_at=order.intended_at + timedelta(seconds=turn.rules.advise.lifetime_s),
            reason=reason,
        )
    )


def note_order(turn: Turn, order: Order, reason: str = "") -> None:
    """Write an order's move."""
    turn.records.append(
        OrderState(time=turn.now, order_ref=order.ref, state=order.stage, filled=order.filled, reason=reason)
    )
