"""Kept answers in Redis: `Cache` by one string a name, beside the journal and under its prefix."""

from daemon.store.keys import Keys
from daemon.store.redis import RedisClient


class RedisCache:
    """`Cache` in one Redis or Valkey server.

    Args:
        url: `redis://`, `rediss://` or `unix://`.
        prefix: put before every key.
        timeout_s: longest wait for a connection and for each answer.

    Raises:
        ConfigError: `url` is not a Redis address.
    """

    def __init__(self, *, url: str, prefix: str, timeout_s: float) -> None:
        self._redis = RedisClient(url=url, timeout_s=timeout_s)
        self._keys = Keys(prefix=prefix)

    async def get(self, name: str) -> bytes | None:
        """Return what was kept under a name; see `Cache.get`."""
        found: bytes | None = await self._redis.run(f"read {name}", "GET", self._keys.kept(name))
        return found

    async def put(self, name: str, value: bytes) -> None:
        """Keep a value under a name; see `Cache.put`."""
        await self._redis.run(f"keep {name}", "SET", self._keys.kept(name), value)

    async def close(self) -> None:
        """Drop the connections; closing twice is fine."""
        await self._redis.close()
