"""The session calendar held against the broker's own hours."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from daemon.broker.probe_report import ProbeReport
from daemon.doctor.check import Check, fail, ok, skip
from daemon.hours import NEW_YORK, sessions_between
from daemon.settings.session import SessionOverride
from strategies.core.facts import SessionHours

_NAME = "session calendar"

Span = tuple[datetime, datetime]


def calendar(report: ProbeReport, overrides: Sequence[SessionOverride]) -> Check:
    """Compare the days that the broker names with ours; every disagreement is named."""
    if report.hours is None:
        return skip(_NAME, report.hours_error or "no session with the gateway")
    advice = "see the exchange's notices, then give the right hours in schedule.session_overrides"
    try:
        theirs = spans(report.hours.liquid, report.hours.zone)
    except (ValueError, ZoneInfoNotFoundError) as error:
        return fail(_NAME, f"the broker's hours of SPX cannot be read: {error}", "report this with the text")
    if not theirs:
        return skip(_NAME, "the broker names no days")
    ours = {hours.day: hours for hours in sessions_between(min(theirs), max(theirs), overrides)}
    differing = [text for day in sorted(theirs) if (text := _difference(day, ours.get(day), theirs[day]))]
    if differing:
        return fail(_NAME, "; ".join(differing), advice)
    return ok(_NAME, f"agrees with the broker's hours of SPX from {min(theirs)} to {max(theirs)}")


def spans(text: str, zone: str) -> dict[date, Span | None]:
    """Read the broker's hours: each day's opening and close (aware), None for a day without.

    Args:
        text: `20260105:0830-20260105:1500;20260106:CLOSED`, as contract details carry it.
        zone: the zone of its times, an IANA name.

    Raises:
        ValueError: the text is of another form, or the zone's name is none.
        ZoneInfoNotFoundError: there is no such zone.
    """
    local, found = ZoneInfo(zone), dict[date, Span | None]()
    for part in filter(None, text.replace(",", ";").split(";")):
        if part.endswith(":CLOSED"):
            found.setdefault(datetime.strptime(part, "%Y%m%d:CLOSED").replace(tzinfo=local).date(), None)
            continue
        begin, _, end = part.partition("-")
        opens, closes = (datetime.strptime(at, "%Y%m%d:%H%M").replace(tzinfo=local) for at in (begin, end))
        before = found.get(closes.date())
        found[closes.date()] = (min(before[0], opens), max(before[1], closes)) if before else (opens, closes)
    return found


def _difference(day: date, ours: SessionHours | None, theirs: Span | None) -> str:
    """Return in words how a day differs; the close may be that of the index or of its options."""
    if ours is None:
        same, here = theirs is None, None
    else:
        closes = {ours.close, ours.options_close}
        same = theirs is not None and theirs[0] == ours.open and theirs[1] in closes
        here = (ours.open, ours.close)
    return "" if same else f"{day}: {_words(theirs)} at the broker, {_words(here)} here"


def _words(span: Span | None) -> str:
    if span is None:
        return "closed"
    opens, closes = (at.astimezone(NEW_YORK) for at in span)
    return f"{opens:%H:%M} to {closes:%H:%M} New York"
