"""What the loop may ask of a broker, and what an adapter must be told to answer."""

import asyncio
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from strategies.core.commands import AnyCommand
from strategies.core.events import AnyEvent


class BrokerSettings(Struct, frozen=True, kw_only=True):
    """What the adapter needs to know, without the settings package.

    `account` empty means the sole managed account. An order is ours when its reference begins with
    `order_ref_prefix`. `market_data_type`: 1 live, 2 frozen, 3 delayed, 4 delayed frozen. `play` lifts the
    client library's throttle: only for a gateway whose time we step. A gateway that has been silent for
    `probe_after_idle_s` is asked for an answer, due in `probe_timeout_s`, before an order is sent to it.
    """

    host: str
    port: int
    client_id: int
    order_ref_prefix: str
    account: str = ""
    paper_prefixes: tuple[str, ...] = ("DU", "DF")
    connect_timeout_s: float = 20.0
    request_timeout_s: float = 30.0
    reconnect_delay_min_s: float = 1.0
    reconnect_delay_max_s: float = 60.0
    probe_after_idle_s: float = 5.0
    probe_timeout_s: float = 3.0
    market_data_type: int = 1
    play: bool = False


class Broker(Protocol):
    """A broker session that survives its connections.

    Facts come out of `drain` only; nothing is decided on the way. `news` is set while anything waits,
    `pending` while reports or results do, `quotes_pending` while changed quotes do.
    """

    pending: asyncio.Event
    quotes_pending: asyncio.Event
    news: asyncio.Event

    async def run(self) -> None:
        """Connect, watch, back off and connect again until `stop`.

        Raises:
            LiveAccount: a managed account is not a paper account.
            ConfigError: the account of the settings is not managed here.
            InvariantBroken: a handler of the adapter failed.
        """

    async def connected(self, timeout_s: float, *, at_once: bool = False) -> None:
        """Return once the first connection is up and adopted.

        Args:
            timeout_s: how long a gateway, or our client id, may be waited for.
            at_once: do not wait for a gateway that is not there.

        Raises:
            BrokerUnavailable: no gateway answered within `timeout_s`, or at the first attempt.
            ClientIdInUse: the gateway refused our client id until then.
            LiveAccount: as in `run`.
        """

    def execute(self, command: AnyCommand) -> None:
        """Carry out an order at once, or queue a request; the outcome is an event.

        An order for a gateway that has been silent for long is carried out once that has answered.
        """

    def compare_clocks(self) -> None:
        """Ask the gateway for its time; the outcome is an event if it is news. In play nothing is asked."""

    async def idle(self) -> None:
        """Return when no request is queued or under way.

        In play also everything has arrived that the gateway had to say about what was sent until then, orders
        and subscriptions included: a drain after it holds the same events on every run.
        """

    async def step_time(self) -> datetime:
        """Ask the gateway for its time (aware, UTC); in play the question itself moves it on.

        Raises:
            BrokerUnavailable: there is no connection.
            BrokerTimeout: no answer in time.
        """

    def drain(self, now: datetime, *, quotes: bool) -> list[AnyEvent]:
        """Take what has arrived, stamped with `now`: reports, then results, then changed quotes."""

    async def stop(self) -> None:
        """Disconnect in order; `run` returns."""
