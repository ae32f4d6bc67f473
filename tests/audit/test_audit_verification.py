"""Verification of audit files finds the first line that does not hold."""

from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.errors import AuditTampered, AuditUnavailable
from daemon.telemetry.verify_chain import verify_path

MakeLines = Callable[..., tuple[bytes, ...]]


def _write(folder: Path, *days: tuple[bytes, ...]) -> list[Path]:
    """One file for each group of lines."""
    files = [folder / f"audit-2026-11-{16 + day:02}.jsonl" for day in range(len(days))]
    for file, lines in zip(files, days, strict=True):
        file.write_bytes(b"".join(line + b"\n" for line in lines))
    return files


def test_any_flipped_bit_is_found_at_its_line(tmp_path: Path, make_lines: MakeLines) -> None:
    """Every bit of every line, line breaks included: the error names the very line."""
    lines = make_lines(3)
    (file,) = _write(tmp_path, lines)
    data = file.read_bytes()
    for offset in range(len(data)):
        line = data[:offset].count(b"\n") + 1
        for bit in range(8):
            file.write_bytes(data[:offset] + bytes([data[offset] ^ (1 << bit)]) + data[offset + 1 :])
            for path in (tmp_path, file):
                seen: list[int] = []
                with pytest.raises(AuditTampered) as caught:
                    seen.extend(record.seq for record in verify_path(path))
                assert str(caught.value).startswith(f"{file}:{line}"), (offset, bit)
                assert seen == list(range(1, line)), (offset, bit)


def test_a_chain_runs_across_files(tmp_path: Path, make_lines: MakeLines) -> None:
    """Files are read by day; an empty day and strange names do no harm; each file also stands alone."""
    lines = make_lines(6)
    files = _write(tmp_path, lines[:2], (), lines[2:5], lines[5:])
    (tmp_path / "notes.txt").write_text("not ours")
    assert [record.seq for record in verify_path(tmp_path)] == [1, 2, 3, 4, 5, 6]
    assert [record.seq for record in verify_path(files[2])] == [3, 4, 5]


@pytest.mark.parametrize(("lost", "place"), [(0, 1), (1, 2)])
def test_a_missing_file_is_found(tmp_path: Path, make_lines: MakeLines, lost: int, place: int) -> None:
    """A day that was taken away shows at the first line of the next one, also when it was the first."""
    lines = make_lines(6)
    files = _write(tmp_path, lines[:2], lines[2:4], lines[4:])
    files[lost].unlink()
    with pytest.raises(AuditTampered, match=rf"11-{16 + place}\.jsonl:1 \(seq {2 * lost + 1} was due\): seq"):
        list(verify_path(tmp_path))


def test_a_cut_last_line_is_found(tmp_path: Path, make_lines: MakeLines) -> None:
    """Half a line at the end is no record: the reader is told that, not half of it."""
    (file,) = _write(tmp_path, make_lines(2))
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(AuditTampered, match=r":2 \(seq 2 was due\): no line break at its end"):
        list(verify_path(file))


def test_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    """A wrong path must not look like a good chain."""
    with pytest.raises(AuditUnavailable, match="has no audit"):
        list(verify_path(tmp_path))
    with pytest.raises(AuditUnavailable, match=r"nothing\.jsonl: No such file"):
        list(verify_path(tmp_path / "nothing.jsonl"))


def test_a_name_with_an_impossible_day_is_an_error(tmp_path: Path) -> None:
    """A file that cannot be put in order is not passed over in silence."""
    (tmp_path / "audit-2026-13-01.jsonl").write_text("")
    with pytest.raises(AuditTampered, match="2026-13-01"):
        list(verify_path(tmp_path))
