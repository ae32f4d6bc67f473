"""The audit files tell which session jobs were done, whatever other events came after them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from daemon.errors import AuditUnavailable
from daemon.jobs_done import jobs_done_to
from daemon.telemetry.audit_tail import file_of
from daemon.telemetry.records import GENESIS

STARTED = b'{"kind":"lifecycle","time":"2018-01-22T14:00:00Z","phase":"started"}'
QUOTES = b'{"kind":"quotes","time":"2018-01-22T14:45:00Z","quotes":[]}'
BEAT = b'{"kind":"timer","time":"2018-01-22T14:45:00Z","job":"heartbeat","intended":"2018-01-22T14:45:00Z"}'
OPEN = (
    b'{"kind":"timer","time":"2018-01-22T14:31:00Z","job":"session_open",'
    b'"intended":"2018-01-22T14:30:00Z","day":"2018-01-22"}'
)


def write(folder: Path, day: int, *bodies: bytes) -> None:
    """Write an audit file; its chain begins anew, which is not read here."""
    _, lines = GENESIS.extend(bodies)
    file_of(folder, date(2018, 1, day)).write_bytes(b"".join(line + b"\n" for line in lines))


def test_the_last_session_job_counts_not_the_last_event(tmp_path: Path) -> None:
    """Quotes and a heartbeat of a later moment do not stand for the job of that moment."""
    write(tmp_path, 22, STARTED, OPEN, QUOTES, BEAT)
    assert jobs_done_to(tmp_path) == datetime(2018, 1, 22, 14, 30, tzinfo=UTC)


def test_days_without_a_session_job_are_passed_over(tmp_path: Path) -> None:
    """After a weekend the last job is in Friday's file."""
    write(tmp_path, 22, STARTED, OPEN)
    write(tmp_path, 23, QUOTES, BEAT)
    write(tmp_path, 24)
    assert jobs_done_to(tmp_path) == datetime(2018, 1, 22, 14, 30, tzinfo=UTC)


def test_before_the_first_job_everything_since_the_start_is_to_do(tmp_path: Path) -> None:
    """Without a job on record the first record's time is the answer, and without a record there is none."""
    assert jobs_done_to(tmp_path) is None
    write(tmp_path, 22, STARTED, QUOTES, BEAT)
    assert jobs_done_to(tmp_path) == datetime(2018, 1, 22, 14, 0, tzinfo=UTC)


def test_files_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    """An unreadable file is not the same as no job."""
    (tmp_path / "audit-2018-01-22.jsonl").mkdir()
    with pytest.raises(AuditUnavailable, match=r"cannot read .*audit-2018-01-22\.jsonl: Is a directory"):
        jobs_done_to(tmp_path)
