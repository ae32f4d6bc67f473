"""Counting what a run did, from its record bodies: the figures of the demo's summary."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from strategies.core.commands import Purpose
from strategies.core.holdings import CondorState
from strategies.core.records import (
    AnyRecord,
    BarClosed,
    CondorRecord,
    Decision,
    Fill,
    LayerRecord,
    OrderIntended,
    Summary,
)

_DECODER: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)
_COUNTED = tuple(
    b'{"kind":"%s"' % kind
    for kind in (
        b"bar_closed",
        b"decision",
        b"layer",
        b"condor",
        b"fill",
        b"order_intended",
        b"proposal",
        b"summary",
    )
)
_TRANSMITTED = b'{"kind":"order_transmitted"'


@dataclass
class Tally:
    """Grows with every body; its properties are the summary's figures, USD where they are money."""

    sessions: int = 0
    orders_transmitted: int = 0
    fills: int = 0
    condors: dict[str, CondorRecord] = field(default_factory=dict)
    layers: dict[str, LayerRecord] = field(default_factory=dict)
    peel_orders: dict[str, str] = field(default_factory=dict)
    peeled: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    summary: Summary | None = None

    def add(self, body: bytes) -> AnyRecord | None:
        """Count one body; return the record if it is of a counted kind."""
        if body.startswith(_TRANSMITTED):
            self.orders_transmitted += 1
        if not body.startswith(_COUNTED):
            return None
        record = _DECODER.decode(body)
        self._count(record)
        return record

    def _count(self, record: AnyRecord) -> None:
        match record:
            case BarClosed():
                self.sessions += 1
            case Fill():
                self.fills += 1
                if record.order_ref in self.peel_orders:
                    self.peeled[record.subject] += record.quantity
            case OrderIntended(purpose=Purpose.LAYER_PEEL):
                self.peel_orders[record.order_ref] = record.subject
            case LayerRecord():
                self.layers[record.layer_id] = record
            case CondorRecord():
                self.condors[record.condor_id] = record
            case Decision(outcome="refused"):
                reasons = {v.reason for v in record.rules if v.verdict in {"refuse", "unavailable"}}
                self.refused.update(reasons)
            case Summary():
                self.summary = record
            case _:
                pass

    @property
    def layers_added(self) -> list[LayerRecord]:
        """The layers that were bought, as they are now."""
        return [layer for layer in self.layers.values() if layer.quantity or layer.realised_usd]

    @property
    def condors_opened(self) -> list[CondorRecord]:
        """The condors that were filled, as they are now."""
        return [condor for condor in self.condors.values() if condor.credit_usd]

    @property
    def condors_closed(self) -> list[CondorRecord]:
        """The condors that were filled and are closed."""
        return [condor for condor in self.condors_opened if condor.state == CondorState.CLOSED]

    @property
    def unhedged_usd(self) -> Decimal | None:
        """What the condors alone made, marked to the last summary's quotes."""
        return None if self.summary is None else self.summary.condor_result_usd

    @property
    def hedge_usd(self) -> Decimal | None:
        """What the layers made, marked to the last summary's quotes."""
        return None if self.summary is None else self.summary.hedge_result_usd

    @property
    def hedged_usd(self) -> Decimal | None:
        """Both together."""
        one, other = self.unhedged_usd, self.hedge_usd
        return None if one is None or other is None else one + other
