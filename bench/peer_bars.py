"""`python peer_bars.py FILE [--without-orders]`, where nautilus_trader is: the same bars under its backtest.

The strategy is what a user of that library would write for the same idea: RSI of the index from the library's
own indicator, the slope of the two futures from their last bars, an order when both agree. Timed is the
engine's run, data loaded before; logging is off. Figures as JSON.
"""

import json
import sys
import time
from decimal import Decimal
from pathlib import Path

import nautilus_trader
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.indicators import RelativeStrengthIndex
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

SERIES = ("spx", "vix", "m1", "m2")
VENUE = Venue("SIM")
OVERSOLD, OVERBOUGHT, NEUTRAL_LOW, NEUTRAL_HIGH = 0.30, 0.70, 0.40, 0.60


class RsiSlopeConfig(StrategyConfig, frozen=True):
    """The four series and the size of an order."""

    spx: BarType
    vix: BarType
    m1: BarType
    m2: BarType
    trade_size: Decimal
    orders: bool


class RsiSlope(Strategy):
    """Buys the second future with RSI in a band and the curve in contango; sells in the neutral zone."""

    def __init__(self, config: RsiSlopeConfig) -> None:
        super().__init__(config)
        self.rsi = RelativeStrengthIndex(14)
        self.looks = 0
        self.orders = 0

    def on_start(self) -> None:
        """Subscribe the four series."""
        self.register_indicator_for_bars(self.config.spx, self.rsi)
        for bar_type in (self.config.spx, self.config.vix, self.config.m1, self.config.m2):
            self.subscribe_bars(bar_type)

    def on_bar(self, bar: Bar) -> None:
        """Decide once a session, on its last bar."""
        if bar.bar_type != self.config.m2 or not self.indicators_initialized():
            return
        front = self.cache.bar(self.config.m1)
        slope = float(bar.close) - float(front.close)
        strength = self.rsi.value
        self.looks += 1
        held = self.portfolio.is_net_long(bar.bar_type.instrument_id)
        banded = strength < OVERSOLD or strength > OVERBOUGHT
        if banded and slope > 0.05 and not held:
            self._order(OrderSide.BUY)
        elif held and NEUTRAL_LOW <= strength <= NEUTRAL_HIGH:
            self._order(OrderSide.SELL)

    def _order(self, side: OrderSide) -> None:
        if not self.config.orders:
            return
        self.orders += 1
        instrument = self.config.m2.instrument_id
        size = Quantity(float(self.config.trade_size), 0)
        self.submit_order(self.order_factory.market(instrument, side, size))


def _instrument(name: str) -> Equity:
    return Equity(
        instrument_id=InstrumentId(Symbol(name.upper()), VENUE),
        raw_symbol=Symbol(name.upper()),
        currency=USD,
        price_precision=2,
        price_increment=Price.from_str("0.01"),
        lot_size=Quantity.from_int(1),
        ts_event=0,
        ts_init=0,
    )


def main() -> int:
    """Run, print, return the exit code."""
    rows = json.loads(Path(sys.argv[1]).read_text())
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(1_000_000, USD)],
    )
    types = {name: BarType.from_str(f"{name.upper()}.SIM-1-DAY-LAST-EXTERNAL") for name in SERIES}
    for name in SERIES:
        engine.add_instrument(_instrument(name))
    bars = []
    for row in rows:
        stamp = pd.Timestamp(row["day"], tz="UTC").value
        for order, name in enumerate(SERIES):
            price = Price(row[name], 2)
            size, at = Quantity.from_int(1000), stamp + order
            bars.append(Bar(types[name], price, price, price, price, size, at, at))
    engine.add_data(bars)
    strategy = RsiSlope(
        RsiSlopeConfig(**types, trade_size=Decimal(10), orders="--without-orders" not in sys.argv)
    )
    engine.add_strategy(strategy)
    began_ns = time.process_time_ns()
    engine.run()
    spent_ns = time.process_time_ns() - began_ns
    figures = {
        "us_a_bar": spent_ns / 1000.0 / len(bars),
        "looks": strategy.looks,
        "orders": strategy.orders,
        "version": nautilus_trader.__version__,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
