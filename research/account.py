"""What the account holds: cash and positions, the condors' and the hedge's apart."""

from dataclasses import dataclass, field
from decimal import Decimal

from research.quoting import Quoting
from simulator.market.model import Market
from strategies.core.commands import Purpose
from strategies.core.instruments import Instrument, InstrumentKey

_CONDORS = frozenset({Purpose.CONDOR_OPEN, Purpose.CONDOR_CLOSE})
_CENT = Decimal("0.01")


@dataclass(slots=True, kw_only=True)
class Pot:
    """Cash flows and positions of one part of the book, USD and signed contracts.

    Attributes:
        cash_usd: all that flowed, commissions included.
        commission_usd: commissions alone.
        paid_usd: what was paid for what was bought, without commissions.
        held: contracts by key.
        items: the instrument of each key.
        last_usd: the last value of one contract of each key.
    """

    cash_usd: Decimal = Decimal(0)
    commission_usd: Decimal = Decimal(0)
    paid_usd: Decimal = Decimal(0)
    held: dict[InstrumentKey, int] = field(default_factory=dict)
    items: dict[InstrumentKey, Instrument] = field(default_factory=dict)
    last_usd: dict[InstrumentKey, Decimal] = field(default_factory=dict)

    def trade(self, item: Instrument, signed: int, price: Decimal, commission_usd: Decimal) -> None:
        """Book one execution: `signed` contracts at `price` (points)."""
        paid = price * signed * item.multiplier
        self.cash_usd -= paid + commission_usd
        self.commission_usd += commission_usd
        self.paid_usd += max(paid, Decimal(0))
        left = self.held.get(item.key, 0) + signed
        if left:
            self.held[item.key], self.items[item.key] = left, item
        else:
            self._forget(item.key)

    def settle(self, market: Market) -> list[tuple[Instrument, int, float]]:
        """Turn what has settled into cash; return each with its contracts and settlement value (points)."""
        done = []
        for key in sorted(self.held):
            item, quantity = self.items[key], self.held[key]
            assert item.expiry is not None
            final = market.final_settlement(item.trading_class, item.expiry)
            if final is not None:
                sign = 1.0 if item.right == "C" else -1.0
                worth = max(sign * (final - item.strike), 0.0)
                self.cash_usd += _usd(worth * item.multiplier) * quantity
                self._forget(key)
                done.append((item, quantity, final))
        return done

    def value_usd(self, quoting: Quoting) -> Decimal:
        """Return cash plus what is held at modelled values; the last one known where the model has none."""
        total = self.cash_usd
        for key in sorted(self.held):
            item = self.items[key]
            points = quoting.value(item)
            if points is not None:
                self.last_usd[key] = _usd(points * item.multiplier)
            total += self.last_usd.get(key, Decimal(0)) * self.held[key]
        return total

    def _forget(self, key: InstrumentKey) -> None:
        del self.held[key], self.items[key]
        self.last_usd.pop(key, None)


@dataclass(slots=True, kw_only=True)
class Account:
    """The whole account; `pot_of` an order's purpose says which part it belongs to."""

    start_usd: Decimal
    condors: Pot = field(default_factory=Pot)
    hedge: Pot = field(default_factory=Pot)

    def pot_of(self, purpose: Purpose) -> Pot:
        """Return the condors' pot for condor orders, the hedge's for all others."""
        return self.condors if purpose in _CONDORS else self.hedge

    def positions(self) -> dict[InstrumentKey, int]:
        """Return the account's positions by key, ascending; what nets to zero is left out."""
        total = dict(self.condors.held)
        for key, quantity in self.hedge.held.items():
            total[key] = total.get(key, 0) + quantity
        return {key: total[key] for key in sorted(total) if total[key]}

    def net_liquidation_usd(self, quoting: Quoting) -> Decimal:
        """Return cash and positions at modelled values."""
        return self.start_usd + self.condors.value_usd(quoting) + self.hedge.value_usd(quoting)


def _usd(amount: float) -> Decimal:
    return Decimal(repr(amount)).quantize(_CENT)
