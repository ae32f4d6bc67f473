"""Settings of the trading day: when the daemon acts, exceptions to the calendar, how old data may be."""

from collections import Counter
from datetime import date, time
from typing import Annotated, ClassVar

from msgspec import Meta

from daemon.settings.base import Section
from daemon.settings.faults import Fault, contradiction


class SessionOverride(Section, frozen=True, kw_only=True):
    """One day on which the exchange's calendar is overruled; New York times."""

    day: Annotated[date, "The session's date."]
    open: Annotated[time | None, "Opening, New York time."] = None
    close: Annotated[time | None, "Close, New York time."] = None
    closed: Annotated[bool, "No session at all on that day."] = False

    def contradictions(self) -> list[Fault]:
        """Either closed, or at least one time; times without a zone, the opening first."""
        times = [at for at in (self.open, self.close) if at is not None]
        fault = None
        if any(at.tzinfo is not None for at in times):
            fault = "open and close are New York times and must carry no zone"
        elif self.closed == bool(times):
            fault = "must have open, close or both, or closed = true alone"
        elif self.open is not None and self.close is not None and self.open >= self.close:
            fault = f"open = {self.open} must be before close = {self.close}"
        return [contradiction("day", f"{self.day}", fault)] if fault else []


class Schedule(Section, frozen=True, kw_only=True):
    """The jobs of a session, as distances from its open and close."""

    prep_before_open_s: Annotated[int, Meta(ge=0, le=21_600), "Connections and data are checked then."] = 900
    act_after_open_s: Annotated[
        int, Meta(ge=0, le=14_400), "Decisions on a final bar are carried out then."
    ] = 900
    finalise_after_close_s: Annotated[int, Meta(ge=0, le=3600), "The daily bar is final then."] = 60
    summary_after_close_s: Annotated[int, Meta(ge=0, le=21_600), "The day's record is closed then."] = 1800
    misfire_grace_s: Annotated[int, Meta(ge=1, le=3600), "A job later than this is recorded as missed."] = 300
    session_overrides: Annotated[
        tuple[SessionOverride, ...],
        "Days on which the calendar is overruled, New York times: "
        '{ day = 2027-01-02, close = "13:00" } or { day = 2027-01-02, closed = true }.',
    ] = ()

    order: ClassVar = (("finalise_after_close_s", "summary_after_close_s"),)

    def contradictions(self) -> list[Fault]:
        """One override a day."""
        seen = Counter(override.day for override in self.session_overrides)
        return [
            contradiction("session_overrides", f"{day}", "must be given once")
            for day, n in seen.items()
            if n > 1
        ]


class Stale(Section, frozen=True, kw_only=True):
    """How old a value may be and still be used; an older one is unavailable, never the last value."""

    index_s: Annotated[
        float,
        Meta(gt=0, le=86_400),
        "SPX and VIX; a broker sends changes only, and VIX may stand for minutes.",
    ] = 600
    future_s: Annotated[float, Meta(gt=0, le=86_400), "VIX futures."] = 900
    option_s: Annotated[float, Meta(gt=0, le=86_400), "SPX and VIX options."] = 900


NewYorkTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]


class Windows(Section, frozen=True, kw_only=True):
    """When the gateway is known to be away, New York times: nothing is sent, and it is no fault."""

    restart_at: Annotated[NewYorkTime, "The gateway's own daily restart."] = "23:45"
    restart_s: Annotated[int, Meta(ge=0, le=3600), "How long that may take; 0: none."] = 600
    reset_at: Annotated[NewYorkTime, "The servers' nightly reset."] = "00:15"
    reset_s: Annotated[int, Meta(ge=0, le=10_800), "How long that may take; 0: none."] = 5400
    log_in_at: Annotated[NewYorkTime, "Sunday: from here a person must log in."] = "01:00"
    log_in_s: Annotated[int, Meta(ge=0, le=86_400), "How long that may take; 0: none."] = 57_600


class Reconcile(Section, frozen=True, kw_only=True):
    """The comparison of our book with the broker's."""

    every_s: Annotated[float, Meta(gt=0, le=86_400), "How often, beside every new connection."] = 900
    quiet_s: Annotated[
        float, Meta(gt=0, le=3600), "Two absences this far apart prove that an order does not exist."
    ] = 60

    fills_missing_s: Annotated[
        float,
        Meta(gt=0, le=86_400),
        "Fills that an ended order told of and no snapshot brings are waited for so long.",
    ] = 900

    order: ClassVar = (("quiet_s", "every_s"),)
