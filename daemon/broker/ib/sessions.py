"""One connection after another: connect, guard, wait for the end, back off, again."""

import asyncio
import contextlib
from collections.abc import Callable

from msgspec import Struct

from daemon.broker.ib.link import Fail, Link
from daemon.broker.inbox import UNSTAMPED, Inbox
from daemon.broker.paper_guard import guarded_account
from daemon.broker.port import BrokerSettings
from daemon.broker.session import reconnect_delay_s
from daemon.errors import BrokerError, BrokerUnavailable
from strategies.core.events import Connection
from strategies.core.events import Link as LinkState


class Hooks(Struct, frozen=True, kw_only=True):
    """What others do: `listen` to it before it opens, `adopt` it once guarded, forget it when `lost`."""

    listen: Callable[[Link], None]
    adopt: Callable[[Link], None]
    lost: Callable[[], None]


class Sessions:
    """Keeps a guarded connection up; `link` is the present one, open or opening."""

    def __init__(
        self,
        settings: BrokerSettings,
        inbox: Inbox,
        fail: Fail,
        hooks: Hooks,
        order_id_floor: Callable[[], int],
    ) -> None:
        self.link: Link | None = None
        self.last_error: BrokerError | None = None
        self.unavailable = asyncio.Event()  # an attempt found no gateway
        self._up = asyncio.Event()
        self._settings = settings
        self._inbox = inbox
        self._fail = fail
        self._hooks = hooks
        self._order_id_floor = order_id_floor
        self._epoch = 0
        self._down_reason = ""

    async def run(self) -> None:
        """Connect and connect again, until cancelled."""
        settings, attempt = self._settings, 0
        while True:
            self.link = link = Link(settings, self._fail)
            self._listen(link)
            try:
                await link.open()
                attempt = 0
                reason = await link.wait_closed()
            except BrokerError as error:
                self.last_error = error
                if isinstance(error, BrokerUnavailable):
                    self.unavailable.set()
                reason = str(error)
            # Whoever ended it: only with the socket does the gateway let go of the client id.
            await link.close(reason)
            self._went_down(reason)
            attempt += 1
            delay_s = reconnect_delay_s(
                attempt,
                self._epoch,
                delay_min_s=settings.reconnect_delay_min_s,
                delay_max_s=settings.reconnect_delay_max_s,
            )
            await asyncio.sleep(delay_s)

    async def renew(self, reason: str) -> None:
        """End the present connection; return once the next one is up, or is long in coming."""
        link = self.link
        if link is None:
            return
        self._up.clear()
        await link.close(reason)
        settings = self._settings
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(settings.reconnect_delay_min_s + settings.connect_timeout_s):
                await self._up.wait()

    async def close(self) -> None:
        """Disconnect in order."""
        if self.link:
            await self.link.close("the daemon disconnected")

    def _listen(self, link: Link) -> None:
        self._hooks.listen(link)
        # In the wire's own order: what follows the login on the wire follows it in the inbox.
        link.on(link.ib.client.apiStart, lambda: self._logged_in(link))
        link.on(link.ib.disconnectedEvent, lambda: self._went_down("the gateway closed the connection"))

    def _logged_in(self, link: Link) -> None:
        client = link.ib.client
        accounts = tuple(client.getAccounts())
        link.account = guarded_account(accounts, self._settings.paper_prefixes, self._settings.account)
        # A restarted gateway may offer ids again that it gave out before (its counter rolled back).
        client.updateReqId(self._order_id_floor() + 1)  # type: ignore[no-untyped-call]
        self._epoch += 1
        link.epoch = self._epoch
        self._down_reason = ""
        self._up.set()
        self._inbox.report(
            Connection(
                time=UNSTAMPED,
                link=LinkState.UP,
                epoch=link.epoch,
                accounts=accounts,
                paper=True,
                account=link.account,
                server_version=client.serverVersion(),
            )
        )
        self._hooks.adopt(link)

    def _went_down(self, reason: str) -> None:
        """Report the end of a connection, or why there is none; a reason that persists, once."""
        self.link = None
        if self._down_reason == reason:
            return
        self._down_reason = reason
        self._hooks.lost()
        down = Connection(time=UNSTAMPED, link=LinkState.DOWN, epoch=self._epoch, reason=reason)
        self._inbox.report(down)
