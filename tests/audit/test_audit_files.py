"""The audit files: appended once, private, and whole again after any crash."""

import resource
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from daemon.errors import AuditTampered, AuditUnavailable
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.records import GENESIS, parse_line
from daemon.telemetry.verify_chain import verify_path

MakeLines = Callable[..., tuple[bytes, ...]]

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


@dataclass(frozen=True)
class Batch:
    """The part of a commit that the audit file looks at."""

    lines: tuple[bytes, ...]


async def _batches(lines: Sequence[bytes], size: int = 3) -> AsyncIterator[Batch]:
    for start in range(0, len(lines), size):
        yield Batch(tuple(lines[start : start + size]))


def _monday(_time: datetime) -> date:
    return MONDAY


def _text(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def audit(tmp_path: Path) -> AuditFile:
    """Open, empty audit files in `tmp_path/audit`."""
    opened = AuditFile(tmp_path / "audit")
    assert opened.open() is None
    return opened


def test_lines_go_to_the_file_of_their_day(audit: AuditFile, tmp_path: Path, make_lines: MakeLines) -> None:
    """One file a day, byte for byte the lines; a day before the newest file's does not break the order."""
    lines = make_lines(4)
    for day, line in zip((MONDAY, TUESDAY, MONDAY, TUESDAY), lines, strict=True):
        assert audit.append(day, [line]) == 1
    audit.close()
    assert _text(tmp_path / "audit") == {
        "audit-2026-11-16.jsonl": lines[0] + b"\n",
        "audit-2026-11-17.jsonl": b"".join(line + b"\n" for line in lines[1:]),
    }
    assert len(list(verify_path(tmp_path / "audit"))) == 4


def test_the_tip_is_found_again(audit: AuditFile, tmp_path: Path, make_lines: MakeLines) -> None:
    """A new start goes on where the last line ended, also when the newest file is empty or lines are long."""
    assert audit.tip() == GENESIS
    lines = make_lines(2, text="long " * 50_000)
    audit.append(MONDAY, lines)
    tip = audit.tip()
    audit.close()
    (tmp_path / "audit" / "audit-2026-11-18.jsonl").touch()
    again = AuditFile(tmp_path / "audit")
    assert again.open() is None
    assert again.tip() == tip
    assert tip.last_hash == parse_line(lines[-1]).hash
    again.append(TUESDAY, make_lines(1, after=tip))
    again.close()
    assert len(list(verify_path(tmp_path / "audit"))) == 3


def test_lines_on_file_are_not_written_twice(audit: AuditFile, make_lines: MakeLines) -> None:
    """Overlap is skipped, so that catching up may begin inside a commit."""
    lines = make_lines(4)
    assert audit.append(MONDAY, lines[:2]) == 2
    assert audit.append(MONDAY, lines[1:]) == 2
    assert audit.append(MONDAY, lines) == 0
    audit.close()


def test_a_journal_that_says_otherwise_is_an_error(
    audit: AuditFile, tmp_path: Path, make_lines: MakeLines
) -> None:
    """Another line in the place of one on file, or a gap, is refused and nothing of the batch is written."""
    lines, other = make_lines(5), make_lines(5, text="other")
    audit.append(MONDAY, lines[:2])
    before = _text(tmp_path / "audit")
    for batch in (other[1:], other[2:], lines[3:], (lines[2], other[3]), (lines[2][:-1],)):
        with pytest.raises(AuditTampered, match="and the journal differ"):
            audit.append(MONDAY, batch)
    assert _text(tmp_path / "audit") == before
    assert audit.append(MONDAY, lines[2:]) == 3
    audit.close()


async def test_every_torn_tail_is_cut_and_copied_again(tmp_path: Path, make_lines: MakeLines) -> None:
    """Cut at any byte, the file is whole again from the journal, byte for byte, and the cut is reported."""
    lines = make_lines(3)
    file = tmp_path / "audit-2026-11-16.jsonl"
    whole = b"".join(line + b"\n" for line in lines)
    for size in range(len(whole) + 1):
        file.write_bytes(whole[:size])
        audit = AuditFile(tmp_path)
        torn = audit.open()
        kept = whole[:size].rfind(b"\n") + 1
        assert (torn is None) == (kept == size)
        if torn is not None:
            assert (torn.path, torn.offset, torn.length) == (file, kept, size - kept)
        assert audit.tip().last_seq == whole[:size].count(b"\n")
        await audit.catch_up(_batches(lines), _monday)
        audit.close()
        assert file.read_bytes() == whole


async def test_a_last_line_that_is_no_record_is_cut(tmp_path: Path, make_lines: MakeLines) -> None:
    """Blocks that reached the disk out of order leave a line with a hole; the report says what was wrong."""
    lines = make_lines(3)
    whole = b"".join(line + b"\n" for line in lines)
    file = tmp_path / "audit-2026-11-16.jsonl"
    file.write_bytes(whole[:-40] + b"\0" * 20 + whole[-20:])
    audit = AuditFile(tmp_path)
    torn = audit.open()
    assert torn is not None
    assert "not a record line" in torn.reason
    assert audit.tip().last_seq == 2
    assert await audit.catch_up(_batches(lines), _monday) == 1
    audit.close()
    assert file.read_bytes() == whole


def test_more_damage_than_a_crash_can_do_is_left_as_evidence(tmp_path: Path, make_lines: MakeLines) -> None:
    """Two bad lines at the end are not repaired: the start fails and the file stays as it is."""
    first, *_ = make_lines(1)
    file = tmp_path / "audit-2026-11-16.jsonl"
    for tail in (b"bad\nbad\n", b"bad\nbad"):
        file.write_bytes(first + b"\n" + tail)
        with pytest.raises(AuditTampered, match="a crash does not do this"):
            AuditFile(tmp_path).open()
        assert file.read_bytes() == first + b"\n" + tail


def test_a_full_disk_is_an_error_and_the_files_are_whole_after_it(
    audit: AuditFile, tmp_path: Path, make_lines: MakeLines
) -> None:
    """A write that only half fits is reported; opened again, the chain goes on where it was whole."""
    lines = make_lines(4)
    audit.append(MONDAY, lines[:1])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(lines[0]) * 5 // 2, limits[1]))
    try:
        with pytest.raises(AuditUnavailable, match="File too large; free the disk"):
            audit.append(MONDAY, lines[1:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert audit.open() is not None
    assert audit.tip().last_seq == 2
    assert audit.append(MONDAY, lines) == 2
    audit.close()
    assert len(list(verify_path(tmp_path / "audit"))) == 4


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """A file where the folder should be is named."""
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "audit"):
        with pytest.raises(AuditUnavailable, match="file"):
            AuditFile(folder).open()


def test_only_we_can_read_the_files(audit: AuditFile, tmp_path: Path, make_lines: MakeLines) -> None:
    """The folder is 0700 and files are 0600: positions and orders are nobody else's business."""
    audit.append(MONDAY, make_lines(1))
    audit.sync()
    audit.close()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in sorted((tmp_path / "audit").rglob("*"))]
    assert stat.S_IMODE((tmp_path / "audit").stat().st_mode) == 0o700
    assert modes == [0o600]
