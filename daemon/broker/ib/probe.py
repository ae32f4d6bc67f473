"""One look at the gateway: log in, ask, subscribe for a moment, leave. It never sends an order."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from ib_insync import Contract, Ticker
from msgspec.structs import replace

from daemon.broker.ib.catalogue import Catalogue
from daemon.broker.ib.contracts import contract_of, day_of
from daemon.broker.ib.link import ASK_FAILED, Link
from daemon.broker.ib.values import quote_of
from daemon.broker.paper_guard import guarded_account
from daemon.broker.port import BrokerSettings
from daemon.broker.probe_report import Hours, ProbeReport, Ticking
from daemon.errors import BrokerError, BrokerUnavailable, ClientIdInUse, ConfigError, InvariantBroken
from strategies.core.commands import ListExpiry
from strategies.core.instruments import SPX, VIX, XSP, Instrument, Right

CLIENT_ID_ABOVE = 1000
"""The probe's client id is so far above the daemon's, or the next free one."""

XSP_OPTION = "XSP option"
_CLIENT_IDS_TRIED = 5
_OPTION_DAYS_MIN = timedelta(days=7)
_POLL_S = 0.05
_FAILED = (*ASK_FAILED, ValueError)  # ValueError: an answer that cannot be read


async def probe(
    settings: BrokerSettings, *, ticks_within_s: float, extras: Sequence[Instrument] = ()
) -> ProbeReport:
    """Return what one session with the gateway shows.

    Args:
        settings: the daemon's own; the client id is moved out of its way. In play the time is not asked for.
        ticks_within_s: how long to wait for quotes.
        extras: what else is to tick by these settings; of XSP one of its options.

    Raises:
        InvariantBroken: a handler of ours failed.
    """
    # What the library would log about refusals is in the report.
    logging.getLogger("ib_insync").setLevel(logging.CRITICAL)
    failures: list[Exception] = []
    for ahead in range(_CLIENT_IDS_TRIED):
        ours = replace(settings, client_id=settings.client_id + CLIENT_ID_ABOVE + ahead)
        report = ProbeReport(client_id=ours.client_id)
        link = Link(ours, failures.append)
        try:
            await link.open()
            report = await _look(link, ours, report, ticks_within_s, extras)
            break
        except ClientIdInUse as error:
            report = replace(report, login_error=error.message)
        except BrokerError as error:
            report = replace(report, login_error=error.message)
            break
        finally:
            await link.close("the look is over")
    if failures:
        raise InvariantBroken(f"probe: {failures[0]!r} in a handler") from failures[0]
    return report


async def _look(
    link: Link,
    settings: BrokerSettings,
    report: ProbeReport,
    ticks_within_s: float,
    extras: Sequence[Instrument],
) -> ProbeReport:
    client = link.ib.client
    accounts = tuple(client.getAccounts())
    report = replace(report, server_version=client.serverVersion(), accounts=accounts)
    try:
        link.account = guarded_account(accounts, settings.paper_prefixes, settings.account)
    except ConfigError as error:  # nothing more is asked of an account that is not ours to trade
        return replace(report, account_error=error.message)
    report = replace(report, account=link.account)
    if not settings.play:
        report = await _with_time(link, report)
    report = await _with_hours(link, report)
    link.ib.reqMarketDataType(settings.market_data_type)
    return replace(report, ticking=await _Quotes(link, report.today).look(ticks_within_s, extras))


async def _with_time(link: Link, report: ProbeReport) -> ProbeReport:
    asked = datetime.now(UTC)
    try:
        answer: datetime = await link.answer_unkeyed(link.ib.reqCurrentTimeAsync, "time")
    except _FAILED as error:
        return replace(report, time_error=str(error))
    between = asked + (datetime.now(UTC) - asked) / 2
    return replace(report, gateway_time=answer.astimezone(UTC), system_time=between)


async def _with_hours(link: Link, report: ProbeReport) -> ProbeReport:
    """Add the broker's hours; their first day is the broker's today."""
    try:
        found = await link.answer(link.ib.reqContractDetailsAsync(contract_of(SPX)), "SPX hours")
        if len(found) != 1:
            raise BrokerUnavailable(f"SPX hours: the broker lists {len(found)} such indices, not one")
        details = found[0]
        today = day_of(details.liquidHours)
    except _FAILED as error:
        return replace(report, hours_error=str(error))
    hours = Hours(zone=details.timeZoneId, trading=details.tradingHours, liquid=details.liquidHours)
    return replace(report, hours=hours, today=today)


class _Quotes:
    """Subscribes to one instrument of each kind and watches what comes."""

    def __init__(self, link: Link, today: date | None) -> None:
        self._link = link
        self._today = today
        self._catalogue = Catalogue()
        self._tickers: dict[str, tuple[str, Ticker]] = {}
        self._missing: dict[str, str] = {}
        self._refusals: dict[int, list[tuple[int, str]]] = {}
        link.on(link.ib.errorEvent, self._refused)

    async def look(self, within_s: float, extras: Sequence[Instrument]) -> tuple[Ticking, ...]:
        """Subscribe, wait until each has ticked or was refused, at most `within_s`; cancel."""
        await self._subscribe("SPX", SPX)
        await self._subscribe("VIX", VIX)
        await self._front_future()
        await self._option("VIX option", VIX)
        await self._option("SPX option", SPX)
        names = ["SPX", "VIX", "VX future", "VIX option", "SPX option"]
        for extra in extras:
            names.append(XSP_OPTION if extra is XSP else extra.symbol)
            await (self._option(names[-1], extra) if extra is XSP else self._subscribe(extra.symbol, extra))
        loop = asyncio.get_running_loop()
        gives_up_at = loop.time() + within_s
        while not self._settled() and loop.time() < gives_up_at:  # noqa: ASYNC110 - nobody tells of both ends
            await asyncio.sleep(_POLL_S)
        found = tuple(self._found(name) for name in names)
        for _, ticker in self._tickers.values():
            if ticker.contract and not self._link.closed:
                self._link.ib.cancelMktData(ticker.contract)
        return found

    def _refused(self, _req_id: int, code: int, text: str, contract: Contract | None) -> None:
        if contract is not None:
            self._refusals.setdefault(id(contract), []).append((code, text))

    async def _subscribe(self, name: str, instrument: Instrument) -> None:
        try:
            contract = await self._catalogue.find(self._link, instrument)
        except _FAILED as error:
            self._missing[name] = str(error)
            return
        await self._link.room_for_request()
        self._tickers[name] = (instrument.key, self._link.ib.reqMktData(contract))

    async def _front_future(self) -> None:
        try:
            futures = await self._catalogue.futures(self._link)
        except _FAILED as error:
            self._missing["VX future"] = str(error)
            return
        alive = [f for f in futures if self._today is None or (f.expiry and f.expiry > self._today)]
        if alive:
            await self._subscribe("VX future", alive[0])
        else:
            self._missing["VX future"] = "the broker lists no monthly VX future"

    async def _option(self, name: str, underlying: Instrument) -> None:
        try:
            chain = (await self._catalogue.chain(self._link, underlying))[0]
            soon = (self._today or date.min) + _OPTION_DAYS_MIN
            listed = next((expiry for expiry in chain.expiries if expiry.expiry >= soon), None)
            if listed is None:
                raise BrokerUnavailable(f"the broker lists no {chain.trading_class} expiry from {soon} on")
            wanted = ListExpiry(symbol=chain.symbol, trading_class=chain.trading_class, listed=listed)
            expiry = await self._catalogue.expiry(self._link, wanted)
            if not expiry.calls:
                raise BrokerUnavailable(f"the broker lists no {chain.trading_class} calls of {listed.expiry}")
        except _FAILED as error:
            self._missing[name] = str(error)
            return
        level = self._last(underlying.symbol) or expiry.calls[len(expiry.calls) // 2]
        strike = min(expiry.calls, key=lambda strike: (abs(strike - level), strike))
        await self._subscribe(name, expiry.instrument(strike, Right.CALL))

    def _last(self, name: str) -> float | None:
        found = self._tickers.get(name)
        return quote_of(found[1], SPX.key).last if found else None

    def _settled(self) -> bool:
        return self._link.closed or all(
            self._ticked(ticker) or id(ticker.contract) in self._refusals
            for _, ticker in self._tickers.values()
        )

    def _ticked(self, ticker: Ticker) -> bool:
        quote = quote_of(ticker, SPX.key)
        return any(value is not None for value in (quote.bid, quote.ask, quote.last))

    def _found(self, name: str) -> Ticking:
        if name not in self._tickers:
            return Ticking(name=name, missing=self._missing[name])
        key, ticker = self._tickers[name]
        ticked = self._ticked(ticker)
        return Ticking(
            name=name,
            instrument=key,
            ticked=ticked,
            data_type=ticker.marketDataType if ticked else None,
            refusals=tuple(self._refusals.get(id(ticker.contract), ())),
        )
