"""One Redis or Valkey server, its errors in our own words; the only file that imports `redis`.

The client's own retries are off: after a lost reply it would send a command again that was applied already.
Every new connection, the first or a later one, asks for the server's durability settings before it carries a
command, so that a server that came back with other settings is noticed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import redis.asyncio as aioredis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from daemon.errors import ConfigError, StoreNotDurable, StoreUnavailable
from daemon.store.durability import SETTINGS, require_durable
from daemon.store.script import Script


class _RefusedError(RedisError):
    """Carries our refusal through the client, which cleans up only after errors of its own kind."""


class RedisClient:
    """Sends commands to one server, each at most once.

    Every method raises `StoreUnavailable` when the server does not answer or refuses the command, and
    `StoreNotDurable` when it answers a new connection but could lose what it acknowledges.

    Args:
        url: `redis://`, `rediss://` or `unix://`, as the client library documents it.
        timeout_s: longest wait for a connection and for each answer.

    Raises:
        ConfigError: `url` is not a Redis address.
    """

    def __init__(self, *, url: str, timeout_s: float) -> None:
        self.where = _without_password(url)
        try:
            self._client = aioredis.Redis.from_url(
                url,
                retry=Retry(NoBackoff(), 0),
                socket_timeout=timeout_s,
                socket_connect_timeout=timeout_s,
                redis_connect_func=_on_connect,
                protocol=2,
            )
        except ValueError as error:
            raise ConfigError(
                f"redis.url is {self.where!r}: {error}; give redis://HOST:PORT/DB or unix:///PATH",
            ) from error
        self._execute: Callable[..., Awaitable[Any]] = self._client.execute_command

    async def run(self, doing: str, *command: str | bytes | int) -> Any:  # noqa: ANN401 - replies are untyped
        """Run one command.

        Args:
            doing: what it is for, after "cannot" in an error.
            *command: its name and arguments.

        Returns:
            The reply as the client library parses it for that command, strings as bytes.
        """
        with self._translated(doing), _no_cancellation_lost():
            return await self._execute(*command)

    async def run_script(
        self, doing: str, script: Script, keys: Sequence[str], args: Sequence[str | bytes | int]
    ) -> Any:  # noqa: ANN401 - as above
        """Run a script by its digest; a server that does not know it has not run it and is given its text.

        Args:
            doing: what it is for, after "cannot" in an error.
            script: the script.
            keys: the keys it touches.
            args: its other arguments.

        Returns:
            What the script returned, strings as bytes.
        """
        tail = (len(keys), *keys, *args)
        with self._translated(doing), _no_cancellation_lost():
            try:
                return await self._execute("EVALSHA", script.sha1, *tail)
            except NoScriptError:
                return await self._execute("EVAL", script.text, *tail)

    async def check_durable(self) -> None:
        """Ask for the settings that matter as they are now: greet the server anew."""
        await self._client.connection_pool.disconnect(inuse_connections=False)
        await self.run("check durability", "PING")

    async def close(self) -> None:
        """Drop the connections; closing twice is fine."""
        await self._client.aclose()

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        """Say what was tried, where, what came back and what to look at."""
        try:
            yield
        except _RefusedError as error:
            raise StoreNotDurable(f"Redis at {self.where} {error}") from error
        except (RedisError, OSError) as error:
            raise StoreUnavailable(
                f"cannot {doing}: Redis at {self.where}: {type(error).__name__}: {error}; "
                "check that it runs, that redis.url is right, and its disk",
            ) from error


@contextmanager
def _no_cancellation_lost() -> Iterator[None]:
    """End a task that was cancelled meanwhile, even where the client came back with a reply.

    It sends by `asyncio.wait_for`, which before Python 3.12 loses a cancellation that arrives as it finishes
    (python/cpython#86296): a task that works for ever would not stop.

    Raises:
        asyncio.CancelledError: the task was cancelled within the context, and that was lost.
    """
    task = asyncio.current_task()
    before = 0 if task is None else task.cancelling()  # a task that is ending may still write
    try:
        yield
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError


async def _on_connect(connection: AbstractConnection) -> None:
    """Greet as the client does, then refuse a server that could forget."""
    await connection.on_connect()
    try:
        flat = await _ask(connection, "CONFIG", "GET", *SETTINGS)
        info = await _ask(connection, "INFO", "persistence")
    except ResponseError as error:
        raise _RefusedError(
            f"refuses CONFIG GET or INFO ({error}), so nobody can tell whether it could lose a write: "
            "allow both to this user; Redis 7 or Valkey is needed",
        ) from error
    words = [word.decode() for word in flat]
    pairs = (line.partition(":") for line in info.decode().splitlines())
    try:
        require_durable(
            settings=dict(zip(words[::2], words[1::2], strict=True)),
            persistence={name: value for name, _, value in pairs},
        )
    except StoreNotDurable as error:
        raise _RefusedError(error.message) from error


async def _ask(connection: AbstractConnection, *command: str) -> Any:  # noqa: ANN401 - replies are untyped
    """Send one command on one connection and read its answer."""
    await connection.send_command(*command)
    return await connection.read_response()


def _without_password(url: str) -> str:
    """Make an address fit for messages and logs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
