"""The P/E against the median of all history known by now."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest

from strategies.alvh.valuation import pe_elevated
from strategies.core.events import Macro
from strategies.core.macro import MacroFact, Series, on_macro
from strategies.core.market import Unavailable
from strategies.core.state import State
from strategies.core.turn import Turn

LATE = timedelta(days=92)
NOW = datetime(2018, 1, 22, 21, 1, tzinfo=UTC)


def reading(*values: float | None, now: datetime = NOW) -> bool | Unavailable:
    """Return the reading with these monthly values released, the last of them a week before `NOW`."""
    facts = tuple(
        MacroFact(
            Series.PE, _month(len(values) - n), NOW - timedelta(days=30 * (len(values) - n - 1) + 7), value
        )
        for n, value in enumerate(values)
    )
    turn = Turn(State(), now)
    on_macro(turn, Macro(time=now, facts=facts))
    assert not turn.records
    return pe_elevated(turn)


def _month(before: int) -> date:
    index = 2018 * 12 - before
    return date(index // 12, index % 12 + 1, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((15.0, 16.0, 17.0), True),
        ((17.0, 16.0, 15.0), False),
        ((16.0,), False),
        ((16.0, 16.0), False),
        ((15.0, None, 16.0), True),
    ],
)
def test_the_newest_figure_counts_against_all_that_are_known(
    values: tuple[float | None, ...], expected: object
) -> None:
    """Strictly above the median, its own figure among the others; months without a value are left out."""
    assert reading(*values) is expected


def test_without_a_figure_valuation_is_unavailable() -> None:
    """Nothing known, nothing said; a figure that is too old counts as none."""
    assert reading() == Unavailable("pe: nothing is known")
    assert isinstance(reading(15.0, None), Unavailable)
    assert isinstance(reading(15.0, 16.0, now=NOW + timedelta(days=400)), Unavailable)


@pytest.mark.history
def test_the_real_valuation_was_mostly_elevated(
    history: Callable[[str, str], list[tuple[date, float]]],
) -> None:
    """In 118 of 150 months the P/E, a quarter late, stood above its median since 1970.

    Against the median of all history since 1871, which the data folder has only as a figure of its own, it is
    97 %: how much history the user's file holds matters.
    """
    rows = history("shiller_pe_monthly.csv", "pe_trailing")
    found = []
    for n, (day, value) in enumerate(rows):
        if date(2007, 4, 1) <= day <= date(2019, 9, 1):
            now = datetime(day.year, day.month, 1, 21, tzinfo=UTC) + LATE
            known = tuple(
                MacroFact(Series.PE, period, datetime(period.year, period.month, 1, tzinfo=UTC) + LATE, pe)
                for period, pe in rows[: n + 1]
            )
            turn = Turn(State(), now)
            on_macro(turn, Macro(time=now, facts=known))
            found.append(pe_elevated(turn))
            assert found[-1] is (value > median(pe for _, pe in rows[: n + 1]))
    assert len(found) == 150
    assert found.count(True) == 118
