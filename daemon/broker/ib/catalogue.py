"""What the broker lists: contracts and their ids, expiries, market rules. Ids are kept for good."""

from collections.abc import Iterable
from datetime import date

from ib_insync import Contract, ContractDetails
from msgspec.structs import replace

from daemon.broker.ib.contracts import (
    CURRENCY,
    ascending,
    compact,
    contract_of,
    day_of,
    future_of,
    key_of,
    real_expiry,
    rule_id,
)
from daemon.broker.ib.link import Link
from daemon.broker.inbox import UNSTAMPED
from daemon.broker.settlement import settlement_day
from daemon.errors import BrokerUnavailable
from strategies.core.commands import ListExpiry
from strategies.core.events import ChainListed, ExpiryListed
from strategies.core.facts import Expiry
from strategies.core.instruments import Instrument, InstrumentKey, Right, Tick

VIX_FUTURE = Contract(secType="FUT", symbol="VIX", exchange="CFE", currency=CURRENCY, tradingClass="VX")

CLASSES_WANTED = {"SPX": ("SPX", "SPXW"), "VIX": ("VIX",)}
"""Option classes by index symbol; VIX weeklies are not used."""

_EXCHANGES = ("SMART", "CBOE")  # in order of preference


class Catalogue:
    """Contract ids by key, exchanges by trading class, ticks by market rule: filled as the broker answers."""

    def __init__(self) -> None:
        self._con_ids: dict[InstrumentKey, int] = {}
        self._exchanges: dict[str, str] = {}
        self._rules: dict[int, tuple[Tick, ...]] = {}
        self._futures: frozenset[date] = frozenset()

    def con_id(self, key: InstrumentKey) -> int | None:
        """Return the broker's id of a contract, None if it was never listed to us."""
        return self._con_ids.get(key)

    async def find(self, link: Link, instrument: Instrument) -> Contract:
        """Return the contract of `instrument` with its id, asking for the details if need be.

        Raises:
            BrokerUnavailable: the broker knows no such contract, or several.
            BrokerTimeout, RequestError: as for `Link.answer`.
        """
        if instrument.key not in self._con_ids:
            found = await self._details(link, contract_of(instrument), instrument.key)
            if len(found) != 1:
                raise BrokerUnavailable(
                    f"{instrument.key}: the broker lists {len(found)} such contracts, not one"
                )
        return contract_of(instrument, self._con_ids[instrument.key])

    async def futures(self, link: Link) -> tuple[Instrument, ...]:
        """Return the monthly VIX futures, the next to settle first."""
        found = await self._details(link, VIX_FUTURE, "VX futures")
        futures = [(future_of(details), rule_id(details, "CFE")) for details in found]
        listed = [
            replace(future, ticks=await self._ticks(link, rule))
            for future, rule in sorted(futures, key=lambda pair: pair[0].key)
        ]
        self._futures = frozenset(future.expiry for future in listed if future.expiry)
        return tuple(listed)

    async def chain(self, link: Link, underlying: Instrument) -> list[ChainListed]:
        """Return the expiries of each wanted class, without a time stamp."""
        if underlying.symbol == "VIX" and not self._futures:
            await self.futures(link)
        index = await self.find(link, underlying)
        request = link.ib.reqSecDefOptParamsAsync(underlying.symbol, "", str(underlying.kind), index.conId)
        answer = await link.answer(request, f"{underlying.symbol} chain")
        by_class = {(chain.tradingClass, chain.exchange): chain.expirations for chain in answer}
        listed = []
        for trading_class in CLASSES_WANTED.get(underlying.symbol, tuple(sorted({c for c, _ in by_class}))):
            exchange = next((name for name in _EXCHANGES if (trading_class, name) in by_class), None)
            if exchange is None:
                raise BrokerUnavailable(f"{underlying.symbol} chain: class {trading_class} is not listed")
            self._exchanges[trading_class] = exchange
            days = by_class[trading_class, exchange]
            listed.append(self._chain_listed(underlying.symbol, trading_class, days))
        return listed

    def _chain_listed(self, symbol: str, trading_class: str, days: Iterable[str]) -> ChainListed:
        expiries = tuple(
            Expiry(day, settlement_day(trading_class, day, self._vix_dates(trading_class)))
            for day in sorted(day_of(text) for text in days)
        )
        return ChainListed(time=UNSTAMPED, symbol=symbol, trading_class=trading_class, expiries=expiries)

    def _vix_dates(self, trading_class: str) -> frozenset[date]:
        return self._futures if trading_class == "VIX" else frozenset()

    async def expiry(self, link: Link, command: ListExpiry) -> ExpiryListed:
        """Return the strikes of one expiry, without a time stamp; its contract ids are known from then on."""
        exchange = self._exchanges.get(command.trading_class, _EXCHANGES[0])
        day = command.listed.last_trade
        wanted = Contract(
            secType="OPT",
            symbol=command.symbol,
            lastTradeDateOrContractMonth=compact(day),
            exchange=exchange,
            currency=CURRENCY,
            tradingClass=command.trading_class,
        )
        what = f"{command.trading_class} {day} options"
        found = [
            (details, details.contract)
            for details in await self._details(link, wanted, what)
            if details.contract
            and details.contract.tradingClass == command.trading_class
            and day_of(details.contract.lastTradeDateOrContractMonth) == day
        ]
        if not found:
            raise BrokerUnavailable(f"{what}: the broker lists none")
        first = found[0][0]
        return ExpiryListed(
            time=UNSTAMPED,
            symbol=command.symbol,
            trading_class=command.trading_class,
            exchange=exchange,
            multiplier=int(found[0][1].multiplier),
            listed=Expiry(day, real_expiry(first) or command.listed.expiry),
            puts=ascending([contract.strike for _, contract in found if contract.right[:1] == Right.PUT]),
            calls=ascending([contract.strike for _, contract in found if contract.right[:1] == Right.CALL]),
            ticks=await self._ticks(link, rule_id(first, exchange)),
        )

    async def _details(self, link: Link, contract: Contract, what: str) -> list[ContractDetails]:
        await link.room_for_request()
        found = await link.answer(link.ib.reqContractDetailsAsync(contract), what)
        for details in found:
            key = key_of(details.contract) if details.contract else None
            if key and details.contract:
                self._con_ids[key] = details.contract.conId
        return found

    async def _ticks(self, link: Link, rule: int | None) -> tuple[Tick, ...]:
        if rule is None:
            return ()
        if rule not in self._rules:
            # The library's own call gives up after one second and returns None.
            request = link.ib.wrapper.startReq(f"marketRule-{rule}")  # type: ignore[no-untyped-call]
            link.ib.client.reqMarketRule(rule)  # type: ignore[no-untyped-call]
            answer = await link.answer(request, f"market rule {rule}")
            self._rules[rule] = tuple(Tick(step.lowEdge, step.increment) for step in answer)
        return self._rules[rule]
