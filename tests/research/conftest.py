"""Replays over generated days, and the folder of real ones."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from research.broker import Broker
from research.replay import Replay, Wanted
from simulator.market.macro import made_up
from simulator.market.sources import generate
from strategies.core.events import AnyEvent
from strategies.core.macro_facts import MacroFact, Series
from strategies.core.records import AnyRecord

SHOCK_START, SHOCK_SESSIONS = date(2018, 1, 8), 24


class Watched:
    """A replay over the generated shock that keeps what happened."""

    def __init__(self, **wanted: Any) -> None:  # noqa: ANN401 - fields of Wanted
        self.events: list[AnyEvent] = []
        self.records: list[AnyRecord] = []
        self.days: list[date] = []
        market = generate("shock", SHOCK_START, SHOCK_SESSIONS, 1)
        figures = made_up("shock", 1, market.sessions[0].day, market.closes())
        wanted.setdefault(
            "macro",
            [MacroFact(Series(name), *figure) for name in sorted(figures) for figure in figures[name]],
        )
        self.replay = Replay(
            market,
            Wanted(history=Path("unused"), first=SHOCK_START, last=SHOCK_START, **wanted),
            observers=(self._observe,),
            days=(self._end_of_day,),
        )

    def _observe(self, event: AnyEvent, records: Sequence[AnyRecord]) -> None:
        self.events.append(event)
        self.records.extend(records)

    def _end_of_day(self, day: date, _broker: Broker) -> None:
        self.days.append(day)

    def of(self, kind: type) -> list[Any]:
        """Return the records of one kind."""
        return [record for record in self.records if isinstance(record, kind)]


@pytest.fixture(scope="module")
def shock() -> Watched:
    """The generated shock, replayed."""
    watched = Watched()
    watched.replay.run()
    return watched


@pytest.fixture
def watched() -> type[Watched]:
    """The class of a replay that is watched."""
    return Watched


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real days."""
    folder = os.environ.get("HEDGED_DATA")
    if not folder:
        pytest.skip("HEDGED_DATA names no data folder")
    return Path(folder)
