"""Settings of what the daemon is connected to: the gateway, Redis, the clock and its own log files."""

from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from msgspec import Meta, field

from daemon.settings.base import Section
from daemon.settings.faults import Fault, contradiction
from daemon.settings.secret import Secret

PaperPrefix = Annotated[str, Meta(pattern=r"^D[A-Z]\Z")]
"""IBKR's paper and demo accounts begin with D and a second letter; no live account does."""


class Ib(Section, frozen=True, kw_only=True):
    """The session with the IB Gateway or TWS."""

    host: Annotated[str, Meta(min_length=1), "Where the IB Gateway (or the simulator) listens."] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535), "4002 is the paper gateway's own default."] = 4002
    client_id: Annotated[
        int, Meta(ge=0, le=2_147_483_647), "Orders belong to it: never change it while orders work."
    ] = 1
    account: Annotated[str, 'The account to trade; "" is the sole one of the login.'] = ""
    paper_prefixes: Annotated[
        tuple[PaperPrefix, ...],
        Meta(min_length=1),
        "What a paper account begins with; any other is refused at login.",
    ] = ("DU", "DF")
    connect_timeout_s: Annotated[float, Meta(gt=0, le=300), "For the socket and the login."] = 20
    request_timeout_s: Annotated[float, Meta(gt=0, le=600), "Deadline of every request."] = 30
    reconnect_delay_min_s: Annotated[
        float, Meta(gt=0, le=600), "First pause before a new attempt; doubles."
    ] = 1
    reconnect_delay_max_s: Annotated[float, Meta(gt=0, le=3600), "Longest pause between attempts."] = 60
    startup_timeout_s: Annotated[
        float, Meta(gt=0, le=86400), "Without a session after this long the start fails."
    ] = 120
    probe_after_idle_s: Annotated[
        float, Meta(gt=0, le=600), "A gateway silent for this long must answer before an order is sent to it."
    ] = 5
    probe_timeout_s: Annotated[
        float, Meta(gt=0, le=60), "Without that answer the order is not sent, the session ended."
    ] = 3
    market_data_type: Annotated[Literal[1, 2, 3, 4], "1 live, 2 frozen, 3 delayed, 4 delayed frozen."] = 1

    order: ClassVar = (("reconnect_delay_min_s", "reconnect_delay_max_s"),)

    def contradictions(self) -> list[Fault]:
        """An account that is named must be a paper account already here."""
        if not self.account or self.account.startswith(self.paper_prefixes):
            return []
        known = " or ".join(self.paper_prefixes)
        return [
            contradiction(
                "account", repr(self.account), f"must begin with {known}: only paper accounts trade"
            )
        ]


class Redis(Section, frozen=True, kw_only=True):
    """The journal's store."""

    url: Annotated[
        Secret,
        'redis://, rediss:// or unix:// address; "" starts an embedded server under state_dir. '
        "Give one with a password by environment, HEDGED_REDIS__URL, or by the credential redis_url.",
    ] = Secret("")
    prefix: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_.:-]+\Z"), "Begins every key; one prefix is one book."
    ] = "hedged:"
    connect_timeout_s: Annotated[float, Meta(gt=0, le=300), "For the connection and for each answer."] = 5
    lease_s: Annotated[
        float,
        Meta(ge=1, le=300),
        "A standby takes over from a daemon that has not been heard of for this long.",
    ] = 15
    snapshot_every_commits: Annotated[
        int, Meta(ge=1, le=1_000_000), "The journal is cut only behind a snapshot."
    ] = 2000

    def contradictions(self) -> list[Fault]:
        """The address is looked at without ever being quoted."""
        url = self.url.get_secret_value()
        if (
            not url
            or (url.startswith(("redis://", "rediss://")) and _has_host(url))
            or url.startswith("unix:///")
        ):
            return []
        return [
            contradiction("url", "(not shown)", "must be redis://HOST, rediss://HOST, unix:///PATH or empty")
        ]


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number; the caller reports it
        return False


class Clock(Section, frozen=True, kw_only=True):
    """Whose time is the time."""

    source: Annotated[
        Literal["system", "gateway"],
        '"gateway" only in play against the simulator, whose clock then is the clock.',
    ] = "system"
    skew_max_s: Annotated[
        float, Meta(gt=0, le=3600), "A gateway whose clock is farther from the system's is not traded with."
    ] = 30


class Loop(Section, frozen=True, kw_only=True):
    """The single writer."""

    quote_interval_s: Annotated[float, Meta(gt=0, le=60), "Quotes are gathered this long into one event."] = (
        1.0
    )
    queue_size_max: Annotated[int, Meta(ge=100, le=1_000_000), "More waiting events than this is a halt."] = (
        10_000
    )
    pause_max_s: Annotated[
        float, Meta(ge=2, le=3600), "A process that stood still for longer believes nothing of before."
    ] = 10
    heartbeat_s: Annotated[float, Meta(gt=0, le=3600), "A sign of life in the log at least this often."] = 60


class Audit(Section, frozen=True, kw_only=True):
    """The complete copy of the journal, as JSON lines."""

    dir: Annotated[str, 'Folder of the audit files; "" is audit/ under state_dir.'] = ""
    keep_days: Annotated[
        int,
        Meta(ge=0, le=36_500),
        "Files of older days are removed, once the journal's snapshot is past them; 0: never.",
    ] = 0
    compress_after_days: Annotated[
        int, Meta(ge=0, le=36_500), "Files of older days are kept as gzip; 0: never."
    ] = 0

    def contradictions(self) -> list[Fault]:
        """What is removed before it is old enough to be compressed never is."""
        if not self.keep_days or self.compress_after_days < self.keep_days:
            return []
        must = f"must be below keep_days = {self.keep_days}, or 0"
        return [contradiction("compress_after_days", f"{self.compress_after_days}", must)]


class Log(Section, frozen=True, kw_only=True):
    """The operational log on stderr."""

    level: Annotated[Literal["debug", "info", "warning", "error"], "Least severe line written."] = "info"
    json_lines: Annotated[bool, "One JSON object a line; false is for reading by eye."] = field(
        name="json", default=True
    )
