"""Cash settlement of expired contracts at the value that the market settles them at."""

from dataclasses import dataclass
from datetime import datetime

from simulator.account import Account
from simulator.account_feed import AccountFeed
from simulator.exchange import Exchange
from simulator.hours import new_york_day
from simulator.instruments import Instrument
from simulator.ledger import Ledger
from simulator.market.model import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Settles positions and ends orders once their contract's final value is known.

    VIX options, VX futures and AM-settled SPX options settle on the morning of their settlement day,
    SPXW options at its cash close; the market says when the value is there.
    """

    market: Market
    account: Account
    exchange: Exchange
    feed: AccountFeed
    ledger: Ledger

    def run(self, now: datetime) -> None:
        """Settle everything whose final value is known at this instant."""
        due: dict[int, tuple[Instrument, float]] = {}
        ordered = [leg.instrument for order in self.exchange.working() for leg in order.legs]
        for item in (*(item for item, _ in self.account.holdings()), *ordered):
            if item.expiry is not None and item.expiry <= new_york_day(now):
                value = self.market.final_settlement(
                    "VX" if item.sec_type == "FUT" else item.trading_class, item.expiry
                )
                if value is not None:
                    due[item.con_id] = (item, value)
        for item, value in due.values():
            self.exchange.cancel_contract(item, now)
            held = self.account.positions.get(item.con_id)
            if held is not None:
                quantity, paid = held.quantity, self.account.settle(item, value)
                self.ledger.write(
                    "settlement",
                    now,
                    contract=item.local_symbol,
                    quantity=quantity,
                    value=value,
                    paid_per_contract=str(paid),
                )
        if due:
            self.feed.moved([item for item, _ in due.values()], now)
