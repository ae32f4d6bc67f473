"""What a look at the gateway found; nothing is judged here."""

from datetime import date, datetime

from msgspec import Struct


class Ticking(Struct, frozen=True, kw_only=True):
    """One instrument that was asked for quotes.

    `refusals` are the gateway's messages about it, code and text. `data_type`: 1 live, 2 frozen, 3 delayed,
    4 delayed frozen; None where the gateway did not say. `missing` says why there was nothing to ask for.
    """

    name: str
    instrument: str = ""
    ticked: bool = False
    data_type: int | None = None
    refusals: tuple[tuple[int, str], ...] = ()
    missing: str = ""


class Hours(Struct, frozen=True, kw_only=True):
    """The SPX's hours as the broker states them: `YYYYMMDD:HHMM-YYYYMMDD:HHMM;...`, in its zone."""

    zone: str
    trading: str
    liquid: str


class ProbeReport(Struct, frozen=True, kw_only=True):
    """What a session with the gateway has shown.

    `login_error` alone is set where there was none; `account_error` where it ended right after the login.
    `gateway_time` and `system_time` are of one moment; None in play, where asking moves the time.
    """

    client_id: int
    login_error: str = ""
    server_version: int = 0
    accounts: tuple[str, ...] = ()
    account: str = ""
    account_error: str = ""
    gateway_time: datetime | None = None
    system_time: datetime | None = None
    time_error: str = ""
    hours: Hours | None = None
    hours_error: str = ""
    ticking: tuple[Ticking, ...] = ()
    today: date | None = None
