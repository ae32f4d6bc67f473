"""What a decision writes down: with the events, the whole vocabulary of journal and audit."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from strategies.core.commands import AnyCommand, Leg, Purpose
from strategies.core.instruments import InstrumentKey
from strategies.core.macro_facts import MacroFact
from strategies.core.mode import Cause, Mode

Value = str | int | float | bool | None


class Record(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """A line of the audit trail; `time` is the time of the event that caused it."""

    time: datetime


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule that was looked at: what it saw, what it compared with, what it said."""

    rule: str
    verdict: Literal["pass", "fire", "hold", "refuse", "unavailable"]
    reason: str = ""
    inputs: Mapping[str, Value] = {}
    thresholds: Mapping[str, Value] = {}


class Decision(Record, frozen=True, kw_only=True, tag="decision", omit_defaults=True):
    """Every rule that was looked at for one subject, and what follows."""

    subject: str
    outcome: str
    rules: tuple[Verdict, ...]
    commands: tuple[AnyCommand, ...] = ()


class Requested(Record, frozen=True, kw_only=True, tag="requested"):
    """Commands that carry no risk: listings, quotes, history, snapshots, cancels of timed-out orders."""

    why: str
    commands: tuple[AnyCommand, ...]


class Unchanged(Record, frozen=True, kw_only=True, tag="unchanged"):
    """Nothing was decided since the record `since`; `step` rebuilds what was looked at."""

    since: int


class BarClosed(Record, frozen=True, kw_only=True, tag="bar_closed", omit_defaults=True):
    """A final daily bar with every signal on it; a signal without a value has its reason in `unavailable`."""

    session: date
    source: Literal["live", "history"]
    close: float
    rsi: float | None
    vix: float | None
    m1: float | None
    m2: float | None
    slope: float | None
    m1_contract: InstrumentKey | None = None
    m2_contract: InstrumentKey | None = None
    expanding: bool | None = None
    macd: float | None = None
    macd_signal: float | None = None
    macd_histogram: float | None = None
    hidden_bullish: bool | None = None
    macd_bullish: bool | None = None
    macd_bearish: bool | None = None
    steepening: bool | None = None
    ad_trend: float | None = None
    pe_elevated: bool | None = None
    realised_vol: float | None = None
    vix_over_realised: float | None = None
    expansion_episode: str | None = None
    steepening_episode: str | None = None
    unavailable: dict[str, str] = {}


class BarMissing(Record, frozen=True, kw_only=True, tag="bar_missing"):
    """The official close was not seen; history is asked for it."""

    session: date
    reason: str


class OrderIntended(Record, frozen=True, kw_only=True, tag="order_intended", omit_defaults=True):
    """An intent, on disk before a byte of it leaves."""

    order_ref: str
    purpose: Purpose
    subject: str
    quantity: int
    limit: Decimal
    legs: tuple[Leg, ...]
    supersedes: str = ""


class Proposal(Record, frozen=True, kw_only=True, tag="proposal", omit_defaults=True):
    """An order that an operator is asked for was proposed, approved or withdrawn."""

    order_ref: str
    state: str
    purpose: Purpose
    subject: str
    quantity: int
    limit: Decimal
    legs: tuple[Leg, ...]
    lapses_at: datetime
    reason: str = ""


class OrderState(Record, frozen=True, kw_only=True, tag="order_state", omit_defaults=True):
    """An order moved in its life cycle."""

    order_ref: str
    state: str
    filled: int
    reason: str = ""


class Fill(Record, frozen=True, kw_only=True, tag="fill"):
    """An execution was booked, once."""

    exec_id: str
    order_ref: str
    subject: str
    instrument: InstrumentKey
    side: Literal["BOT", "SLD"]
    quantity: int
    price: Decimal


class LayerRecord(Record, frozen=True, kw_only=True, tag="layer", omit_defaults=True):
    """A layer was made, changed size or moved in its life."""

    layer_id: str
    condor_id: str
    engine: str
    state: str
    quantity: int
    instrument: InstrumentKey
    debit_usd: Decimal
    realised_usd: Decimal
    trigger: str = ""
    short: InstrumentKey | None = None
    rolled_from: str = ""
    reason: str = ""


class CondorRecord(Record, frozen=True, kw_only=True, tag="condor", omit_defaults=True):
    """A condor was made or moved in its life."""

    condor_id: str
    state: str
    contracts: int
    expiry: date
    strikes: tuple[float, float, float, float]
    credit_usd: Decimal
    realised_usd: Decimal
    vega_usd: float | None = None
    theta_usd: float | None = None
    reason: str = ""


class Reconciled(Record, frozen=True, kw_only=True, tag="reconciled"):
    """The book held against the broker's snapshot: differences are named, foreign things never touched."""

    epoch: int
    ready: bool
    differences: tuple[str, ...]
    foreign: tuple[str, ...]


class Correction(Record, frozen=True, kw_only=True, tag="correction"):
    """The broker corrected an execution that was booked; the difference was booked."""

    exec_id: str
    order_ref: str
    subject: str
    instrument: InstrumentKey
    side: Literal["BOT", "SLD"]
    quantity_before: int
    price_before: Decimal
    quantity: int
    price: Decimal


class Quarantined(Record, frozen=True, kw_only=True, tag="quarantined", omit_defaults=True):
    """A layer or condor that the account cannot explain is left alone, or (`ended`) no longer."""

    subject: str
    reason: str
    ended: bool = False


class ModeChanged(Record, frozen=True, kw_only=True, tag="mode_changed", omit_defaults=True):
    """What may be sent changed, by a person or by an automatic halt; it stays so over restarts."""

    mode: Mode
    before: Mode
    cause: Cause
    who: str
    reason: str
    flatten: bool = False


class Alarm(Record, frozen=True, kw_only=True, tag="alarm", omit_defaults=True):
    """Something that a person must look at; docs/operations.md has a paragraph for each `cause`."""

    cause: Cause
    text: str
    subject: str = ""


class Summary(Record, frozen=True, kw_only=True, tag="summary", omit_defaults=True):
    """The day in figures, USD. Marks are mid quotes of the options held; `None` where one has no quote."""

    session: date
    condors_open: int
    layers_open: int
    condor_result_usd: Decimal | None
    hedge_result_usd: Decimal | None
    net_liquidation_usd: Decimal | None
    orders_today: int


class MacroRefused(Record, frozen=True, kw_only=True, tag="macro_refused"):
    """A macro fact that is not believed; whoever sent it should not have."""

    fact: MacroFact
    reason: str


AnyRecord = (
    Decision
    | Requested
    | Unchanged
    | BarClosed
    | BarMissing
    | OrderIntended
    | Proposal
    | OrderState
    | Fill
    | LayerRecord
    | CondorRecord
    | Reconciled
    | ModeChanged
    | Correction
    | Quarantined
    | Alarm
    | Summary
    | MacroRefused
)
