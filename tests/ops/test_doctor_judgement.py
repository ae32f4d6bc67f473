"""What the doctor makes of what it found: which subscription is missing, which day differs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from daemon.broker.probe_report import Hours, ProbeReport, Ticking
from daemon.doctor.calendar import calendar, spans
from daemon.doctor.check import Check
from daemon.doctor.gateway import SKEW_MAX_S, clock
from daemon.doctor.quotes import quotes
from daemon.settings.session import SessionOverride

NOW = datetime(2026, 1, 5, 15, tzinfo=UTC)


def _quotes(found: Ticking, *, session_open: bool = True) -> tuple[Check, Check]:
    """The check of one instrument, and the one of all: is the data live."""
    one, live = quotes(ProbeReport(client_id=1001, ticking=(found,)), session_open=session_open, within_s=10)
    return one, live


@pytest.mark.parametrize(
    ("name", "code", "advice"),
    [
        ("SPX", 354, "Cboe Streaming Market Indexes"),
        ("VIX", 10089, "Cboe Streaming Market Indexes"),
        ("VX future", 10168, "CFE"),
        ("VIX option", 10167, "OPRA"),
        ("SPX option", 354, "OPRA"),
        ("SPX", 10197, "log out the other session"),
    ],
)
def test_refusal_names_what_to_buy_or_to_end(name: str, code: int, advice: str) -> None:
    """The broker's code is told with the remedy, at any hour."""
    found = Ticking(name=name, instrument="X", refusals=((code, "no"),))
    check, _ = _quotes(found, session_open=False)
    assert check.outcome == "fail"
    assert f"({code} no)" in check.found
    assert advice in check.advice


def test_silence_is_a_fault_in_an_open_session_only() -> None:
    """A closed market has nothing to say."""
    silent = Ticking(name="SPX", instrument="IND.SPX")
    assert _quotes(silent)[0].outcome == "fail"
    check, live = _quotes(silent, session_open=False)
    assert (check.outcome, check.found) == ("skip", "session closed, and no quote came")
    assert live.outcome == "skip"


@pytest.mark.parametrize(("data_type", "outcome"), [(1, "ok"), (2, "ok"), (3, "fail"), (4, "fail")])
def test_delayed_data_fails(data_type: int, outcome: str) -> None:
    """A tick fifteen minutes old must never decide."""
    found = Ticking(name="SPX", instrument="IND.SPX", ticked=True, data_type=data_type)
    check, live = _quotes(found)
    assert check.outcome == "ok"
    assert live.outcome == outcome


@pytest.mark.parametrize(("off_s", "outcome"), [(0.5, "ok"), (-1.9, "ok"), (2.5, "fail"), (-60.0, "fail")])
def test_clock_may_be_off_by_two_seconds(off_s: float, outcome: str) -> None:
    """The gateway tells whole seconds, so less says nothing."""
    report = ProbeReport(client_id=1, gateway_time=NOW, system_time=NOW + timedelta(seconds=off_s))
    assert SKEW_MAX_S == 2
    assert clock(report, play=False).outcome == outcome


def _calendar(liquid: str, zone: str = "US/Central", *overrides: SessionOverride) -> Check:
    hours = Hours(zone=zone, trading="", liquid=liquid)
    return calendar(ProbeReport(client_id=1, hours=hours), overrides)


def test_same_hours_in_any_zone_agree() -> None:
    """Weekends and the index's or the options' close are the same session."""
    assert (
        _calendar("20260102:0830-20260102:1500;20260103:CLOSED;20260105:0830-20260105:1515").outcome == "ok"
    )
    assert _calendar("20260102:0930-20260102:1600", "America/New_York").outcome == "ok"


@pytest.mark.parametrize(
    ("liquid", "words"),
    [
        ("20260105:CLOSED", "2026-01-05: closed at the broker, 09:30 to 16:00 New York here"),
        (
            "20260103:0830-20260103:1500",
            "2026-01-03: 09:30 to 16:00 New York at the broker, closed here",
        ),
        (
            "20260105:0830-20260105:1200",
            "2026-01-05: 09:30 to 13:00 New York at the broker, 09:30 to 16:00 New York here",
        ),
    ],
)
def test_day_that_differs_is_named_with_both_hours(liquid: str, words: str) -> None:
    """An unknown holiday or half day is found before it is traded."""
    check = _calendar(liquid)
    assert (check.outcome, check.found) == ("fail", words)
    assert "schedule.session_overrides" in check.advice


def test_override_settles_a_disagreement() -> None:
    """The remedy that is named works."""
    override = SessionOverride(day=date(2026, 1, 5), closed=True)
    assert _calendar("20260105:CLOSED", "US/Central", override).outcome == "ok"


@pytest.mark.parametrize(
    ("text", "zone"), [("nonsense", "US/Central"), ("20260105:0830-20260105:1500", "Mars/X")]
)
def test_unreadable_hours_fail_with_the_reason(text: str, zone: str) -> None:
    """What cannot be read is not agreement."""
    check = _calendar(text, zone)
    assert check.outcome == "fail"
    assert "cannot be read" in check.found


def test_several_stretches_of_a_day_are_one_session() -> None:
    """Opening of the first, close of the last."""
    found = spans("20260105:0830-20260105:1100,20260105:1130-20260105:1500", "US/Central")
    assert found[date(2026, 1, 5)] == (
        datetime(2026, 1, 5, 14, 30, tzinfo=UTC),
        datetime(2026, 1, 5, 21, 0, tzinfo=UTC),
    )
