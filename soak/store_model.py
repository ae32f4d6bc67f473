"""A model of one Redis server that answers only what it has synced, and forgets the rest when it ends.

It stands below the real `RedisJournal`, in the place of the client: commands and scripts arrive, are applied
to memory, become durable a moment later, and only then are answered, as under `appendfsync always`.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from enum import StrEnum
from typing import Any

from daemon.errors import StoreNotDurable, StoreUnavailable
from daemon.store import script
from daemon.store.script import Script
from soak.dice import Dice
from soak.points import Points
from soak.store_data import Data

_TRAVEL_MIN_S, _TRAVEL_MAX_S = 0.00005, 0.0004
_SYNC_MIN_S, _SYNC_MAX_S = 0.0001, 0.0012
_SCRIPTS = ("append", "ends", "snapshot", "take_lease", "renew_lease", "release_lease")
_KIND = {script.load(name).sha1: name for name in _SCRIPTS} | {"XTRIM": "trim"}
WRITES = frozenset(name for name, kind in _KIND.items() if kind != "ends")


class Condition(StrEnum):
    """How the server is."""

    UP = "up"
    DOWN = "down"
    HUNG = "hung"
    READ_ONLY = "read_only"
    OUT_OF_MEMORY = "out_of_memory"


class Trouble(StrEnum):
    """What may befall one write."""

    LOST_REPLY = "lost_reply"
    TORN = "torn"


_REFUSALS = {
    Condition.READ_ONLY: "ReadOnlyError: You can't write against a read only replica.",
    Condition.OUT_OF_MEMORY: "OutOfMemoryError: command not allowed when used memory > 'maxmemory'.",
}


class StoreModel:
    """The server.

    Attributes:
        data: what it holds.
        condition: how it is.
        slow_s: what each command takes on top, seconds.
        durable_settings: whether its settings keep what it acknowledges.
        troubles: by number of the write from now on, what befalls it.
        on_durable: is shown each command name and its arguments once its effect is on disk.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, dice: Dice, data: Data | None = None) -> None:
        self.data = data or Data()
        self.data.now_s = loop.time
        self.condition = Condition.UP
        self.slow_s = 0.0
        self.durable_settings = True
        self.troubles: dict[int, Trouble] = {}
        self.on_durable: Callable[[str, Sequence[Any]], None] | None = None
        self.writes = 0
        self._loop = loop
        self._dice = dice
        self._context = Context()
        self._waiting: list[Callable[[], None]] = []

    def client(self, points: Points, *, timeout_s: float = 5.0) -> "ModelClient":
        """Return what a process talks to it through."""
        return ModelClient(self, self._loop, points, timeout_s)

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do something of the server's own, whoever dies meanwhile."""
        self._loop.call_later(delay_s, act, context=self._context)

    def travel_s(self) -> float:
        """Return how long a message is under way."""
        return self._dice.between(_TRAVEL_MIN_S, _TRAVEL_MAX_S)

    def crash(self) -> None:
        """End at once: what was not synced is gone."""
        self.condition = Condition.DOWN
        self.data.forget_unsynced()

    def lose_power(self, name: str, args: Sequence[Any]) -> None:
        """Apply a write and end before it is synced; serve again soon."""
        if self.condition is Condition.UP and name in WRITES:
            self.data.write(name, args)
            self.crash()
            self.later(self._dice.between(1.0, 10.0), self.come_back)

    def come_back(self) -> None:
        """Serve again; what waited in the sockets of a hung server is done now."""
        was, self.condition = self.condition, Condition.UP
        self.slow_s = 0.0
        waiting, self._waiting = self._waiting, []
        if was is Condition.HUNG:
            for act in waiting:
                act()

    def receive(self, name: str, args: Sequence[Any], answer: "asyncio.Future[Any]") -> None:
        """Take one command; the answer follows, or an error, or nothing."""
        if self.condition is Condition.DOWN:
            _fail(answer, "ConnectionError: Connection refused")
        elif self.condition is Condition.HUNG:
            self._waiting.append(lambda: self.receive(name, args, answer))
        elif name in WRITES:
            self._write(name, args, answer)
        else:
            self._reply(self.data.read(name, args), answer)

    def _write(self, name: str, args: Sequence[Any], answer: "asyncio.Future[Any]") -> None:
        if self.condition in _REFUSALS:
            _fail(answer, _REFUSALS[self.condition])
            return
        self.writes += 1
        trouble = self.troubles.pop(self.writes, None)
        found = self.data.write(name, args)
        if trouble is Trouble.TORN:
            self.crash()
            self.later(self._dice.between(1.0, 20.0), self.come_back)
            _fail(answer, "ConnectionError: Connection closed by server.")
            return
        sync_s = self._dice.between(_SYNC_MIN_S, _SYNC_MAX_S) + self.slow_s
        self.later(sync_s, lambda: self._synced((name, args), found, answer, trouble))

    def _synced(
        self,
        command: tuple[str, Sequence[Any]],
        found: Any,  # noqa: ANN401 - replies are untyped
        answer: "asyncio.Future[Any]",
        trouble: Trouble | None,
    ) -> None:
        if self.condition is Condition.DOWN:
            _fail(answer, "ConnectionError: Connection closed by server.")
            return
        self.data.sync()
        if self.on_durable is not None:
            self.on_durable(*command)
        if trouble is Trouble.LOST_REPLY:
            _fail(answer, "ConnectionError: Connection reset by peer")
        else:
            self._reply(found, answer)

    def _reply(self, found: Any, answer: "asyncio.Future[Any]") -> None:  # noqa: ANN401 - as above
        self.later(self.travel_s(), lambda: None if answer.done() else answer.set_result(found))


class ModelClient:
    """`RedisClient` over the model: commands are sent once, errors come in the daemon's own words."""

    def __init__(
        self, store: StoreModel, loop: asyncio.AbstractEventLoop, point: Points, timeout_s: float
    ) -> None:
        self.where = "redis://model"
        self._store = store
        self._loop = loop
        self._point = point
        self._timeout_s = timeout_s
        self._greeted = False

    async def run(self, doing: str, *command: Any) -> Any:  # noqa: ANN401 - replies are untyped
        """See `RedisClient.run`."""
        return await self._ask(doing, str(command[0]), command[1:])

    async def run_script(self, doing: str, script: Script, keys: Sequence[str], args: Sequence[Any]) -> Any:  # noqa: ANN401
        """See `RedisClient.run_script`."""
        return await self._ask(doing, script.sha1, (*keys, *args))

    async def check_durable(self) -> None:
        """See `RedisClient.check_durable`."""
        self._greeted = False
        await self._ask("check durability", "PING", ())

    async def close(self) -> None:
        """See `RedisClient.close`."""
        self._greeted = False

    async def _ask(self, doing: str, name: str, args: Sequence[Any]) -> Any:  # noqa: ANN401 - as above
        if not self._greeted and not self._store.durable_settings:
            raise StoreNotDurable(f"Redis at {self.where} could lose an acknowledged write")
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._point.pass_by(
            f"store.{_KIND.get(name, name)}",
            lambda: self._store.later(
                self._store.travel_s(), lambda: self._store.receive(name, args, answer)
            ),
            lambda: self._store.later(self._store.travel_s(), lambda: self._store.lose_power(name, args)),
        )
        timer = self._loop.call_later(self._timeout_s, _fail, answer, "TimeoutError: Timeout reading")
        try:
            found = await answer
        except ConnectionError as error:
            self._greeted = False
            raise StoreUnavailable(
                f"cannot {doing}: Redis at {self.where}: {error}; "
                "check that it runs, that redis.url is right, and its disk",
            ) from error
        finally:
            timer.cancel()
        self._greeted = True
        return found


def _fail(answer: "asyncio.Future[Any]", text: str) -> None:
    if not answer.done():
        answer.set_exception(ConnectionError(text))
