"""The right to write: one process holds it, shows its fencing token with every write, and renews it.

The token rises with every taking and is compared in the script that appends a commit. A process that lost the
lease while it stood still cannot write again, however late it wakes up.
"""

import asyncio

import structlog

from daemon.errors import Fenced, StoreUnavailable
from daemon.store import script
from daemon.store.holder import surely_dead
from daemon.store.keys import Keys
from daemon.store.redis import RedisClient

_TAKE = script.load("take_lease")
_RENEW = script.load("renew_lease")
_RELEASE = script.load("release_lease")
_RENEWALS_A_LEASE = 3

_log = structlog.get_logger(__name__)


class Lease:
    """A lease on one journal.

    Args:
        url: `redis://`, `rediss://` or `unix://`.
        prefix: put before every key.
        holder: this process, see `daemon.store.holder`.
        length_s: how long it lasts after a renewal.
        timeout_s: longest wait for a connection and for each answer.
    """

    def __init__(
        self, *, url: str, prefix: str, holder: str, length_s: float, timeout_s: float = 5.0
    ) -> None:
        self._redis = RedisClient(url=url, timeout_s=timeout_s)
        self._keys = Keys(prefix=prefix)
        self._holder = holder
        self._length_s = length_s
        self._length_ms = int(length_s * 1000)
        self.token = 0
        """The fencing token; 0 while the lease was never ours."""
        self.held_by = ""
        """Who held it when it was last asked for in vain."""

    async def take(self, *, by_force: bool = False) -> bool:
        """Take the lease if it is free, or its holder is dead; return whether it is ours.

        Args:
            by_force: take it whoever holds it: nobody else can reach this server.

        Raises:
            StoreUnavailable, StoreNotDurable: as for every write.
        """
        dead = ""
        while True:
            outcome, held_by, token = await self._redis.run_script(
                "take the lease",
                _TAKE,
                keys=(self._keys.lease, self._keys.tip),
                args=(self._holder, self._length_ms, dead),
            )
            if outcome == b"taken":
                self.token, self.held_by = int(token), ""
                return True
            self.held_by = held_by.decode(errors="backslashreplace")
            if dead == self.held_by or not (by_force or surely_dead(self.held_by)):
                return False
            dead = self.held_by

    async def keep(self) -> None:
        """Renew until cancelled. While the server is away nobody else can take the lease either.

        Raises:
            Fenced: another process took it.
        """
        while True:
            await asyncio.sleep(self._length_s / _RENEWALS_A_LEASE)
            try:
                outcome = await self._redis.run_script(
                    "renew the lease",
                    _RENEW,
                    keys=(self._keys.lease, self._keys.tip),
                    args=(self._holder, self._length_ms, self.token),
                )
            except StoreUnavailable as error:
                _log.info("the lease was not renewed; the store is away", error=error.message)
                continue
            if outcome == b"lost":
                raise Fenced(f"another daemon took the journal over; this one's token was {self.token}")

    async def release(self) -> None:
        """Give it up; where the store is away it runs out by itself."""
        try:
            await self._redis.run_script(
                "release the lease", _RELEASE, keys=(self._keys.lease,), args=(self._holder,)
            )
        except StoreUnavailable as error:
            _log.info("the lease was not released; it runs out", error=error.message)

    async def close(self) -> None:
        """Drop the connections."""
        await self._redis.close()
