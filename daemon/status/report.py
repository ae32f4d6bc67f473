"""What `hedged status` tells, as plain data: field names are the keys of `--json`.

Money is USD as exact decimal text, prices and signals are points, ages and distances seconds, times UTC.
"""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from daemon.control.proposals import ProposalLine
from strategies.core.records import Verdict


class Reading(Struct, frozen=True, kw_only=True):
    """A signal: its value and what it is of, or why it has none."""

    value: float | bool | None = None
    of: str = ""
    age_s: float | None = None
    why: str = ""


class Trading(Struct, frozen=True, kw_only=True):
    """What may be sent, who said so and since when; `window`: when the gateway is known to be away."""

    mode: str
    cause: str
    who: str
    reason: str
    since: datetime | None
    flatten: bool
    window: str


class Connection(Struct, frozen=True, kw_only=True):
    """The gateway and what was last proved over it."""

    link: str
    upstream: bool
    epoch: int
    account: str
    paper: bool
    clock_fault: str
    reconciled: bool
    reconciled_at: datetime | None
    differences: tuple[str, ...]
    net_liquidation_usd: Decimal | None


class Session(Struct, frozen=True, kw_only=True):
    """Today's trading hours; `next_open` is the first opening after now."""

    open: bool
    day: date | None
    opens_at: datetime | None
    closes_at: datetime | None
    next_open: datetime | None


class CondorLine(Struct, frozen=True, kw_only=True):
    """A condor that is not closed.

    `adopted`: others opened it. `breaches`: the sides on which SPX is, or just was, beyond a strike, and
    since when; `used`: in which episode each further engine last filled.
    """

    condor_id: str
    state: str
    contracts: int
    expiry: date
    strikes: tuple[float, float, float, float]
    credit_usd: Decimal
    armed: bool
    layers: int
    adopted: bool
    breaches: dict[str, str]
    used: dict[str, str]


class LayerLine(Struct, frozen=True, kw_only=True):
    """A layer that is not closed; `mark` is the latest mid of its instrument, points.

    A delta cut has a sold leg too, `short`, with `short_held` (negative) and `short_mark`; its worth is both.
    `rolled_from` is the layer that it continues.
    """

    layer_id: str
    condor_id: str
    engine: str
    instrument: str
    state: str
    held: int
    bought: int
    debit_usd: Decimal
    realised_usd: Decimal
    mark: float | None
    trigger: str
    rolled_from: str
    short: str
    short_held: int
    short_mark: float | None


class PlanLine(Struct, frozen=True, kw_only=True):
    """A decided action that waits for its time, its quotes or its order."""

    plan_id: str
    purpose: str
    subject: str
    stage: str
    not_before: datetime
    attempts: int
    reason: str


class OrderLine(Struct, frozen=True, kw_only=True):
    """An order that has not ended."""

    order_ref: str
    purpose: str
    subject: str
    stage: str
    quantity: int
    filled: int
    limit: Decimal
    age_s: float
    order_id: int
    perm_id: int


class Cap(Struct, frozen=True, kw_only=True):
    """A limit of the account and how much of it is used; None where net liquidation is not known."""

    name: str
    used: Decimal
    limit: Decimal | None


class LastDecision(Struct, frozen=True, kw_only=True):
    """The latest decision and every rule that was looked at for it."""

    time: datetime
    subject: str
    outcome: str
    rules: tuple[Verdict, ...]


class Journal(Struct, frozen=True, kw_only=True):
    """The single writer: the last record, how long ago, and what waits for it."""

    seq: int
    last_commit_age_s: float
    waiting: int
    queue_size_max: int
    alive: bool


class Process(Struct, frozen=True, kw_only=True):
    """The running daemon itself; `clock` is whose time is the time."""

    pid: int
    code_version: str
    mode: str
    clock: str
    uptime_s: float


class Status(Struct, frozen=True, kw_only=True):
    """Everything at one moment, `time`. `hindrance` is what would keep us from acting in open hours too.

    `episodes`: what runs (expansion, steepening), and the session on which it began.
    """

    time: datetime
    process: Process
    connection: Connection
    ready: bool
    not_ready_because: str
    hindrance: str
    trading: Trading
    stopping: bool
    session: Session
    signals: dict[str, Reading]
    episodes: dict[str, str]
    condors: tuple[CondorLine, ...]
    layers: tuple[LayerLine, ...]
    plans: tuple[PlanLine, ...]
    orders: tuple[OrderLine, ...]
    proposals: tuple[ProposalLine, ...]
    unknown_orders: tuple[str, ...]
    quarantine: dict[str, str]
    caps: tuple[Cap, ...]
    last_decision: LastDecision | None
    journal: Journal
