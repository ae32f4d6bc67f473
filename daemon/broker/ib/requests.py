"""Each request of the core and the event it becomes; a failure is an event too, never an empty answer."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from daemon.broker.ib.catalogue import Catalogue
from daemon.broker.ib.history import completed_bars
from daemon.broker.ib.link import ASK_FAILED, Link
from daemon.broker.ib.market import Market
from daemon.broker.ib.reports import Reports
from daemon.broker.ib.snapshot import read_snapshot
from daemon.broker.inbox import UNSTAMPED, Inbox
from daemon.errors import BrokerUnavailable
from strategies.core.commands import (
    FetchHistory,
    FetchSnapshot,
    ListChain,
    ListExpiry,
    ListFutures,
    Watch,
)
from strategies.core.events import (
    AnyEvent,
    FuturesListed,
    History,
    HistoryMissing,
    ListingMissing,
    SnapshotMissing,
)
from strategies.core.instruments import Instrument, InstrumentKey

Request = Watch | FetchHistory | ListFutures | ListChain | ListExpiry | FetchSnapshot

_FAILED = (*ASK_FAILED, ValueError)  # ValueError: an answer that cannot be read


class Requests:
    """Carries out requests on whatever connection there is."""

    def __init__(
        self,
        link: Callable[[], Link | None],
        now: Callable[[], datetime],
        catalogue: Catalogue,
        market: Market,
        reports: Reports,
        inbox: Inbox,
    ) -> None:
        self._link = link
        self._now = now
        self._catalogue = catalogue
        self._market = market
        self._reports = reports
        self._inbox = inbox

    async def perform(self, request: Request) -> None:
        """Carry out one request and put its outcome into the inbox."""
        if isinstance(request, Watch):
            self._market.want(request)  # remembered even now, for the next connection
        link = self._link()
        try:
            if link is None or not link.ready:
                raise BrokerUnavailable("not connected")
            events = await self._ask(link, request)
        except _FAILED as error:
            events = _missing(request, link.epoch if link else 0, str(error))
        for event in events:
            self._inbox.result(event)

    async def _ask(self, link: Link, request: Request) -> list[AnyEvent]:
        match request:
            case Watch():
                await self._market.subscribe(link)
                return []
            case FetchHistory():
                bars = await completed_bars(link, request, self._now())
                instrument = request.instrument
                return [
                    History(
                        time=UNSTAMPED, symbol=instrument.symbol, bars=bars, contract=_contract(instrument)
                    )
                ]
            case ListFutures():
                return [FuturesListed(time=UNSTAMPED, instruments=await self._catalogue.futures(link))]
            case ListChain():
                return [*await self._catalogue.chain(link, request.underlying)]
            case ListExpiry():
                return [await self._catalogue.expiry(link, request)]
            case FetchSnapshot():
                return [await read_snapshot(link, self._reports)]
        assert_never(request)


def _contract(instrument: Instrument) -> InstrumentKey | None:
    return instrument.key if instrument.last_trade else None


def _missing(request: Request, epoch: int, reason: str) -> list[AnyEvent]:
    match request:
        case Watch():
            return []  # not lost: what is wanted is remembered and subscribed with the next connection
        case FetchHistory():
            instrument = request.instrument
            return [
                HistoryMissing(
                    time=UNSTAMPED,
                    symbol=instrument.symbol,
                    reason=reason,
                    contract=_contract(instrument),
                )
            ]
        case ListFutures():
            return [ListingMissing(time=UNSTAMPED, what="VX futures", reason=reason)]
        case ListChain():
            what = f"{request.underlying.symbol} chain"
            return [ListingMissing(time=UNSTAMPED, what=what, reason=reason)]
        case ListExpiry():
            what = f"{request.trading_class} {request.listed.last_trade}"
            return [ListingMissing(time=UNSTAMPED, what=what, reason=reason)]
        case FetchSnapshot():
            return [SnapshotMissing(time=UNSTAMPED, epoch=epoch, reason=reason)]
    assert_never(request)
