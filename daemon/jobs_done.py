"""Which session jobs are on record, so that a start knows what it has to make up for.

The time of the journal's last event does not tell: a crash may come between two events of one moment, the
job of that moment being the second.
"""

from datetime import datetime
from pathlib import Path

from daemon import codec
from daemon.errors import AuditUnavailable
from daemon.telemetry.audit_tail import audit_files, lines_of
from daemon.telemetry.records import parse_line
from strategies.core.events import Job, Timer

_DAYS_MAX = 10  # files; the longest time without a session is far shorter


def jobs_done_to(folder: Path) -> datetime | None:
    """Return up to when the session jobs are in the audit files.

    Args:
        folder: the audit files, caught up with the journal.

    Returns:
        The intended time of the last session job; where the newest files have none, the time of the first
        record in them; None where there is no record.

    Raises:
        AuditUnavailable: a file cannot be read.
    """
    first: datetime | None = None
    try:
        for path in list(reversed(audit_files(folder).values()))[:_DAYS_MAX]:
            began, job = _span(path)
            first = began or first
            if job is not None:
                return job
    except OSError as error:
        raise AuditUnavailable(f"cannot read {error.filename or folder}: {error.strerror}") from error
    return first


def _span(path: Path) -> tuple[datetime | None, datetime | None]:
    """Return the time of a file's first record, and the intended time of its last session job."""
    first, job = b"", b""
    for line in lines_of(path):
        first = first or line
        if b'"kind":"timer"' in line and b'"job":"%s"' % Job.HEARTBEAT.encode() not in line:
            job = line
    began = parse_line(first.rstrip(b"\n")).time if first else None
    if not job:
        return began, None
    timer = codec.decode_event(job)
    return began, timer.intended if isinstance(timer, Timer) else None
