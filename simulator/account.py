"""The paper account: cash, positions and what they are worth. Money is Decimal dollars."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from simulator.instruments import Instrument
from simulator.margin import requirement

_CENT = Decimal("0.01")
# Day-trading buying power of a margin account under Regulation T.
_BUYING_POWER_MULTIPLE = 4


@dataclass(slots=True, kw_only=True)
class Position:
    """What is held of one contract.

    Attributes:
        quantity: contracts, negative when short.
        cost: dollars paid for all of them, negative when received; of options and stocks it includes their
            opening commissions, as IBKR reports it, of futures it does not.
    """

    instrument: Instrument
    quantity: int
    cost: Decimal

    @property
    def average_cost(self) -> Decimal:
        """Dollars per contract with the multiplier, 0 when nothing is held."""
        return self.cost / self.quantity if self.quantity else Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """The account at one instant, in dollars."""

    net_liquidation: Decimal
    cash: Decimal
    option_value: Decimal
    stock_value: Decimal
    gross_position_value: Decimal
    futures_pnl: Decimal
    unrealized: Decimal
    realized: Decimal
    margin: Decimal

    @property
    def available(self) -> Decimal:
        """Funds for new orders: cash (and open futures profit) less the margin."""
        return self.cash + self.futures_pnl - self.margin

    @property
    def equity(self) -> Decimal:
        """Equity with loan value: everything but options."""
        return self.cash + self.futures_pnl + self.stock_value

    def tags(self) -> list[tuple[str, str, str]]:
        """Return the account values as (tag, value, currency), in the order they are sent."""
        available = cents(self.available)
        rows = [
            ("NetLiquidation", cents(self.net_liquidation)),
            ("TotalCashValue", cents(self.cash)),
            ("SettledCash", cents(self.cash)),
            ("EquityWithLoanValue", cents(self.equity)),
            ("GrossPositionValue", cents(self.gross_position_value)),
            ("InitMarginReq", cents(self.margin)),
            ("MaintMarginReq", cents(self.margin)),
            ("AvailableFunds", available),
            ("ExcessLiquidity", available),
            ("BuyingPower", max(Decimal(0), available * _BUYING_POWER_MULTIPLE)),
            ("CashBalance", cents(self.cash)),
            ("OptionMarketValue", cents(self.option_value)),
            ("StockMarketValue", cents(self.stock_value)),
            ("FuturesPNL", cents(self.futures_pnl)),
            ("UnrealizedPnL", cents(self.unrealized)),
            ("RealizedPnL", cents(self.realized)),
        ]
        head = [("AccountReady", "true", ""), ("AccountType", "INDIVIDUAL", ""), ("Currency", "USD", "USD")]
        return head + [(tag, f"{value:f}", "USD") for tag, value in rows]


def cents(value: Decimal) -> Decimal:
    """Round dollars to cents, half up."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def exact(price: float) -> Decimal:
    """Take a price in points as the decimal it is written as."""
    return Decimal(repr(round(price, 6)))


class Account:
    """Cash and positions; changed only by executions and settlements.

    Args:
        name: account code, e.g. DU1234567.
        cash: opening cash in dollars.
    """

    def __init__(self, name: str, cash: Decimal) -> None:
        self.name = name
        self.cash = cash
        self.realized = Decimal(0)
        self.commissions = Decimal(0)
        self.positions: dict[int, Position] = {}
        # Cash that moved, and realised profit, by contract, since the beginning.
        self.flows: dict[int, Decimal] = {}
        self.realized_of: dict[int, Decimal] = {}

    def book(self, item: Instrument, quantity: int, price: float, commission: Decimal) -> Decimal | None:
        """Book an execution.

        Args:
            item: what was traded.
            quantity: contracts, negative when sold.
            price: points per unit.
            commission: dollars.

        Returns:
            The realised profit in dollars after commissions, None if the execution only opened a position.
        """
        held = self.positions.get(item.con_id)
        before, cash_before = held.quantity if held else 0, self.cash
        value, side = exact(price) * item.multiplier, 1 if quantity > 0 else -1
        closing = min(abs(before), abs(quantity)) if before * quantity < 0 else 0
        opening = abs(quantity) - closing
        opening_fee = cents(commission * opening / abs(quantity))
        self.commissions += commission
        self.cash -= commission
        if item.sec_type != "FUT":
            self.cash -= value * quantity
        profit = None
        if held and closing:
            gross = -side * value * closing - _release(held, closing)
            if item.sec_type == "FUT":
                self.cash += gross
            profit = cents(gross - commission + opening_fee)
            self._realize(item, profit)
        self.flows[item.con_id] = self.flows.get(item.con_id, Decimal(0)) + self.cash - cash_before
        self._hold(
            item, side * opening, side * opening * value + (0 if item.sec_type == "FUT" else opening_fee)
        )
        return profit

    def settle(self, item: Instrument, price: float) -> Decimal:
        """Pay an expiring position out in cash.

        Args:
            item: an option or a future.
            price: final settlement value of its underlying in points.

        Returns:
            The dollars paid per contract for an option (its intrinsic value), the final value for a future.
        """
        held = self.positions.pop(item.con_id)
        points, cash_before = exact(price), self.cash
        if item.sec_type == "FUT":
            value = points * item.multiplier
            self.cash += cents(value * held.quantity - held.cost)
        else:
            strike = exact(item.strike)
            value = (
                max(Decimal(0), points - strike if item.right == "C" else strike - points) * item.multiplier
            )
            self.cash += cents(value * held.quantity)
        self.flows[item.con_id] = self.flows.get(item.con_id, Decimal(0)) + self.cash - cash_before
        self._realize(item, cents(value * held.quantity - held.cost))
        return value

    def value(self, mark: Callable[[Instrument], float], spot: Callable[[str], float | None]) -> Valuation:
        """Value the account with marks in points; `spot` gives the level of an index for margins."""
        options = stocks = gross = futures = unrealized = Decimal(0)
        for held in self.positions.values():
            market = exact(mark(held.instrument)) * held.instrument.multiplier * held.quantity
            gain = market - held.cost
            unrealized += gain
            gross += abs(market)
            if held.instrument.sec_type == "FUT":
                futures += gain
            elif held.instrument.sec_type == "STK":
                stocks += market
            else:
                options += market
        return Valuation(
            net_liquidation=self.cash + options + stocks + futures,
            cash=self.cash,
            option_value=options,
            stock_value=stocks,
            gross_position_value=gross,
            futures_pnl=futures,
            unrealized=unrealized,
            realized=self.realized,
            margin=requirement(self.holdings(), mark, spot).margin,
        )

    def holdings(self) -> Iterable[tuple[Instrument, int]]:
        """Return what is held as (contract, quantity) pairs."""
        return [(held.instrument, held.quantity) for held in self.positions.values()]

    def _realize(self, item: Instrument, profit: Decimal) -> None:
        self.realized += profit
        self.realized_of[item.con_id] = self.realized_of.get(item.con_id, Decimal(0)) + profit

    def _hold(self, item: Instrument, opened: int, cost: Decimal) -> None:
        """Add contracts (signed) that cost so many dollars in all, and forget a position that is closed."""
        held = self.positions.setdefault(item.con_id, Position(instrument=item, quantity=0, cost=Decimal(0)))
        held.quantity += opened
        held.cost += cost
        if not held.quantity:
            del self.positions[item.con_id]


def _release(held: Position, closing: int) -> Decimal:
    """Take contracts out of a position; return their part of its cost, in whole cents unless it is all."""
    part = held.cost if closing == abs(held.quantity) else cents(held.cost * closing / abs(held.quantity))
    held.cost -= part
    held.quantity -= closing if held.quantity > 0 else -closing
    return part
