"""What happened: every fact that may reach `step`.

An event carries its own time (aware, UTC); nothing in the core asks a clock. Prices that are not there are
`None`: NaN, -1 and the like are turned into `None` by the adapter, at the border.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from strategies.core.facts import Bar, Execution, Expiry, OrderSeen, PositionSeen, Quote, SessionHours, finite
from strategies.core.instruments import Instrument, InstrumentKey, Kind, Right, Tick
from strategies.core.macro_facts import MacroFact
from strategies.core.mode import Action, Cause
from strategies.core.rules import Rules


class Event(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """A fact with the time at which it reached the loop."""

    time: datetime


class Phase(StrEnum):
    """A moment in the daemon's own life."""

    STARTED = "started"
    STOPPING = "stopping"


class Lifecycle(Event, frozen=True, kw_only=True, tag="lifecycle", omit_defaults=True):
    """The daemon started or stops. `rules` are in force from here on; `settings` carries no secrets."""

    phase: Phase
    rules: Rules | None = None
    rules_hash: str = ""
    code_version: str = ""
    settings: dict[str, str | int | float | bool | None] = {}
    note: str = ""


class Calendar(Event, frozen=True, kw_only=True, tag="calendar"):
    """The sessions around now, oldest first; replaces what was known."""

    sessions: tuple[SessionHours, ...]


class Link(StrEnum):
    """The state of the broker connection."""

    UP = "up"
    DOWN = "down"


class Connection(Event, frozen=True, kw_only=True, tag="connection", omit_defaults=True):
    """The broker connection came up or went down. An epoch is one connection's life."""

    link: Link
    epoch: int
    accounts: tuple[str, ...] = ()
    paper: bool = False
    account: str = ""
    server_version: int = 0
    reason: str = ""


class Upstream(Event, frozen=True, kw_only=True, tag="upstream"):
    """The gateway lost or regained its own connection to the broker; ours to the gateway stands."""

    connected: bool


class ClockSkew(Event, frozen=True, kw_only=True, tag="clock_skew"):
    """The gateway's clock was held against ours: seconds it is ahead; None where it did not tell its time."""

    epoch: int
    skew_s: float | None


class ClockStep(Event, frozen=True, kw_only=True, tag="clock_step"):
    """Our own clock jumped by `step_s` (forward positive) against the machine's steady one."""

    step_s: float


class Operator(Event, frozen=True, kw_only=True, tag="operator", omit_defaults=True):
    """A person told the running daemon something; `subject` is what a `settle` is about."""

    action: Action
    who: str
    reason: str
    subject: str = ""


class Tripped(Event, frozen=True, kw_only=True, tag="tripped"):
    """The shell found a reason to halt that the core cannot see."""

    cause: Cause
    detail: str


class Paused(Event, frozen=True, kw_only=True, tag="paused"):
    """The process stood still for `paused_s` (stopped, or the machine slept): what it knew is old."""

    paused_s: float


class BrokerNotice(Event, frozen=True, kw_only=True, tag="broker_notice", omit_defaults=True):
    """A message of the broker that belongs to no order: farm states, lost connectivity, refusals."""

    code: int
    text: str
    instrument: InstrumentKey | None = None


class History(Event, frozen=True, kw_only=True, tag="history", omit_defaults=True):
    """Completed daily closes, oldest first; empty means that the broker has none.

    They are of the index `symbol`, or of the future `contract`, whose underlying is `symbol`.
    """

    symbol: str
    bars: tuple[Bar, ...]
    contract: InstrumentKey | None = None


class HistoryMissing(Event, frozen=True, kw_only=True, tag="history_missing", omit_defaults=True):
    """A request for the history of an index, or of the future `contract`, failed or timed out."""

    symbol: str
    reason: str
    contract: InstrumentKey | None = None


class FuturesListed(Event, frozen=True, kw_only=True, tag="futures_listed"):
    """The monthly VIX futures (class VX) that the broker lists."""

    instruments: tuple[Instrument, ...]


class ChainListed(Event, frozen=True, kw_only=True, tag="chain_listed"):
    """The expiries of one option class."""

    symbol: str
    trading_class: str
    expiries: tuple[Expiry, ...]


class ExpiryListed(Event, frozen=True, kw_only=True, tag="expiry_listed"):
    """The contracts of one option expiry, as the broker's contract details list them."""

    symbol: str
    trading_class: str
    exchange: str
    multiplier: int
    listed: Expiry
    puts: tuple[float, ...]
    calls: tuple[float, ...]
    ticks: tuple[Tick, ...]

    def instrument(self, strike: float, right: Right) -> Instrument:
        """Return the contract of that strike (index points) and right."""
        return Instrument(
            kind=Kind.OPTION,
            symbol=self.symbol,
            exchange=self.exchange,
            trading_class=self.trading_class,
            last_trade=self.listed.last_trade,
            expiry=self.listed.expiry,
            strike=strike,
            right=right,
            multiplier=self.multiplier,
            ticks=self.ticks,
        )


class ListingMissing(Event, frozen=True, kw_only=True, tag="listing_missing"):
    """A request for futures, a chain or an expiry failed or timed out."""

    what: str
    reason: str


class Quotes(Event, frozen=True, kw_only=True, tag="quotes"):
    """The instruments whose quote changed since the last such event, in order of key."""

    quotes: tuple[Quote, ...]


class Job(StrEnum):
    """The schedule's jobs, by name."""

    SESSION_PREP = "session_prep"
    SESSION_OPEN = "session_open"
    ACT = "act"
    BAR_FINAL = "bar_final"
    SESSION_CLOSE = "session_close"
    DAILY_SUMMARY = "daily_summary"
    HEARTBEAT = "heartbeat"


class Timer(Event, frozen=True, kw_only=True, tag="timer", omit_defaults=True):
    """A job of the schedule; keyed by the time at which it was meant to fire.

    `misfired`: it came later than its grace. `coalesced`: so many earlier firings it stands for as well.
    """

    job: Job
    intended: datetime
    day: date | None = None
    misfired: bool = False
    coalesced: int = 0


class OrderTransmitted(Event, frozen=True, kw_only=True, tag="order_transmitted"):
    """The order's bytes were handed to the broker's socket, once."""

    order_ref: str
    order_id: int


class OrderNotTransmitted(Event, frozen=True, kw_only=True, tag="order_not_transmitted"):
    """The order was certainly not sent (no connection, refused by a guard in the shell)."""

    order_ref: str
    reason: str


class OrderStatus(Event, frozen=True, kw_only=True, tag="order_status", omit_defaults=True):
    """The broker's word on an order. `confirmed` is False where it was only inferred from an error code."""

    order_ref: str
    status: str
    filled: Decimal
    remaining: Decimal
    perm_id: int = 0
    reason: str = ""
    confirmed: bool = True

    def __post_init__(self) -> None:
        finite(self.filled, self.remaining)


class ProposalAnswered(Event, frozen=True, kw_only=True, tag="proposal_answered", omit_defaults=True):
    """An operator approved or refused a proposed order."""

    order_ref: str
    approved: bool
    by: str
    reason: str = ""


class ExecutionReported(Event, frozen=True, kw_only=True, tag="execution"):
    """An execution reached us, live; it is booked (a `fill` record) only the first time it is seen."""

    execution: Execution


class Commission(Event, frozen=True, kw_only=True, tag="commission"):
    """The commission of an execution, USD."""

    exec_id: str
    commission_usd: Decimal


class Snapshot(Event, frozen=True, kw_only=True, tag="snapshot"):
    """Everything the broker knows about us, complete: every list ended with its end message."""

    epoch: int
    open_orders: tuple[OrderSeen, ...]
    completed_orders: tuple[OrderSeen, ...]
    executions: tuple[Execution, ...]
    commissions: tuple[tuple[str, Decimal], ...]
    positions: tuple[PositionSeen, ...]
    net_liquidation_usd: Decimal | None


class SnapshotMissing(Event, frozen=True, kw_only=True, tag="snapshot_missing"):
    """The broker's state could not be read completely: never the same as "empty"."""

    epoch: int
    reason: str


class Macro(Event, frozen=True, kw_only=True, tag="macro"):
    """Macro facts that were released by now and add to what is known."""

    facts: tuple[MacroFact, ...]


AnyEvent = (
    Lifecycle
    | Calendar
    | Connection
    | Upstream
    | ClockSkew
    | ClockStep
    | Operator
    | Tripped
    | Paused
    | BrokerNotice
    | History
    | HistoryMissing
    | FuturesListed
    | ChainListed
    | ExpiryListed
    | ListingMissing
    | Quotes
    | Timer
    | OrderTransmitted
    | OrderNotTransmitted
    | OrderStatus
    | ProposalAnswered
    | ExecutionReported
    | Commission
    | Snapshot
    | SnapshotMissing
    | Macro
)
