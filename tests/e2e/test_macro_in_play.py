"""Macro facts in a whole play: they arrive as events, each at its release."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.macro.folder import read_folder

Demo = Any  # the fixture's class lives in conftest
SERIES = {"fed_funds", "fomc", "cpi", "ppi", "reer", "gdp_growth", "pe"}


def macro_events(demo: Demo, processes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a module found at run time
    """Return the macro events of a play."""
    return [r for r in processes.audit_records(demo.folder / "audit") if r["kind"] == "macro"]


def check(demo: Demo, processes: Any) -> set[str]:  # noqa: ANN401 - see above
    """Hold a play's macro events against its folder; return the series that came."""
    events = macro_events(demo, processes)
    seen: set[tuple[str, str, str]] = set()
    last = datetime.fromisoformat(events[0]["time"])
    for number, event in enumerate(events):
        now = datetime.fromisoformat(event["time"])
        for series, period, released, _ in event["facts"]:
            assert datetime.fromisoformat(released) <= now
            assert number == 0 or datetime.fromisoformat(released) > last - timedelta(seconds=1)
            assert (series, period, released) not in seen
            seen.add((series, period, released))
        last = now
    folder = read_folder(demo.folder / "macro")
    assert folder.faults == ()
    return {series for series, _, _ in seen}


def test_generated_days_have_made_up_facts(shock: Demo, processes: Any) -> None:  # noqa: ANN401 - see above
    """No data folder is needed; every file of the demo's folder says that it is made up."""
    assert check(shock, processes) >= SERIES
    notes = {file.note for file in read_folder(shock.folder / "macro").files}
    assert notes == {"made up: regime shock, seed 1"}
    assert not list(_refused(shock, processes))


@pytest.mark.history
def test_real_days_have_real_facts(february: Demo, processes: Any) -> None:  # noqa: ANN401 - see above
    """The federal funds rate of early 2018 and the CPI of December 2017 were known."""
    assert check(february, processes) >= SERIES
    facts = [fact for event in macro_events(february, processes) for fact in event["facts"]]
    assert ["cpi", "2017-12-01", "2018-01-21T13:30:00Z", 246.524] in facts
    assert {value for series, period, _, value in facts if series == "fed_funds" and period > "2018-02"} == {
        1.42
    }
    assert not list(_refused(february, processes))


def _refused(demo: Demo, processes: Any) -> list[Any]:  # noqa: ANN401 - see above
    return [r for r in processes.audit_records(demo.folder / "audit") if r["kind"] == "macro_refused"]


def test_a_folder_that_is_named_is_used(play_demo: Any, tmp_path: Path) -> None:  # noqa: ANN401 - see above
    """The user's own folder takes the place of the made-up one; the record has its facts and not its path."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "fed_funds.csv").write_text(
        "period,released,value\n2025-12-31,2026-01-02T09:00:00-05:00,3.64\n"
    )
    demo = play_demo("--sessions", "1", "--json", HEDGED_MACRO__FOLDER=str(folder))
    lines = b"".join(file.read_bytes() for file in sorted((demo.folder / "audit").iterdir())).splitlines()
    (event,) = [json.loads(line) for line in lines if b'"kind":"macro"' in line]
    assert event["facts"] == [["fed_funds", "2025-12-31", "2026-01-02T14:00:00Z", 3.64]]
    assert str(folder).encode() not in b"".join(lines)
    assert not (demo.folder / "macro").exists()
