"""Macro facts in a replay: usable at their release, not before."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from research.macro import MacroError, MacroFeed, read_folder
from strategies.core.events import Macro
from strategies.core.macro_facts import MacroFact, Series
from strategies.core.records import MacroRefused

RELEASED = datetime(2018, 1, 12, 13, 30, tzinfo=UTC)
FACT = MacroFact(Series.CPI, date(2017, 12, 1), RELEASED, 247.9)
Watched = Any


def test_a_fact_is_held_back_until_its_release() -> None:
    """Rule: nothing is known before it is published, and nothing is told twice."""
    feed = MacroFeed([FACT])
    assert feed.due(datetime(2018, 1, 12, 13, 29, tzinfo=UTC)) is None
    assert feed.due(RELEASED) == Macro(time=RELEASED, facts=(FACT,))
    assert feed.due(RELEASED) is None


def test_a_replay_tells_the_core_and_the_core_believes_it(watched: type[Watched]) -> None:
    """Rule: facts arrive as events at the first instant after their release."""
    found = watched(macro=[FACT])
    found.replay.run()
    told = [event for event in found.events if isinstance(event, Macro)]
    assert [event.facts for event in told] == [(FACT,)]
    assert told[0].time >= RELEASED
    assert not found.of(MacroRefused)
    assert found.replay.state.macro[Series.CPI][-1].value == 247.9


def test_a_folder_is_read_with_zones_and_empty_values(tmp_path: Path) -> None:
    """Rule: releases become UTC; an empty value is not known."""
    (tmp_path / "fomc.csv").write_text(
        "# meetings\nperiod,released,value\n2018-01-31,2018-01-02T09:00:00-05:00,\n"
    )
    assert read_folder(tmp_path) == [
        MacroFact(Series.FOMC, date(2018, 1, 31), datetime(2018, 1, 2, 14, tzinfo=UTC), None)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("period,value\n", "its columns are"),
        ("period,released,value\n2018-01-31,soon,1\n", "line 2: 2018-01-31,soon,1"),
        ("period,released,value\n2018-01-31\n", "line 2"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """Rule: one error that names file and line."""
    (tmp_path / "cpi.csv").write_text(text)
    with pytest.raises(MacroError, match=said):
        read_folder(tmp_path)


def test_a_folder_without_a_series_is_refused(tmp_path: Path) -> None:
    """Rule: the error names what could be there."""
    with pytest.raises(MacroError, match=r"fed_funds\.csv"):
        read_folder(tmp_path)
