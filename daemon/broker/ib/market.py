"""Market data: one subscription an instrument, remembered over connections."""

from collections.abc import Iterable

from ib_insync import Contract, Ticker

from daemon.broker.ib.catalogue import Catalogue
from daemon.broker.ib.link import ASK_FAILED, Link
from daemon.broker.ib.values import quote_of
from daemon.broker.inbox import UNSTAMPED, Inbox
from strategies.core.commands import Watch
from strategies.core.events import ListingMissing
from strategies.core.facts import Quote
from strategies.core.instruments import Instrument, InstrumentKey, Kind

_GENERIC_TICKS = {Kind.FUTURE: "221,232"}
"""Mark price (tick 37), which carries a future's settlement: 232 in IBKR's tables, 221 in the library's."""

_DELAYED = frozenset({3, 4})
"""Market data types: delayed, and delayed frozen."""


class Market:
    """The instruments that are wanted, and the subscriptions of the present connection."""

    def __init__(self, catalogue: Catalogue, inbox: Inbox, market_data_type: int) -> None:
        self._catalogue = catalogue
        self._inbox = inbox
        self._takes_delayed = market_data_type in _DELAYED
        self._wanted: dict[InstrumentKey, Instrument] = {}
        self._live: dict[InstrumentKey, Contract] = {}
        self._keys: dict[int, InstrumentKey] = {}  # by contract id

    def want(self, command: Watch) -> None:
        """Remember what is to be quoted; forget the quotes of the rest."""
        wanted = {instrument.key: instrument for instrument in command.instruments}
        for key in self._wanted:
            if key not in wanted:
                self._inbox.forget(key)
        self._wanted = wanted

    def connection_lost(self) -> None:
        """Every subscription ended with the connection; what was quoted is no longer news."""
        self._live.clear()
        self._inbox.forget_quotes()

    async def subscribe(self, link: Link) -> None:
        """Cancel what is no longer wanted and subscribe what is not subscribed, in order of key."""
        for key in [key for key in self._live if key not in self._wanted]:
            await self._cancel(link, key)
        for key in sorted(self._wanted.keys() - self._live.keys()):
            try:
                contract = await self._catalogue.find(link, self._wanted[key])
            except ASK_FAILED as error:
                self._inbox.result(ListingMissing(time=UNSTAMPED, what=f"quotes of {key}", reason=str(error)))
                if link.closed:
                    return
                continue
            await link.room_for_request()
            self._live[key] = contract
            self._keys[contract.conId] = key
            link.ib.reqMktData(contract, _GENERIC_TICKS.get(self._wanted[key].kind, ""))

    async def renew(self, link: Link) -> None:
        """Subscribe everything anew: the gateway lost the subscriptions but kept the connection."""
        for key in list(self._live):
            await self._cancel(link, key)
        self._inbox.forget_quotes()
        await self.subscribe(link)

    async def _cancel(self, link: Link, key: InstrumentKey) -> None:
        await link.room_for_request()
        contract = self._live.pop(key)
        if not link.closed:
            link.ib.cancelMktData(contract)
        link.ib.wrapper.tickers.pop(id(contract), None)  # the library would keep it for good

    def refused(self, contract: object) -> None:
        """Note that the gateway will not quote `contract`, if ours; the next `subscribe` tries again."""
        for key, subscribed in self._live.items():
            if subscribed is contract:
                del self._live[key]
                self._inbox.quote(Quote(instrument=key))
                return

    def ticked(self, tickers: Iterable[Ticker]) -> None:
        """Take the changed tickers of one network read; delayed ones, unless asked for, are no quotes."""
        for ticker in tickers:
            key = self._keys.get(ticker.contract.conId) if ticker.contract else None
            if key in self._wanted and self._live.get(key) is ticker.contract:
                late = ticker.marketDataType in _DELAYED and not self._takes_delayed
                self._inbox.quote(Quote(instrument=key) if late else quote_of(ticker, key))
