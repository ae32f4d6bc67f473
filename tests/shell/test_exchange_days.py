"""The copy of the exchange's sessions says what the library says, or is not used."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from daemon import exchange_days
from daemon.exchange_days import Copy, keep_copy_in, session_after, session_on, sessions

TODAY = datetime.now(UTC).date()
FILE = "exchange-days.json"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state folder with a copy that was made by the library just now."""
    exchange_days._library.cache_clear()
    keep_copy_in(tmp_path)
    sessions(TODAY, TODAY)
    yield tmp_path
    exchange_days._Kept.copy = exchange_days._Kept.folder = None


def test_the_copy_agrees_with_the_library(folder: Path) -> None:
    """Over all that it holds, half days and the years ahead included."""
    first, last = TODAY - timedelta(days=50), TODAY + timedelta(days=6 * 365)
    asked = sessions(first, last)
    after = [session_after(TODAY + timedelta(days=n)) for n in range(40)]
    keep_copy_in(folder)
    assert exchange_days._Kept.copy is not None
    assert sessions(first, last) == asked
    assert [session_after(TODAY + timedelta(days=n)) for n in range(40)] == after
    assert session_on(asked[0].day) == asked[0]
    assert any(found.close - found.open < timedelta(hours=5) for found in asked)


def test_what_the_copy_does_not_reach_the_library_is_asked(folder: Path) -> None:
    """A play of an earlier year."""
    keep_copy_in(folder)
    days = [found.day.isoformat() for found in sessions(date(2018, 2, 3), date(2018, 2, 6))]
    assert days == ["2018-02-05", "2018-02-06"]


@pytest.mark.parametrize("change", [{"version": "0"}, {"last": TODAY}, {"first": TODAY}])
def test_a_copy_that_is_not_fit_is_not_used(folder: Path, change: dict[str, object]) -> None:
    """Of another version of the library, or too short."""
    path = folder / FILE
    copy = msgspec.json.decode(path.read_bytes(), type=Copy)
    path.write_bytes(msgspec.json.encode(structs.replace(copy, **change)))
    keep_copy_in(folder)
    assert exchange_days._Kept.copy is None


def test_a_damaged_copy_is_not_used(folder: Path) -> None:
    """It is a convenience, no record."""
    (folder / FILE).write_bytes(b"{")
    keep_copy_in(folder)
    assert exchange_days._Kept.copy is None


def test_a_restart_does_not_load_the_library(folder: Path) -> None:
    """That is what the copy is for."""
    code = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from daemon.exchange_days import keep_copy_in; from daemon.hours import sessions_around\n"
        f"keep_copy_in(Path({str(folder)!r})); sessions_around(datetime.now(UTC), ())\n"
        "assert 'exchange_calendars' not in sys.modules and 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
