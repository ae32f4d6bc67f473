"""The gateway's spans without a broker or without itself, as options and over the wire."""

from datetime import UTC, datetime

import pytest

from simulator.arguments import ArgumentError, parse
from simulator.faults import FaultError, Faults
from simulator.outages import BACK_DATA_KEPT, LOST

TEN = datetime(2026, 1, 5, 15, tzinfo=UTC)  # ten o'clock in New York


def test_a_span_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    """1100 once at the beginning, the wanted code once at the end, the same every day."""
    outages = Faults(["connectivity@10:00-10:05:1102"]).outages
    said = [outages.move_to(TEN.replace(minute=minute)) for minute in (0, 1, 4, 5, 6)]
    assert said == [LOST, None, None, BACK_DATA_KEPT, None]
    assert outages.move_to(TEN.replace(day=6)) == LOST
    assert outages.cut_off


def test_a_gateway_that_is_away_says_nothing() -> None:
    """A closed socket is its own message."""
    outages = Faults(["offline@10:00:30-10:05"]).outages
    assert outages.move_to(TEN) is None
    assert not outages.offline
    assert outages.move_to(TEN.replace(second=30)) is None
    assert outages.offline


@pytest.mark.parametrize(
    "wanted",
    [
        "connectivity",
        "connectivity@10:00",
        "connectivity@10:05-10:00",
        "connectivity@10:00-25:00",
        "connectivity@10:00-10:05:1100",
        "offline@10:00-10:05:1101",
        "no_data@2",
    ],
)
def test_a_span_that_is_none_is_refused(wanted: str) -> None:
    """The message names the option, the value and a right one."""
    with pytest.raises(FaultError, match=rf"--fault {wanted.partition('@')[0]}"):
        Faults([wanted])


def test_a_session_of_its_own_hours_can_be_any_day() -> None:
    """A Sunday becomes a session with the hours given, and the first one played."""
    options = ["--start", "2026-11-22T10:00", "--session", "08:00-11:30:30", "--sessions", "2"]
    market = parse(["--regime", "calm", *options]).market
    first, second = market.sessions
    assert (first.open, first.close) == (
        datetime(2026, 11, 22, 13, tzinfo=UTC),
        datetime(2026, 11, 22, 16, 30, 30, tzinfo=UTC),
    )
    assert f"{second.day}" == "2026-11-23"


def test_a_session_too_short_for_a_market_is_refused() -> None:
    """One clear error."""
    with pytest.raises(ArgumentError, match="--session: 0:01:00 is too short; give it at least 0:05:00"):
        parse(["--session", "10:00-10:01", "--start", "2026-11-23T10:00"])
