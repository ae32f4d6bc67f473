"""Which Redis settings keep an acknowledged write; anything else is refused before the first record."""

from collections.abc import Mapping

from daemon.errors import StoreNotDurable

SETTINGS = ("appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory", "maxmemory-policy")
"""What to ask with CONFIG GET."""

# Under "always" Redis still skips the fsync while a rewrite runs if no-appendfsync-on-rewrite is yes.
_REQUIRED = {"appendonly": "yes", "appendfsync": "always", "no-appendfsync-on-rewrite": "no"}


def require_durable(*, settings: Mapping[str, str], persistence: Mapping[str, str]) -> None:
    """Refuse a server that could forget.

    Args:
        settings: the answer to CONFIG GET for `SETTINGS`.
        persistence: the persistence section of INFO.

    Raises:
        StoreNotDurable: names every setting that is wrong, its value, and what to set.
    """
    wrong = [
        f"{name} is {settings.get(name)!r}, set it to {value!r}"
        for name, value in _REQUIRED.items()
        if settings.get(name) != value
    ]
    policy = settings.get("maxmemory-policy")
    if settings.get("maxmemory") != "0" and policy != "noeviction":
        wrong.append(f"maxmemory-policy is {policy!r}, set it to 'noeviction' or maxmemory to 0")
    last_write = persistence.get("aof_last_write_status")
    if last_write != "ok":
        wrong.append(
            f"the last write to its append-only file is {last_write!r}, look at its disk and its log"
        )
    if wrong:
        raise StoreNotDurable("could lose an acknowledged write: " + "; ".join(wrong))
