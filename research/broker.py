"""The broker of a replay: answers the core's commands with events, at once and without a wire."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from research.account import Account
from research.desk import Desk
from research.hours import Hours
from research.quoting import FUTURE_TICKS, Quoting, ticks_of
from simulator.market.model import Market
from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.facts import Bar, Expiry, PositionSeen
from strategies.core.instruments import Instrument, InstrumentKey, Kind

ACCOUNT_NAME = "DU0000001"
_CLASSES = {"SPX": ("SPX", "SPXW"), "VIX": ("VIX",)}
_EXCHANGE = "SMART"
_EPOCH = 1


class Broker:
    """Listings, quotes, history, orders and snapshots of one market.

    Args:
        market: moved forward by the replay.
        hours: its trading days.
        seed: of displayed sizes.
        cash_usd: of the account at the start.
    """

    def __init__(self, market: Market, hours: Hours, *, seed: int, cash_usd: Decimal) -> None:
        self.account = Account(start_usd=cash_usd)
        self.quoting = Quoting(market, seed)
        self.desk = Desk(quoting=self.quoting, account=self.account)
        self._market = market
        self._hours = hours
        self._watched: dict[InstrumentKey, Instrument] = {}
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The replay's present."""
        assert self._now is not None
        return self._now

    @property
    def today(self) -> date:
        """Its day: sessions lie within one UTC day."""
        return self.now.date()

    def move_to(self, now: datetime, *, options_trade: bool) -> None:
        """Move market and quotes to an instant, and settle what has reached its end."""
        self._now = now
        self._market.move_to(now)
        self.quoting.refresh(now, options_trade=options_trade)
        for pot in (self.account.condors, self.account.hedge):
            pot.settle(self._market)

    def connected(self) -> ev.Connection:
        """Return the event of a paper login."""
        return ev.Connection(
            time=self.now,
            link=ev.Link.UP,
            epoch=_EPOCH,
            accounts=(ACCOUNT_NAME,),
            paper=True,
            account=ACCOUNT_NAME,
        )

    def quotes(self) -> ev.Quotes:
        """Return the quotes of all that is watched, in order of key."""
        return self._quotes(self._watched.values())

    def carry_out(self, command: cm.AnyCommand) -> Iterator[ev.AnyEvent]:
        """Answer one command."""
        match command:
            case cm.PlaceOrder():
                yield from self.desk.place(command.intent, self.now)
            case cm.CancelOrder():
                yield from self.desk.cancel(command.order_ref, self.now)
            case cm.Watch():
                yield from self._watch(command)
            case cm.FetchHistory():
                yield self._history(command)
            case cm.ListFutures():
                futures = tuple(self._future(expiry) for expiry in self._market.futures(self.today))
                yield ev.FuturesListed(time=self.now, instruments=futures)
            case cm.ListChain():
                yield from self._chains(command.underlying)
            case cm.ListExpiry():
                yield self._expiry(command)
            case cm.FetchSnapshot():
                yield self._snapshot()

    def _quotes(self, items: Iterable[Instrument]) -> ev.Quotes:
        found = tuple(self.quoting.quote(item) for item in items)
        return ev.Quotes(time=self.now, quotes=found)

    def _watch(self, command: cm.Watch) -> Iterator[ev.AnyEvent]:
        known = self._watched
        self._watched = {item.key: item for item in command.instruments}
        new = [item for key, item in self._watched.items() if key not in known]
        if new:
            yield self._quotes(new)

    def _history(self, command: cm.FetchHistory) -> ev.History | ev.HistoryMissing:
        item = command.instrument
        contract = None
        if item.kind is Kind.FUTURE and item.expiry is not None:
            contract = item.key
            bars = self._market.daily_future(item.expiry, self.today, command.sessions)
        else:
            bars = self._market.daily(item.symbol, self.today, command.sessions)
        if not bars:
            reason = f"the data folder has no daily bars of {item.key}"
            return ev.HistoryMissing(time=self.now, symbol=item.symbol, reason=reason, contract=contract)
        closes = tuple(Bar(bar.day, bar.close) for bar in bars)
        return ev.History(time=self.now, symbol=item.symbol, bars=closes, contract=contract)

    def _future(self, expiry: date) -> Instrument:
        return Instrument(
            kind=Kind.FUTURE,
            symbol="VIX",
            exchange="CFE",
            trading_class="VX",
            last_trade=expiry,
            expiry=expiry,
            multiplier=1000,
            ticks=FUTURE_TICKS,
        )

    def _chains(self, underlying: Instrument) -> Iterator[ev.AnyEvent]:
        for name in _CLASSES.get(underlying.symbol, ()):
            listed = tuple(
                Expiry(self._hours.last_trade(name, expiry), expiry)
                for expiry in self._market.expiries(name, self.today)
            )
            yield ev.ChainListed(time=self.now, symbol=underlying.symbol, trading_class=name, expiries=listed)
        if underlying.symbol not in _CLASSES:
            reason = "the model has no options of it"
            yield ev.ListingMissing(time=self.now, what=f"{underlying.symbol} chain", reason=reason)

    def _expiry(self, command: cm.ListExpiry) -> ev.ExpiryListed | ev.ListingMissing:
        strikes = self._market.strikes(command.trading_class, command.listed.expiry)
        if not strikes:
            what = f"{command.trading_class} {command.listed.last_trade}"
            return ev.ListingMissing(time=self.now, what=what, reason="the model lists no such expiry")
        return ev.ExpiryListed(
            time=self.now,
            symbol=command.symbol,
            trading_class=command.trading_class,
            exchange=_EXCHANGE,
            multiplier=100,
            listed=command.listed,
            puts=strikes,
            calls=strikes,
            ticks=ticks_of(command.trading_class),
        )

    def _snapshot(self) -> ev.Snapshot:
        positions = self.account.positions()
        return ev.Snapshot(
            time=self.now,
            epoch=_EPOCH,
            open_orders=self.desk.open_orders(),
            completed_orders=self.desk.completed_orders(),
            executions=tuple(self.desk.executions),
            commissions=tuple(self.desk.commissions),
            positions=tuple(PositionSeen(key, Decimal(n)) for key, n in positions.items()),
            net_liquidation_usd=self.account.net_liquidation_usd(self.quoting),
        )
