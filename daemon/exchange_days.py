"""The exchange's sessions, from the calendar library, or from a copy of the near ones that is read at once.

The library and what it stands on take a good part of a second to load. A restart that needs only the
sessions around today and the settlement days ahead finds them in the state folder. The copy is used while
it is of the library's present version and reaches far enough; in any doubt the library is asked.
"""

import os
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

_FIRST = "1990-01-01"
_YEARS_AHEAD = 7  # SPX options are listed about five years ahead
_BACK = timedelta(days=60)
_REACHES_BACK = timedelta(days=30)
_REACHES_AHEAD = timedelta(days=6 * 365)
_LIBRARY = "exchange_calendars"
_FILE = "exchange-days.json"


class Session(Struct, frozen=True, array_like=True):
    """A day on which XNYS trades: open and close, UTC."""

    day: date
    open: datetime
    close: datetime


class Copy(Struct, frozen=True, kw_only=True):
    """Every session from `first` to `last`, as a version of the library has them."""

    version: str
    first: date
    last: date
    sessions: tuple[Session, ...]


class _Kept:
    """The copy in use, and where it is kept; one for the process, like the calendar that it stands for."""

    copy: Copy | None = None
    folder: Path | None = None


def keep_copy_in(folder: Path) -> None:
    """Use the folder's copy if it is fit, and make it anew when the library is loaded."""
    _Kept.folder, _Kept.copy = folder, _read(folder / _FILE)


def sessions(first: date, last: date) -> tuple[Session, ...]:
    """Return the sessions from `first` to `last`, both included, oldest first."""
    copy = _Kept.copy
    if copy is not None and copy.first <= first and last <= copy.last:
        begin, end = _index(copy, first), _index(copy, last + timedelta(days=1))
        return copy.sessions[begin:end]
    return _asked(first, last)


def session_after(day: date) -> date:
    """Return the first session after `day`."""
    copy, following = _Kept.copy, day + timedelta(days=1)
    if copy is not None and copy.first <= following:
        place = _index(copy, following)
        if place < len(copy.sessions):
            return copy.sessions[place].day
    found = _library().date_to_session(following.isoformat(), "next")
    return date(found.year, found.month, found.day)


def session_on(day: date) -> Session | None:
    """Return the session of a day; None where there is none."""
    return next(iter(sessions(day, day)), None)


def _index(copy: Copy, day: date) -> int:
    return bisect_left(copy.sessions, day, key=lambda session: session.day)


def _asked(first: date, last: date) -> tuple[Session, ...]:
    return _rows(_library(), first, last)


def _rows(calendar: Any, first: date, last: date) -> tuple[Session, ...]:  # noqa: ANN401 - untyped library
    table = calendar.schedule.loc[str(first) : str(last)]
    return tuple(
        Session(
            row.Index.date(),
            row.open.to_pydatetime().astimezone(UTC),
            row.close.to_pydatetime().astimezone(UTC),
        )
        for row in table.itertuples()
    )


@cache
def _library() -> Any:  # noqa: ANN401 - the library has no types
    import exchange_calendars  # noqa: PLC0415 - loaded when needed: that is what the copy is for

    today = datetime.now(UTC).date()
    calendar = exchange_calendars.get_calendar("XNYS", start=_FIRST, end=f"{today.year + _YEARS_AHEAD}-12-31")
    _write(calendar, today)
    return calendar


def _write(calendar: Any, today: date) -> None:  # noqa: ANN401 - as above
    """Keep a copy of what lies around today and ahead; where it cannot be kept, the next start is slower."""
    if _Kept.folder is None or not _Kept.folder.is_dir():
        return
    first, last = today - _BACK, date(today.year + _YEARS_AHEAD, 12, 31)
    found = _rows(calendar, first, last)
    copy = Copy(version=metadata.version(_LIBRARY), first=first, last=last, sessions=found)
    path = _Kept.folder / _FILE
    draft = path.with_name(f"{_FILE}.part")
    try:
        draft.write_bytes(msgspec.json.encode(copy))
        os.replace(draft, path)  # noqa: PTH105 - a path method would count as blocking; once in a process
    except OSError:
        return


def _read(path: Path) -> Copy | None:
    try:
        copy = msgspec.json.decode(path.read_bytes(), type=Copy)
    except (OSError, msgspec.DecodeError):
        return None
    today = datetime.now(UTC).date()
    reaches = copy.first <= today - _REACHES_BACK and today + _REACHES_AHEAD <= copy.last
    return copy if reaches and copy.version == metadata.version(_LIBRARY) else None
