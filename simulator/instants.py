"""Reading the times that clients write."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator.hours import NEW_YORK
from simulator.requests import invalid

_END_OF_DAY = "23:59:59"
# Beyond these years calendars and zones have nothing to say.
_YEARS = range(1970, 2200)


def parse_instant(text: str, name: str) -> datetime:
    """Read ``YYYYMMDD HH:MM:SS[ ZONE]`` (New York without a zone) or ``YYYYMMDD-HH:MM:SS`` (UTC).

    A bare ``YYYYMMDD`` is the end of that day in New York.

    Raises:
        RequestError: 321, naming the field.
    """
    try:
        found = _read(text)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # OSError: a zone name that is a directory
        found = None
    if found is None or found.year not in _YEARS:
        raise invalid(f"{name} '{text}' is malformed; use YYYYMMDD HH:MM:SS TZ or YYYYMMDD-HH:MM:SS (UTC)")
    return found


def _read(text: str) -> datetime:
    if "-" in text and "/" not in text:
        return datetime.strptime(text, "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC)
    parts = text.split() or [""]
    zone = ZoneInfo(parts[2]) if len(parts) > 2 else NEW_YORK
    clock = parts[1] if len(parts) > 1 else _END_OF_DAY
    return datetime.strptime(f"{parts[0]} {clock}", "%Y%m%d %H:%M:%S").replace(tzinfo=zone)
