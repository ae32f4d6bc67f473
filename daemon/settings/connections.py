"""Settings of what the daemon is connected to: the gateway, Redis, the clock and its own log files."""

from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from daemon.settings.base import Contradiction, FromList, Section

PaperPrefix = Annotated[str, Field(pattern=r"^D[A-Z]$")]
"""IBKR's paper and demo accounts begin with D and a second letter; no live account does."""


class Ib(Section):
    """The session with the IB Gateway or TWS."""

    host: str = Field(
        default="127.0.0.1", min_length=1, description="Where the IB Gateway (or the simulator) listens."
    )
    port: int = Field(default=4002, ge=1, le=65535, description="4002 is the paper gateway's own default.")
    client_id: int = Field(
        default=1,
        ge=0,
        le=2_147_483_647,
        description="Orders belong to it: never change it while orders work.",
    )
    account: str = Field(default="", description='The account to trade; "" is the sole one of the login.')
    paper_prefixes: Annotated[tuple[PaperPrefix, ...], FromList] = Field(
        default=("DU", "DF"),
        min_length=1,
        description="What a paper account begins with; any other is refused at login.",
    )
    connect_timeout_s: float = Field(default=20, gt=0, le=300, description="For the socket and the login.")
    request_timeout_s: float = Field(default=30, gt=0, le=600, description="Deadline of every request.")
    reconnect_delay_min_s: float = Field(
        default=1, gt=0, le=600, description="First pause before a new attempt; doubles."
    )
    reconnect_delay_max_s: float = Field(
        default=60, gt=0, le=3600, description="Longest pause between attempts."
    )
    startup_timeout_s: float = Field(
        default=120, gt=0, le=86400, description="Without a session after this long the start fails."
    )
    probe_after_idle_s: float = Field(
        default=5,
        gt=0,
        le=600,
        description="A gateway silent for this long must answer before an order is sent to it.",
    )
    probe_timeout_s: float = Field(
        default=3, gt=0, le=60, description="Without that answer the order is not sent, the session ended."
    )
    market_data_type: Literal[1, 2, 3, 4] = Field(
        default=1, description="1 live, 2 frozen, 3 delayed, 4 delayed frozen."
    )

    order: ClassVar = (("reconnect_delay_min_s", "reconnect_delay_max_s"),)

    def contradictions(self) -> list[Contradiction]:
        """An account that is named must be a paper account already here."""
        if not self.account or self.account.startswith(self.paper_prefixes):
            return []
        known = " or ".join(self.paper_prefixes)
        return [
            Contradiction(
                "account", repr(self.account), f"must begin with {known}: only paper accounts trade"
            )
        ]


class Redis(Section):
    """The journal's store."""

    url: SecretStr = Field(
        default=SecretStr(""),
        description='redis://, rediss:// or unix:// address; "" starts an embedded server under state_dir. '
        "Give one with a password by environment, HEDGED_REDIS__URL, or by the credential redis_url.",
    )
    prefix: str = Field(
        default="hedged:",
        pattern=r"^[A-Za-z0-9_.:-]+$",
        description="Begins every key; one prefix is one book.",
    )
    connect_timeout_s: float = Field(
        default=5, gt=0, le=300, description="For the connection and for each answer."
    )
    lease_s: float = Field(
        default=15,
        ge=1,
        le=300,
        description="A standby takes over from a daemon that has not been heard of for this long.",
    )
    snapshot_every_commits: int = Field(
        default=2000, ge=1, le=1_000_000, description="The journal is cut only behind a snapshot."
    )

    def contradictions(self) -> list[Contradiction]:
        """The address is looked at without ever being quoted."""
        url = self.url.get_secret_value()
        if (
            not url
            or (url.startswith(("redis://", "rediss://")) and _has_host(url))
            or url.startswith("unix:///")
        ):
            return []
        return [
            Contradiction("url", "(not shown)", "must be redis://HOST, rediss://HOST, unix:///PATH or empty")
        ]


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number; the caller reports it
        return False


class Clock(Section):
    """Whose time is the time."""

    source: Literal["system", "gateway"] = Field(
        default="system",
        description='"gateway" only in play against the simulator, whose clock then is the clock.',
    )
    skew_max_s: float = Field(
        default=30,
        gt=0,
        le=3600,
        description="A gateway whose clock is farther from the system's is not traded with.",
    )


class Loop(Section):
    """The single writer."""

    quote_interval_s: float = Field(
        default=1.0, gt=0, le=60, description="Quotes are gathered this long into one event."
    )
    queue_size_max: int = Field(
        default=10_000, ge=100, le=1_000_000, description="More waiting events than this is a halt."
    )
    pause_max_s: float = Field(
        default=10,
        ge=2,
        le=3600,
        description="A process that stood still for longer believes nothing of before.",
    )
    heartbeat_s: float = Field(
        default=60, gt=0, le=3600, description="A sign of life in the log at least this often."
    )


class Audit(Section):
    """The complete copy of the journal, as JSON lines."""

    dir: str = Field(default="", description='Folder of the audit files; "" is audit/ under state_dir.')
    keep_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Files of older days are removed, once the journal's snapshot is past them; 0: never.",
    )
    compress_after_days: int = Field(
        default=0, ge=0, le=36_500, description="Files of older days are kept as gzip; 0: never."
    )

    def contradictions(self) -> list[Contradiction]:
        """What is removed before it is old enough to be compressed never is."""
        if not self.keep_days or self.compress_after_days < self.keep_days:
            return []
        must = f"must be below keep_days = {self.keep_days}, or 0"
        return [Contradiction("compress_after_days", f"{self.compress_after_days}", must)]


class Log(Section):
    """The operational log on stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe line written."
    )
    # `json` is a method of every pydantic model, so the attribute has another name than the key.
    json_lines: bool = Field(
        default=True, alias="json", description="One JSON object a line; false is for reading by eye."
    )
