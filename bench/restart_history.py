"""A daemon's past, made up: audit files and a journal of so many records, as if it had run for months.

Every line is what `step` makes of its event, chained as the loop would; only the commits that a running
daemon would have cut from its journal by now never go there.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from daemon import codec
from daemon.hours import sessions_around
from daemon.loop import trading_day
from daemon.schedule import last_beat
from daemon.store.port import Commit, Snapshot
from daemon.store.redis_journal import RedisJournal
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.records import GENESIS, Chain
from daemon.version import VERSION
from strategies.core.events import AnyEvent, Calendar, Job, Lifecycle, Phase, Timer
from strategies.core.rules import Rules, rules_hash
from strategies.core.state import SCHEMA, State, encode_state, state_hash

_BEAT = timedelta(minutes=1)
_RECORDS_A_BEAT = 2  # the timer, and that nothing was decided
_BEATS_A_DAY = 1440
_COMMITS_KEPT = 1000  # half of what is folded at most, redis.snapshot_every_commits = 2000


def _events(records: int) -> Iterator[AnyEvent]:
    """Yield a start and as many heartbeats, the last of them in the past minute."""
    beats = records // _RECORDS_A_BEAT
    first = last_beat(datetime.now(UTC), _BEAT.total_seconds()) - beats * _BEAT
    yield Lifecycle(time=first, phase=Phase.STARTED, rules=Rules())
    yield Calendar(time=first, sessions=sessions_around(first, ()))
    for number in range(beats):
        at = first + number * _BEAT
        yield Timer(time=at, job=Job.HEARTBEAT, intended=at)
        if number % _BEATS_A_DAY == 0:
            yield Timer(time=at, job=Job.DAILY_SUMMARY, intended=at, day=trading_day(at))


async def make_up(folder: Path, url: str, prefix: str, records: int) -> None:
    """Fill a state folder and a prefix of the server.

    Args:
        folder: the daemon's `state_dir`; empty.
        url: the server.
        prefix: `redis.prefix`; unused so far.
        records: how many, to within a few.
    """
    audit = AuditFile(folder / "audit")
    audit.open()
    state, chain, kept = State(), GENESIS, list[Commit]()
    saved: tuple[State, Chain] | None = None
    boundary = max(records - _COMMITS_KEPT * _RECORDS_A_BEAT, 1)
    for event in _events(records):
        seq = chain.last_seq + 1
        state, bodies, _ = codec.fold(state, codec.decode_event(codec.encode(event)), seq)
        after, lines = chain.extend(bodies)
        audit.extend(trading_day(event.time), chain, after, lines)
        if saved is not None:
            kept.append(
                Commit(
                    first_seq=seq,
                    last_seq=after.last_seq,
                    prev_hash=chain.last_hash,
                    last_hash=after.last_hash,
                    lines=lines,
                )
            )
        chain = after
        if saved is None and chain.last_seq >= boundary:
            saved = state, chain
    audit.sync()
    audit.close()
    assert saved is not None
    await _store(url, prefix, kept, *saved)


async def _store(url: str, prefix: str, kept: list[Commit], state: State, chain: Chain) -> None:
    journal = RedisJournal(url=url, prefix=prefix)
    await journal.check_durable()
    await journal.begin_restore(kept[0])
    for commit in kept:
        await journal.append(commit)
    await journal.save_snapshot(
        Snapshot(
            seq=chain.last_seq,
            last_hash=chain.last_hash,
            state=encode_state(state),
            state_hash=state_hash(state),
            rules_hash=rules_hash(state.rules),
            code_version=VERSION,
            schema=SCHEMA,
        )
    )
    await journal.end_restore()
    await journal.close()
