"""The broker over ib_insync: one supervised session of many connections."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from daemon.broker.codes import LOCAL
from daemon.broker.ib.catalogue import Catalogue
from daemon.broker.ib.clock_check import ClockCheck
from daemon.broker.ib.link import ASK_FAILED, Link
from daemon.broker.ib.market import Market
from daemon.broker.ib.order_book import OrderBook
from daemon.broker.ib.orders import Orders, Veto
from daemon.broker.ib.reports import Reports, keep_subscribed
from daemon.broker.ib.requests import Requests
from daemon.broker.ib.sessions import Hooks, Sessions
from daemon.broker.ib.undecoded import Undecoded
from daemon.broker.inbox import UNSTAMPED, Inbox
from daemon.broker.port import BrokerSettings
from daemon.broker.worker import Job, Worker
from daemon.errors import BrokerUnavailable, HedgedError, InvariantBroken
from strategies.core.commands import AnyCommand, CancelOrder, Intent, PlaceOrder, Reconnect, Watch
from strategies.core.events import AnyEvent, BrokerNotice


class IbBroker:
    """The `Broker` port over IBKR's gateway.

    Args:
        settings: what to connect to and how patiently.
        now: the time of the world that is traded (aware); decides which daily bar is finished.
        veto: says right before an order's write why it must not be sent any more; empty where it may.
        order_id_floor: returns the highest order id that may have been used; every connection begins above.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        now: Callable[[], datetime],
        veto: Veto = lambda _: "",
        order_id_floor: Callable[[], int] = lambda: 0,
    ) -> None:
        self._settings = settings
        self._inbox = Inbox()
        self.pending = self._inbox.pending
        self.quotes_pending = self._inbox.quotes_pending
        self.news = self._inbox.news
        self._worker = Worker()
        self._book = OrderBook(settings.order_ref_prefix)
        self._catalogue = catalogue = Catalogue()
        self._market = Market(catalogue, self._inbox, settings.market_data_type)
        self._reports = Reports(self._book, self._inbox)
        self._orders = Orders(settings, catalogue, self._book, self._inbox, veto)
        self._clock_check = ClockCheck(now, self._inbox)
        self._requests = Requests(
            lambda: self._link, now, catalogue, self._market, self._reports, self._inbox
        )
        hooks = Hooks(
            listen=self._listen,
            adopt=lambda link: self._worker.submit(lambda: self._adopt(link)),
            lost=self._lost,
        )
        self._sessions = Sessions(settings, self._inbox, self._fail, hooks, order_id_floor)
        self._probing: set[asyncio.Task[None]] = set()
        self._failure: Exception | None = None
        self._asking_time = False
        self._ended = asyncio.Event()  # failed or stopped
        self._first_up = asyncio.Event()
        self._closed = asyncio.Event()
        self._closed.set()

    @property
    def _link(self) -> Link | None:
        return self._sessions.link

    async def run(self) -> None:
        """See `Broker.run`."""
        self._closed.clear()
        undecoded = Undecoded(self._undecodable)
        parts: list[Coroutine[Any, Any, object]] = [
            self._ended.wait(),
            self._sessions.run(),
            self._worker.run(),
        ]
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            undecoded.close()
            for task in (*tasks, *self._probing):
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            await self._sessions.close()
            for outcome in outcomes:
                if isinstance(outcome, Exception):
                    self._fail(outcome)
            self._ended.set()
            self._first_up.set()
            self._worker.abandon()
            self._closed.set()
        self._raise_failure()

    async def connected(self, timeout_s: float, *, at_once: bool = False) -> None:
        """See `Broker.connected`."""
        outcomes = [self._first_up.wait(), *([self._sessions.unavailable.wait()] if at_once else [])]
        waits = [asyncio.ensure_future(outcome) for outcome in outcomes]
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not self._first_up.is_set():
            where = f"ib.host, ib.port: {self._settings.host}:{self._settings.port}"
            never = BrokerUnavailable(f"{where} gave no session within {timeout_s:g} s; look at the gateway")
            raise self._sessions.last_error or never
        self._raise_failure()
        if self._ended.is_set():
            raise BrokerUnavailable("ib: the session was stopped before it was connected")

    def execute(self, command: AnyCommand) -> None:
        """See `Broker.execute`.

        Raises:
            InvariantBroken: an order's reference was transmitted before.
        """
        match command:
            case PlaceOrder():
                self._place(command.intent)
            case CancelOrder():
                self._orders.cancel(self._link, command.order_ref)
                self._settle()
            case Watch():
                self._worker.submit(lambda: self._requests.perform(command))
                self._settle()
            case Reconnect():
                self._worker.submit(lambda: self._sessions.renew("we ended it, to ask on a new connection"))
            case _:
                self._worker.submit(lambda: self._requests.perform(command))

    def _place(self, intent: Intent) -> None:
        """Send at once where the gateway was heard of just now, else once it has answered a probe."""
        link, settings = self._link, self._settings
        if settings.play or link is None or not link.ready or link.silent_s <= settings.probe_after_idle_s:
            self._orders.place(link, intent)
            self._settle()
            return
        task = asyncio.ensure_future(self._probe_and_place(link, intent))
        self._probing.add(task)
        task.add_done_callback(self._probed)

    async def _probe_and_place(self, link: Link, intent: Intent) -> None:
        """A half-open connection takes bytes and brings them nowhere: it is closed, nothing is sent."""
        try:
            async with asyncio.timeout(self._settings.probe_timeout_s):
                await link.round_trip()
        except (*ASK_FAILED, TimeoutError) as error:
            self._orders.not_sent(intent.order_ref, f"the gateway did not answer a probe: {error}")
            await link.close("the gateway did not answer a probe")
        else:
            self._orders.place(self._link, intent)

    def _probed(self, task: asyncio.Task[None]) -> None:
        self._probing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error if isinstance(error, Exception) else InvariantBroken(repr(error)))

    def compare_clocks(self) -> None:
        """See `Broker.compare_clocks`."""
        link = self._link
        if link is not None and link.ready and not self._settings.play:
            self._worker.submit(lambda: self._clock_check.compare(link))

    def _settle(self) -> None:
        """In play, let `idle` wait for what the gateway says about what has just been sent."""
        link = self._link
        if self._settings.play and link and link.ready:
            self._worker.submit(lambda: self._attempt(link, link.round_trip, "in play"))

    async def idle(self) -> None:
        """See `Broker.idle`.

        Raises:
            HedgedError: as `run`, which has ended.
        """
        await self._worker.idle()
        self._raise_failure()

    async def step_time(self) -> datetime:
        """See `Broker.step_time`.

        Raises:
            InvariantBroken: two questions at once; the library would lose the first.
        """
        if self._asking_time:
            raise InvariantBroken(
                "broker: the time is asked for twice at once; one component owns the question"
            )
        link = self._link
        if link is None or not link.ready:
            raise BrokerUnavailable("time: not connected")
        self._asking_time = True
        try:
            answer: datetime = await link.answer_unkeyed(link.ib.reqCurrentTimeAsync, "time")
        finally:
            self._asking_time = False
        return answer.astimezone(UTC)

    def drain(self, now: datetime, *, quotes: bool) -> list[AnyEvent]:
        """See `Broker.drain`."""
        return self._inbox.drain(now, quotes=quotes)

    async def stop(self) -> None:
        """See `Broker.stop`."""
        self._ended.set()
        await self._closed.wait()

    def _listen(self, link: Link) -> None:
        self._reports.listen(link)
        keep_subscribed(
            link, self._market, self._inbox, lambda: self._worker.submit(lambda: self._renew(link))
        )

    def _lost(self) -> None:
        self._market.connection_lost()
        self._book.connection_lost()

    async def _adopt(self, link: Link) -> None:
        """Compare clocks, learn the ids of our open orders, subscribe again: the first requests there."""
        if not self._settings.play:
            await self._clock_check.compare(link)

        async def learn_and_subscribe() -> None:
            link.ib.reqMarketDataType(self._settings.market_data_type)
            for trade in await link.answer_unkeyed(link.ib.reqOpenOrdersAsync, "open orders"):
                self._reports.attribute(trade, link.ib.wrapper.clientId)
            await self._market.subscribe(link)

        # A read-only gateway never answers; the session goes on, a snapshot will tell what is missing.
        await self._attempt(link, learn_and_subscribe, "at connect")
        self._settle()
        if not link.closed:
            self._first_up.set()

    async def _renew(self, link: Link) -> None:
        await self._attempt(link, lambda: self._market.renew(link), "subscribing again")

    async def _attempt(self, link: Link, ask: Job, what: str) -> None:
        """Do something of our own on a connection; if it fails on a live one, that is worth a notice."""
        try:
            await ask()
        except ASK_FAILED as error:
            if not link.closed:
                self._inbox.report(BrokerNotice(time=UNSTAMPED, code=LOCAL, text=f"{what}: {error}"))

    def _undecodable(self, text: str) -> None:
        if self._link:
            self._link.undecoded += 1
        self._inbox.report(BrokerNotice(time=UNSTAMPED, code=LOCAL, text=text))

    def _fail(self, error: Exception) -> None:
        if self._failure is None:
            self._failure = error
        self._ended.set()

    def _raise_failure(self) -> None:
        match self._failure:
            case None:
                return
            case HedgedError():
                raise self._failure
            case _:
                raise InvariantBroken(f"broker: {self._failure!r} in the adapter") from self._failure
