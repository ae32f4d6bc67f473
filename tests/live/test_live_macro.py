"""Macro facts on the system's clock: at start, at a release, after a crash, with a source at fault."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

MakeWorld = Callable[..., Any]
KEY = "abcdefghijklmnopqrstuvwxyz012345"


def line(days_ago: int, released: datetime, value: float) -> str:
    """Return a line of a daily series."""
    return f"{datetime.now(UTC).date() - timedelta(days=days_ago)},{released.isoformat()},{value}\n"


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    """A file of the federal funds rate with one figure that is released."""
    folder = tmp_path / "mine"
    folder.mkdir()
    file = folder / "fed_funds.csv"
    released = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    file.write_text("period,released,value\n" + line(6, released, 3.1))
    return file


def told(world: Any) -> list[float]:  # noqa: ANN401 - a module found at run time has no static type
    """Return the values that the core was told of, in order."""
    return [value for event in world.seen("macro") for _, _, _, value in event["facts"]]


def test_a_folder_is_followed_and_a_crash_repeats_nothing(
    live_world: MakeWorld,
    rates: Path,
    fred_server: Any,  # noqa: ANN401 - see above
) -> None:
    """Start, a release, a kill, a line added, a faulty one, an orderly stop; FRED beside the folder."""
    fred_server.rows = {
        "DFF": [("2026-01-05", "2026-01-06", "9.9")],
        "CPIAUCNS": [("2025-12-01", "2026-01-13", "320.5")],
    }
    world = live_world(120)
    world.gateway()
    variables = {
        "HEDGED_MACRO__FOLDER": str(rates.parent),
        "HEDGED_MACRO__REFRESH_S": "1",
        "HEDGED_FRED__API_KEY": KEY,
        "HEDGED_FRED__URL": fred_server.url,
        "HEDGED_FRED__REQUESTS_PER_MINUTE": "120",
        "NO_PROXY": "127.0.0.1",
    }
    daemon = world.daemon(**variables)
    daemon.wait_for(lambda: sorted(told(world)) == [3.1, 320.5], "what is released")
    soon = datetime.now(UTC) + timedelta(seconds=4)
    with rates.open("a") as file:
        file.write(line(5, soon, 3.2))
    daemon.wait_for(lambda: 3.2 in told(world), "the release")
    event = world.seen("macro")[-1]
    assert datetime.fromisoformat(event["time"]) >= soon
    daemon.kill()
    asked = len(fred_server.queries)
    daemon = world.daemon(**variables)
    daemon.wait_for(lambda: len(world.seen("lifecycle", phase="started")) == 2, "the second start")
    with rates.open("a") as file:
        file.write(line(4, datetime.now(UTC), 3.3))
    daemon.wait_for(lambda: 3.3 in told(world), "the line that was added")
    with rates.open("a") as file:
        file.write("yesterday,today,3.4\n")
    daemon.wait_for(lambda: world.said("macro facts are not renewed"), "the fault")
    world.stop_in_order(daemon)
    assert sorted(told(world)) == [3.1, 3.2, 3.3, 320.5]
    assert not world.seen("macro_refused")
    assert len(fred_server.queries) == asked, "the kept answers were young"
    assert KEY not in (world.folder / "daemon.err").read_text() + "".join(map(str, world.records()))


def test_a_faulty_folder_is_no_start(live_world: MakeWorld, rates: Path) -> None:
    """Exit 4, with file, line and field."""
    rates.write_text("period,released,value\n2018-01-02,yesterday,1\n")
    world = live_world(60)
    world.gateway()
    daemon = world.daemon(HEDGED_MACRO__FOLDER=str(rates.parent))
    assert daemon.ended() == 4
    assert "fed_funds.csv line 2: released = 'yesterday': must be a time with its zone" in world.last_words()


def test_a_key_that_fred_does_not_take_is_no_start(live_world: MakeWorld, fred_server: Any) -> None:  # noqa: ANN401
    """Exit 4; the key is not shown."""
    said = b'{"error_code":400,"error_message":"The value for variable api_key is not registered."}'
    fred_server.script = [(400, said)]
    world = live_world(60)
    world.gateway()
    daemon = world.daemon(HEDGED_FRED__API_KEY=KEY, HEDGED_FRED__URL=fred_server.url, NO_PROXY="127.0.0.1")
    assert daemon.ended() == 4
    assert "fred.api_key = (not shown): FRED says HTTP 400" in world.last_words()
    assert KEY not in (world.folder / "daemon.err").read_text()
