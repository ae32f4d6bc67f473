"""Old audit files: compressed and removed as told; what is left can be checked, decisions included."""

import gzip
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from daemon.audit_verify import refold
from daemon.errors import AuditTampered, AuditUnavailable
from daemon.telemetry.audit_file import AuditFile
from daemon.telemetry.audit_tail import audit_files
from daemon.telemetry.checkpoints import beginning, checkpoint_file, read, state_file
from daemon.telemetry.records import parse_line
from daemon.telemetry.retention import Tidied, tidy
from strategies.core.state import state_hash

ALL = 10**9

Played = Callable[[], Path]
MakeLines = Callable[..., tuple[bytes, ...]]


def _tidy(folder: Path, *, keep: int = 0, compress: int = 0, covered: int = ALL) -> Tidied:
    today = max(audit_files(folder))
    return tidy(folder, today, keep_days=keep, compress_after_days=compress, covered_seq=covered)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _last_hash(folder: Path) -> str:
    state = refold(folder).state
    assert state is not None
    return state_hash(state)


def test_each_days_state_is_kept_and_checked(played: Played) -> None:
    """Beside every day's file but the first lies the state it begins with; verification folds to the same."""
    folder = played()
    first, *later = audit_files(folder)
    assert not state_file(folder, first).exists()
    assert [state_file(folder, day).exists() for day in later] == [True] * len(later)
    found = refold(folder)
    assert (found.begins_after, found.begins_at, found.skipped) == (0, "", 0)
    kept = state_file(folder, later[0])
    kept.write_bytes(kept.read_bytes().replace(b'"orders_today":', b'"orders_today":7', 1))
    with pytest.raises(AuditTampered, match=rf"{kept.name}: its state does not have the hash"):
        refold(folder)


def test_what_is_left_after_a_removal_is_verified_to_the_same_end(played: Played) -> None:
    """The oldest file goes, its state stays as the beginning, every later decision is made again."""
    folder = played()
    before, (first, second, *_) = _last_hash(folder), audit_files(folder)
    count = len(audit_files(folder)[first].read_bytes().splitlines())
    done = _tidy(folder, keep=1)
    assert done == Tidied(
        removed=(f"audit-{first}.jsonl",),
        removed_up_to_seq=count,
        checkpoint=f"checkpoint-{second}.json",
    )
    found = refold(folder)
    assert (found.begins_after, found.begins_at) == (count, f"checkpoint-{second}.json")
    assert _last_hash(folder) == before
    assert refold(audit_files(folder)[second]).begins_after == count
    assert _tidy(folder, keep=1) == Tidied()


def test_a_second_removal_moves_the_beginning(played: Played) -> None:
    """Older checkpoints and states go with the files they belonged to; one beginning is left."""
    folder = played()
    before, (_, _, third) = _last_hash(folder), audit_files(folder)
    _tidy(folder, keep=1)
    shutil.copy(
        audit_files(folder)[third], folder / "audit-2040-01-03.jsonl"
    )  # the newest, never looked into
    tidy(folder, date(2040, 1, 3), keep_days=30, compress_after_days=0, covered_seq=ALL)
    (folder / "audit-2040-01-03.jsonl").unlink()
    assert _names(folder) == [f"audit-{third}.jsonl", f"checkpoint-{third}.json"]
    assert _last_hash(folder) == before


@pytest.mark.parametrize("short_by", [0, 1])
def test_what_the_snapshot_does_not_cover_stays(played: Played, short_by: int) -> None:
    """A file goes only when the journal's snapshot reaches its last record."""
    folder = played()
    _, second, _ = audit_files(folder)
    covered = read(state_file(folder, second)).seq - short_by
    assert bool(_tidy(folder, keep=1, covered=covered).removed) == (short_by == 0)


def test_the_newest_file_is_never_touched(played: Played) -> None:
    """However old it is: the daemon writes on it."""
    folder = played()
    newest = max(audit_files(folder))
    tidy(folder, date(2040, 1, 3), keep_days=1, compress_after_days=0, covered_seq=ALL)
    assert _names(folder) == [f"audit-{newest}.jsonl", f"checkpoint-{newest}.json"]
    assert tidy(folder, date(2041, 1, 3), keep_days=0, compress_after_days=1, covered_seq=ALL) == Tidied()


def test_without_a_state_to_begin_with_nothing_is_removed(played: Played) -> None:
    """A day whose state a crash has lost cannot be the beginning."""
    folder = played()
    for day in audit_files(folder):
        state_file(folder, day).unlink(missing_ok=True)
    names = _names(folder)
    assert _tidy(folder, keep=1) == Tidied()
    assert _names(folder) == names


def test_a_state_that_does_not_fit_stops_the_removal(played: Played) -> None:
    """Evidence is not removed: the file that does not follow its state is named."""
    folder = played()
    _, second, third = audit_files(folder)
    shutil.copy(state_file(folder, third), state_file(folder, second))
    names = _names(folder)
    with pytest.raises(AuditTampered, match=rf"audit-{second}.jsonl does not follow state-{second}.json"):
        _tidy(folder, keep=1)
    assert _names(folder) == names


def test_files_removed_by_hand_are_missed(played: Played) -> None:
    """Only a removal by the daemon leaves a checkpoint; a file that is merely gone is a fault."""
    folder = played()
    first, *_ = audit_files(folder).values()
    first.unlink()
    with pytest.raises(AuditTampered, match=r"seq 1 was due"):
        refold(folder)


def test_a_forged_beginning_is_found(played: Played) -> None:
    """Another state under the checkpoint's name: its own hash, or the decisions that follow, say so."""
    folder = played()
    _tidy(folder, keep=1)
    found = beginning(folder)
    assert found is not None
    checkpoint = found[1]
    true = checkpoint.read_bytes()
    checkpoint.write_bytes(true.replace(b'"hash":"', b'"hash":"0', 1)[:-2] + b"}\n")
    with pytest.raises(AuditTampered):
        refold(folder)
    checkpoint.write_bytes(true[:-5])
    with pytest.raises(AuditTampered, match="no checkpoint"):
        refold(folder)


def test_a_beginning_of_another_version_is_told(played: Played) -> None:
    """The chain holds, but no decision can be made again: that is no success."""
    folder = played()
    _tidy(folder, keep=1)
    for path in [path for path in folder.iterdir() if path.suffix == ".json"]:
        path.write_bytes(path.read_bytes().replace(b'"schema":', b'"schema":9', 1))
    with pytest.raises(AuditUnavailable, match="no state of schema"):
        refold(folder)


def test_an_interrupted_removal_is_completed(played: Played) -> None:
    """Killed between the new beginning and the removal: the folder holds, and the next round finishes."""
    folder = played()
    before, (first, second, _) = _last_hash(folder), audit_files(folder)
    state_file(folder, second).replace(checkpoint_file(folder, second))
    assert _last_hash(folder) == before
    assert _tidy(folder, keep=1).removed == (f"audit-{first}.jsonl",)
    assert _last_hash(folder) == before


def test_compressed_files_are_the_same_files(played: Played) -> None:
    """Every reader takes them as they are, bytes and verdict unchanged, and the daemon goes on after them."""
    folder = played()
    plain = {path.name: path.read_bytes() for path in audit_files(folder).values()}
    before, (first, second, third) = _last_hash(folder), audit_files(folder)
    assert _tidy(folder, compress=1).compressed == (f"audit-{first}.jsonl",)
    assert tidy(folder, third, keep_days=0, compress_after_days=0, covered_seq=ALL) == Tidied()
    packed = audit_files(folder)[first]
    assert packed.name == f"audit-{first}.jsonl.gz"
    assert gzip.decompress(packed.read_bytes()) == plain[f"audit-{first}.jsonl"]
    assert packed.stat().st_mode & 0o777 == 0o600
    assert _last_hash(folder) == before
    assert _last_hash(packed) == state_hash_at(folder, second)
    audit = AuditFile(folder)
    assert audit.open() is None
    assert audit.tip().last_hash == parse_line(plain[f"audit-{third}.jsonl"].splitlines()[-1]).hash
    audit.close()


def state_hash_at(folder: Path, day: date) -> str:
    """The hash of the state kept for a day."""
    return read(state_file(folder, day)).state_hash


def test_a_crash_while_compressing_leaves_the_plain_file(played: Played) -> None:
    """Half a gzip beside the plain file is not read, and is made anew."""
    folder = played()
    before, (first, *_) = _last_hash(folder), audit_files(folder)
    for name in (f"audit-{first}.jsonl.gz", f"audit-{first}.jsonl.gz.part"):
        (folder / name).write_bytes(b"\x1f\x8b half")
    assert _last_hash(folder) == before
    assert _tidy(folder, compress=1).compressed == (f"audit-{first}.jsonl",)
    assert _last_hash(folder) == before
    assert not list(folder.glob("*.part"))


def test_a_damaged_compressed_file_is_found(played: Played) -> None:
    """Cut or overwritten, it is named."""
    folder = played()
    _tidy(folder, compress=1)
    packed, *_ = audit_files(folder).values()
    whole = packed.read_bytes()
    for damaged in (whole[:-20], b"x" + whole[1:], whole[:200] + b"\xff" * 20 + whole[220:]):
        packed.write_bytes(damaged)
        with pytest.raises(AuditTampered, match=packed.name):
            refold(folder)


def test_a_compressed_newest_file_is_refused(tmp_path: Path, make_lines: MakeLines) -> None:
    """Somebody else has compressed what the daemon must write on: it says so instead of forking the chain."""
    with gzip.open(tmp_path / "audit-2026-11-16.jsonl.gz", "wb") as packed:
        packed.write(b"".join(line + b"\n" for line in make_lines(2)))
    with pytest.raises(AuditUnavailable, match="is the newest and is written on: gunzip it"):
        AuditFile(tmp_path).open()


def test_the_end_is_found_behind_an_empty_newest_file(tmp_path: Path, make_lines: MakeLines) -> None:
    """A compressed file may hold the chain's end when nothing was written since."""
    lines = make_lines(3)
    with gzip.open(tmp_path / "audit-2026-11-16.jsonl.gz", "wb") as packed:
        packed.write(b"".join(line + b"\n" for line in lines))
    (tmp_path / "audit-2026-11-17.jsonl").touch()
    audit = AuditFile(tmp_path)
    assert audit.open() is None
    assert audit.tip().last_hash == parse_line(lines[-1]).hash
    audit.close()
