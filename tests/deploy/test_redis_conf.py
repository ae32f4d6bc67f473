"""deploy/redis.conf: a real server started from it is one that the daemon accepts."""

import redis

from daemon.store.redis_journal import RedisJournal


async def test_its_settings_pass_the_daemons_own_check(redis_url: str) -> None:
    """The file and the start-up check agree on what durable is."""
    journal = RedisJournal(url=redis_url)
    try:
        await journal.check_durable()
        await journal.open()
    finally:
        await journal.close()


def test_it_asks_for_its_password(redis_url: str) -> None:
    """The included secret is in force: nobody writes to the journal without it."""
    with redis.Redis.from_url(redis_url.replace(":correct-horse@", "")) as stranger:
        try:
            stranger.set("x", "1")
        except redis.AuthenticationError:
            return
    raise AssertionError("a client without the password was served")
