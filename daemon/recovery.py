"""Start-up and crash recovery, one path: snapshot, then the journal's tail folded again and compared."""

import msgspec

from daemon import codec
from daemon.errors import JournalCorrupt
from daemon.loop import trading_day
from daemon.store.port import Commit, Journal
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.records import GENESIS, BadRecord, Chain, parse_line
from daemon.version import VERSION
from strategies.core.migrations import CannotMigrate, read_state
from strategies.core.state import State


async def recover(journal: Journal) -> tuple[State, Chain]:
    """Return the state and the end of the chain as the journal has them.

    Raises:
        JournalCorrupt: the snapshot does not decode, or a commit is not what `step` makes of its event.
    """
    state, chain = await _snapshot(journal)
    async for commit in journal.read_after(chain.last_seq):
        state, chain = refold(state, chain, commit)
    return state, chain


async def _snapshot(journal: Journal) -> tuple[State, Chain]:
    saved = await journal.load_snapshot()
    if saved is None:
        return State(), GENESIS
    try:
        state = read_state(saved.state, saved.schema, saved.state_hash)
    except CannotMigrate as error:
        raise JournalCorrupt(
            f"the snapshot of seq {saved.seq} {error}: start version {saved.code_version} and stop it in "
            "order, or begin with an empty state_dir"
        ) from error
    return state, Chain(last_seq=saved.seq, last_hash=saved.last_hash)


def refold(state: State, chain: Chain, commit: Commit) -> tuple[State, Chain]:
    """Fold one commit again; every line must be what `step` makes of the event."""
    try:
        records = [parse_line(line) for line in commit.lines]
        event = codec.decode_event(records[0].body)
        for record in records:
            chain = chain.accept(record)
    except (BadRecord, msgspec.ValidationError) as error:
        raise JournalCorrupt(f"commit of seq {commit.first_seq}: {error}") from error
    after, bodies, _ = codec.fold(state, event, commit.first_seq)
    wrong = codec.differing(bodies, [record.body for record in records])
    if wrong is not None:
        raise JournalCorrupt(
            f"seq {commit.first_seq + wrong} is not what this version ({VERSION}) decides on the event "
            f"{records[0].kind} of seq {commit.first_seq}: let the version that wrote it stop in order first"
        )
    return after, chain


async def catch_up(journal: Journal, audit: AuditFile) -> int:
    """Copy what the journal has and the audit files lack; return how many lines."""
    return await audit.catch_up(journal.read_after(audit.tip().last_seq), trading_day)
