"""The calendar of the gateway: half days, holidays, odd steps, clock names."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from simulator.clock import ClockError, instants, parse_mode
from simulator.hours import Hours
from simulator.hours_text import liquid_hours, trading_hours, zone_name
from simulator.instruments import Instrument, future, option, underlying
from simulator.market.model import Session

NEW_YORK = ZoneInfo("America/New_York")
HALF_DAY = date(2025, 11, 28)
HOURS = Hours(date(2025, 11, 3), date(2025, 12, 31))


def _session(day: date) -> Session:
    found = HOURS.session(day)
    assert found
    return found


def _times(day: date, step_s: int) -> list[str]:
    return [f"{moment.astimezone(NEW_YORK):%H:%M}" for moment in instants([_session(day)], step_s)]


def test_a_half_day_ends_early() -> None:
    """Cash closes at 13:00, options at 13:15; the instants after them move along."""
    assert _session(HALF_DAY).half_day
    assert _times(HALF_DAY, 60)[-4:] == ["13:15", "13:16", "13:30", "14:00"]


@pytest.mark.parametrize("step_s", [60, 70, 900, 3600])
def test_the_cash_close_is_always_an_instant(step_s: int) -> None:
    """Whatever the step, the closes of cash and options are played, each once, in order."""
    moments = list(instants([_session(date(2025, 12, 1))], step_s))
    shown = [f"{moment.astimezone(NEW_YORK):%H:%M:%S}" for moment in moments]
    assert shown.count("16:00:00") == shown.count("16:15:00") == 1
    assert moments == sorted(set(moments))


def test_hours_strings_show_holidays_and_half_days_in_chicago_time() -> None:
    """Thanksgiving is CLOSED, the day after it ends at 12:15 Chicago for options and futures."""
    text = liquid_hours(HOURS, future(date(2025, 12, 17)), date(2025, 11, 26)).split(";")
    assert text[:3] == ["20251126:0830-20251126:1515", "20251127:CLOSED", "20251128:0830-20251128:1215"]


def test_trading_hours_have_the_global_and_the_curb_session() -> None:
    """Options trade from the evening before to 08:25 and after 15:15; on a half day there is no curb."""
    item = option("SPXW", date(2025, 12, 19), date(2025, 12, 19), 6000.0, "P")
    text = trading_hours(HOURS, item, date(2025, 11, 26)).split(";")
    assert text[:3] == [
        "20251125:1915-20251126:0825",
        "20251126:0830-20251126:1515",
        "20251126:1515-20251126:1600",
    ]
    assert text[3:6] == ["20251127:CLOSED", "20251127:1915-20251128:0825", "20251128:0830-20251128:1215"]


@pytest.mark.parametrize(
    ("item", "zone", "first", "half_day"),
    [
        (underlying("SPX"), "US/Central", "20251126:0830-20251126:1500", "20251128:0830-20251128:1200"),
        (underlying("SPY"), "US/Eastern", "20251126:0400-20251126:2000", "20251128:0400-20251128:1700"),
        (underlying("AD-NYSE"), "US/Eastern", "20251126:0930-20251126:1600", "20251128:0930-20251128:1300"),
        (
            future(date(2025, 12, 17)),
            "US/Central",
            "20251125:1700-20251126:1600",
            "20251127:1700-20251128:1215",
        ),
    ],
)
def test_each_kind_has_its_own_hours(item: Instrument, zone: str, first: str, half_day: str) -> None:
    """An index to its close, a stock with its extended hours, a future around the clock."""
    text = trading_hours(HOURS, item, date(2025, 11, 26)).split(";")
    assert (zone_name(item), text[0], text[2]) == (zone, first, half_day)


def test_the_vix_index_is_calculated_before_and_after() -> None:
    """02:15 to 08:15 and 08:30 to 16:00 Chicago."""
    text = trading_hours(HOURS, underlying("VIX"), date(2025, 11, 26)).split(";")
    assert text[:2] == ["20251126:0215-20251126:0815", "20251126:0830-20251126:1600"]


def test_an_expiring_pm_settled_option_trades_to_the_cash_close_only() -> None:
    """SPXW ends at 16:00 on its last day, at 16:15 on the days before it."""
    last = date(2025, 12, 19)
    item = option("SPXW", last, last, 6000.0, "P")
    at_1610 = [datetime(2025, 12, day, 21, 10, tzinfo=UTC) for day in (18, 19)]
    assert [HOURS.is_open(item, moment) for moment in at_1610] == [True, False]


@pytest.mark.parametrize("name", ["fast", "scaled:0", "scaled:-1", "scaled:x"])
def test_an_unknown_clock_is_refused_with_the_known_ones(name: str) -> None:
    """A misspelt clock does not fall back on another."""
    with pytest.raises(ClockError, match="stepped, real"):
        parse_mode(name)
