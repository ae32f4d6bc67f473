"""The audit files are the journal's complete copy, caught up by seq."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from daemon.store.port import Commit
from daemon.store.redis_journal import RedisJournal
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.verify_chain import verify_path

MakeCommits = Callable[..., list[Commit]]


async def test_the_audit_file_catches_up_from_inside_a_commit(
    journal: RedisJournal, make_commits: MakeCommits, tmp_path: Path
) -> None:
    """A file torn inside a commit is completed from the journal, byte for byte, and once is enough."""
    commits = make_commits(8, lines=3)
    for commit in commits:
        await journal.append(commit)
    lines = [line for commit in commits for line in commit.lines]
    audit = AuditFile(tmp_path / "audit")
    audit.open()
    audit.append(date(2026, 11, 20), lines[:7])
    for expected in (17, 0):
        written = await audit.catch_up(journal.read_after(audit.tip().last_seq), datetime.date)
        assert written == expected
    audit.close()
    assert (tmp_path / "audit" / "audit-2026-11-20.jsonl").read_bytes() == b"\n".join([*lines, b""])
    assert len(list(verify_path(tmp_path / "audit"))) == 24
