"""Windows in which the gateway is known to be away, in New York time."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from daemon.windows import window_at, windows

NEW_YORK = ZoneInfo("America/New_York")
KNOWN = windows((time(23, 45), 1800.0), (time(0, 30), 5400.0), (time(1), 57_600.0))


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2026-03-04T23:44:59", ""),
        ("2026-03-04T23:45:00", "the gateway's daily restart"),
        ("2026-03-05T00:14:59", "the gateway's daily restart"),
        ("2026-03-05T00:15:00", ""),
        ("2026-03-05T00:30:00", "the servers' nightly reset"),
        ("2026-03-05T12:00:00", ""),
        ("2026-03-07T12:00:00", ""),
        ("2026-03-08T12:00:00", "the weekly log-in"),
        ("2026-03-08T16:59:59", "the weekly log-in"),
        ("2026-03-08T17:00:00", ""),
    ],
)
def test_a_window_holds_from_its_beginning_to_its_end(at: str, name: str) -> None:
    """Over midnight, on its weekday only, and over a change of summer time (2026-03-08) by wall time."""
    assert window_at(KNOWN, datetime.fromisoformat(at).replace(tzinfo=NEW_YORK)) == name


def test_a_window_of_no_length_never_holds() -> None:
    """0 switches it off."""
    off = windows((time(23, 45), 0.0), (time(0, 15), 0.0), (time(1), 0.0))
    assert window_at(off, datetime(2026, 3, 8, 1, 0, tzinfo=NEW_YORK)) == ""
