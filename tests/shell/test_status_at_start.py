"""A daemon that has just folded its journal does not speak for the life before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from daemon.control.answers import DecisionMemory, answers
from daemon.loop import Loop
from daemon.settings import Settings
from daemon.status.report import Status
from daemon.store.redis_journal import RedisJournal
from strategies.core.events import AnyEvent, Link
from strategies.core.facts import SessionHours
from strategies.core.state import Account, State

_NOW = datetime(2018, 1, 22, 15, 0, tzinfo=UTC)
_HOUR = timedelta(hours=1)


async def test_until_the_first_record_of_this_life_the_verdict_is_not_that_of_the_life_before(
    journal: RedisJournal,
    make_loop: Callable[..., Loop],
    first_events: tuple[AnyEvent, AnyEvent],
    tmp_path: Path,
) -> None:
    """Killed while it was ready, it says that it is starting; then what its own records say."""
    session = SessionHours(day=_NOW.date(), open=_NOW - _HOUR, close=_NOW + _HOUR, options_close=_NOW + _HOUR)
    account = Account(
        link=Link.UP,
        epoch=1,
        account="DU1",
        paper=True,
        reconciled_epoch=1,
        net_liquidation_usd=Decimal(1000),
    )
    loop = make_loop(journal, state=State(account=account, sessions=(session,)))
    questions = answers(Settings(), loop, lambda: _NOW, DecisionMemory(tmp_path / "audit"))

    def told() -> tuple[bool, str, str]:
        status = questions["status"]()
        assert isinstance(status, Status)
        return status.ready, status.not_ready_because, status.hindrance

    assert told() == (False, "daemon is starting", "daemon is starting")
    await loop.take(first_events[0])
    assert told() == (False, "broker is not connected", "broker is not connected")
