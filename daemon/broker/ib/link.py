"""One connection's life: log in, ask with a deadline, know when it is over."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from eventkit import Event
from ib_insync import IB, Contract, RequestError

from daemon.broker.codes import Meaning, meaning
from daemon.broker.port import BrokerSettings
from daemon.errors import BrokerError, BrokerTimeout, BrokerUnavailable, ClientIdInUse

T = TypeVar("T")
Fail = Callable[[Exception], None]

ASK_FAILED = (BrokerError, RequestError, ConnectionError)
"""What asking may end with: no answer, a refusal, or no connection to ask on."""

_CLOSE_WAIT_S = 1.0
_MESSAGE_BYTES_MAX = 16 << 20  # the largest in use, lists of contracts, have some hundred kilobytes
_ROOM_FOR_ORDERS = 10  # messages a second that requests leave to orders
_ROOM_RETRY_S = 0.05


class Link:
    """A connection to the gateway; never used again once closed.

    The library swallows what a handler raises, so every handler is put on by `on`, which hands a failure to
    `fail`.
    """

    def __init__(self, settings: BrokerSettings, fail: Fail) -> None:
        self.ib = IB()  # type: ignore[no-untyped-call]
        self.ib.RaiseRequestErrors = True
        self.epoch = 0
        self.account = ""
        self.undecoded = 0  # messages of this connection that were lost on us
        self._settings = settings
        self._fail = fail
        self._closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._refused: asyncio.Future[BrokerError] = asyncio.get_running_loop().create_future()
        self._unanswered: dict[str, Awaitable[Any]] = {}
        if settings.play:
            self.ib.client.MaxRequests = 0
        self.on(self.ib.client.conn.hasData, self._heard)
        self._heard_at_s = asyncio.get_running_loop().time()
        # The library would re-subscribe an account summary that we never ask for, and await it nowhere.
        self.ib.errorEvent.disconnect(self.ib._onError)  # noqa: SLF001 - no public way
        self.on(self.ib.errorEvent, self._watch_login)
        self.on(self.ib.client.apiError, self._login_failed)
        self.on(self.ib.client.conn.disconnected, self._login_failed)
        self.on(self.ib.disconnectedEvent, lambda: self._over("the gateway closed the connection"))

    @property
    def ready(self) -> bool:
        """Whether the login is through, its account guarded, and the socket takes bytes."""
        transport = self.ib.client.conn.transport
        return bool(self.account and self.ib.client.isReady() and transport and not transport.is_closing())

    @property
    def silent_s(self) -> float:
        """How long nothing has come from the gateway, seconds; in play it is not looked at."""
        return asyncio.get_running_loop().time() - self._heard_at_s

    def _heard(self, _data: bytes) -> None:
        self._heard_at_s = asyncio.get_running_loop().time()
        unread = len(self.ib.client._data)  # noqa: SLF001 - what the library keeps of an unfinished message
        if unread > _MESSAGE_BYTES_MAX and self.ib.client.conn.transport is not None:
            self._over(f"the gateway sent a message of more than {_MESSAGE_BYTES_MAX} bytes")
            self.ib.client.conn.transport.abort()

    @property
    def closed(self) -> bool:
        """Whether the connection is over."""
        return self._closed.done()

    def on(self, event: Event, handler: Callable[..., object]) -> None:
        """Connect `handler`, so that what it raises is not lost."""

        def guarded(*args: object) -> None:
            try:
                handler(*args)
            except Exception as error:  # noqa: BLE001 - handed on whole, the library would swallow it
                self._fail(error)

        event.connect(guarded, keep_ref=True)

    async def open(self) -> None:
        """Log in.

        Raises:
            ClientIdInUse: the gateway refused the client id.
            BrokerUnavailable: nothing listens, or what listens is no gateway that lets us in.
        """
        settings = self._settings
        self.ib.wrapper.clientId = settings.client_id
        login: asyncio.Future[None] = asyncio.ensure_future(
            self.ib.client.connectAsync(  # type: ignore[no-untyped-call]
                settings.host, settings.port, settings.client_id, settings.connect_timeout_s
            )
        )
        first: set[asyncio.Future[Any]] = {login, self._refused}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        finally:
            login.cancel()
            outcome = (await asyncio.gather(login, return_exceptions=True))[0]
        if self._refused.done() and isinstance(self._refused.result(), ClientIdInUse):
            raise self._refused.result()
        if isinstance(outcome, BaseException):
            raise self._unavailable(outcome) from outcome

    def _unavailable(self, cause: BaseException) -> BrokerUnavailable:
        where = f"ib.host, ib.port: {self._settings.host}:{self._settings.port}"
        match cause:
            case ConnectionRefusedError():
                why = "refused the connection; start the gateway there and enable its API"
            case TimeoutError():
                why = f"did not let us in within {self._settings.connect_timeout_s:g} s; look at the gateway"
            case OSError():
                why = f"cannot be reached ({cause}); correct the address or start the gateway"
            case _:
                why = f"ended the login ({self._refused.result()}); look at the gateway"
        return BrokerUnavailable(f"{where} {why}")

    def _watch_login(self, _req_id: int, code: int, text: str, _contract: object) -> None:
        if meaning(code) is Meaning.CLIENT_ID_IN_USE and not self._refused.done():
            self._refused.set_result(
                ClientIdInUse(
                    f"ib.client_id: {self._settings.client_id} is in use by another session "
                    f"({code} {text}); end that session, orders belong to one client id"
                )
            )

    def _login_failed(self, text: str) -> None:
        if not self._refused.done():
            self._refused.set_result(BrokerUnavailable(text or "the peer closed the connection"))

    def _over(self, reason: str) -> None:
        if not self._closed.done():
            self._closed.set_result(reason)

    async def wait_closed(self) -> str:
        """Return why the connection ended, once it has."""
        return await asyncio.shield(self._closed)

    async def close(self, reason: str) -> None:
        """Disconnect and wait until the socket is gone."""
        self._over(reason)
        connection = self.ib.client.conn
        gone = asyncio.Event()
        connection.disconnected.connect(lambda *_: gone.set(), keep_ref=True)
        self.ib.client.disconnect()  # type: ignore[no-untyped-call]
        if connection.transport is not None:
            try:
                async with asyncio.timeout(_CLOSE_WAIT_S):
                    await gone.wait()
            except TimeoutError:
                connection.transport.abort()

    async def answer(self, request: Awaitable[T], what: str) -> T:
        """Wait for the answer to a request.

        Raises:
            BrokerTimeout: no answer in `request_timeout_s`.
            BrokerUnavailable: the connection ended first.
            RequestError: the gateway refused the request.
        """
        asked = asyncio.ensure_future(request)
        first: set[asyncio.Future[Any]] = {asked, self._closed}
        timeout_s = self._settings.request_timeout_s
        await asyncio.wait(first, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            try:
                return asked.result()
            except ConnectionError as error:
                raise BrokerUnavailable(f"{what}: the connection ended before the answer") from error
        asked.add_done_callback(_retrieve)
        if self._closed.done():
            raise BrokerUnavailable(f"{what}: the connection ended before the answer")
        raise BrokerTimeout(f"{what}: no answer within {timeout_s:g} s")

    async def answer_unkeyed(self, ask: Callable[[], Awaitable[T]], what: str) -> T:
        """Ask for a list whose messages carry no request id, so never for two at once.

        A late answer would be taken for the next one's: while it is out, it is waited for instead. If it does
        not come then either, nothing could be asked here any more: the connection is given up.

        Raises:
            BrokerTimeout, BrokerUnavailable, RequestError: as for `answer`.
        """
        late = self._unanswered.get(what)
        if late is not None:
            try:
                await self.answer(late, f"{what} (asked for earlier)")
            except BrokerTimeout:
                self._over(f"the gateway does not answer: {what}")
                raise
            del self._unanswered[what]
        request = asyncio.ensure_future(ask())
        self._unanswered[what] = request
        result = await self.answer(request, what)
        del self._unanswered[what]
        return result

    async def round_trip(self) -> None:
        """Return when the gateway has answered everything sent so far: it answers in order.

        Raises:
            BrokerTimeout, BrokerUnavailable, RequestError: as for `answer`.
        """
        index = Contract(secType="IND", symbol="SPX", exchange="CBOE", currency="USD")
        await self.answer(self.ib.reqContractDetailsAsync(index), "round trip")

    def throttle_room(self) -> int:
        """Return how many messages the library would send at once, instead of queueing them."""
        client = self.ib.client
        if not client.MaxRequests:
            return _ROOM_FOR_ORDERS + 1
        if client._msgQ:  # noqa: SLF001 - the queue has no public face
            return 0
        horizon = asyncio.get_running_loop().time() - client.RequestsInterval
        recent = sum(1 for sent in client._timeQ if sent >= horizon)  # noqa: SLF001 - as above
        return client.MaxRequests - recent

    async def room_for_request(self) -> None:
        """Wait until a request leaves room under the throttle for orders, which never queue."""
        while self.throttle_room() <= _ROOM_FOR_ORDERS and not self.closed:  # noqa: ASYNC110 - time frees it
            await asyncio.sleep(_ROOM_RETRY_S)


def _retrieve(late: asyncio.Future[Any]) -> None:
    """Look at how a request ended that nobody waits for any more, so that asyncio does not complain."""
    if not late.cancelled():
        late.exception()
