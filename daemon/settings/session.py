"""Settings of the trading day: when the daemon acts, exceptions to the calendar, how old data may be."""

from collections import Counter
from datetime import date, time
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from daemon.settings.base import Contradiction, FromList, Section


def _day(value: object) -> object:
    """Takes `"2027-01-02"` for TOML's own date: the environment and hand-written files often quote it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _time_of_day(value: object) -> object:
    """Takes `"13:00"` for TOML's own time, which insists on seconds."""
    return time.fromisoformat(value) if isinstance(value, str) else value


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]


class SessionOverride(Section):
    """One day on which the exchange's calendar is overruled; New York times."""

    day: Annotated[date, BeforeValidator(_day)] = Field(description="The session's date.")
    open: TimeOfDay | None = Field(default=None, description="Opening, New York time.")
    close: TimeOfDay | None = Field(default=None, description="Close, New York time.")
    closed: bool = Field(default=False, description="No session at all on that day.")

    def contradictions(self) -> list[Contradiction]:
        """Either closed, or at least one time; times without a zone, the opening first."""
        times = [at for at in (self.open, self.close) if at is not None]
        fault = None
        if any(at.tzinfo is not None for at in times):
            fault = "open and close are New York times and must carry no zone"
        elif self.closed == bool(times):
            fault = "must have open, close or both, or closed = true alone"
        elif self.open is not None and self.close is not None and self.open >= self.close:
            fault = f"open = {self.open} must be before close = {self.close}"
        return [Contradiction("day", f"{self.day}", fault)] if fault else []


class Schedule(Section):
    """The jobs of a session, as distances from its open and close."""

    prep_before_open_s: int = Field(
        default=900, ge=0, le=21_600, description="Connections and data are checked then."
    )
    act_after_open_s: int = Field(
        default=900, ge=0, le=14_400, description="Decisions on a final bar are carried out then."
    )
    finalise_after_close_s: int = Field(default=60, ge=0, le=3600, description="The daily bar is final then.")
    summary_after_close_s: int = Field(
        default=1800, ge=0, le=21_600, description="The day's record is closed then."
    )
    misfire_grace_s: int = Field(
        default=300, ge=1, le=3600, description="A job later than this is recorded as missed."
    )
    session_overrides: Annotated[tuple[SessionOverride, ...], FromList] = Field(
        default=(),
        description="Days on which the calendar is overruled, New York times: "
        '{ day = 2027-01-02, close = "13:00" } or { day = 2027-01-02, closed = true }.',
    )

    order: ClassVar = (("finalise_after_close_s", "summary_after_close_s"),)

    def contradictions(self) -> list[Contradiction]:
        """One override a day."""
        seen = Counter(override.day for override in self.session_overrides)
        return [
            Contradiction("session_overrides", f"{day}", "must be given once")
            for day, n in seen.items()
            if n > 1
        ]


class Stale(Section):
    """How old a value may be and still be used; an older one is unavailable, never the last value."""

    index_s: float = Field(
        default=600,
        gt=0,
        le=86_400,
        description="SPX and VIX; a broker sends changes only, and VIX may stand for minutes.",
    )
    future_s: float = Field(default=900, gt=0, le=86_400, description="VIX futures.")
    option_s: float = Field(default=900, gt=0, le=86_400, description="SPX and VIX options.")


NewYorkTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Windows(Section):
    """When the gateway is known to be away, New York times: nothing is sent, and it is no fault."""

    restart_at: NewYorkTime = Field(default="23:45", description="The gateway's own daily restart.")
    restart_s: int = Field(default=600, ge=0, le=3600, description="How long that may take; 0: none.")
    reset_at: NewYorkTime = Field(default="00:15", description="The servers' nightly reset.")
    reset_s: int = Field(default=5400, ge=0, le=10_800, description="How long that may take; 0: none.")
    log_in_at: NewYorkTime = Field(default="01:00", description="Sunday: from here a person must log in.")
    log_in_s: int = Field(default=57_600, ge=0, le=86_400, description="How long that may take; 0: none.")


class Reconcile(Section):
    """The comparison of our book with the broker's."""

    every_s: float = Field(
        default=900, gt=0, le=86_400, description="How often, beside every new connection."
    )
    quiet_s: float = Field(
        default=60,
        gt=0,
        le=3600,
        description="Two absences this far apart prove that an order does not exist.",
    )

    fills_missing_s: float = Field(
        default=900,
        gt=0,
        le=86_400,
        description="Fills that an ended order told of and no snapshot brings are waited for so long.",
    )

    order: ClassVar = (("quiet_s", "every_s"),)
