"""The whole state: a fold of the journal, nothing else. Plain frozen data; the ideas live elsewhere."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec
from msgspec import Struct

from strategies.core.commands import Intent, Purpose
from strategies.core.events import ChainListed, Expiry, ExpiryListed, Link, Quote, SessionHours
from strategies.core.instruments import Instrument, InstrumentKey
from strategies.core.rules import Rules

SCHEMA = 1


class OrderStage(StrEnum):
    """Where an order stands. `unknown` is a state: it blocks its subject until the broker's truth is read."""

    INTENDED = "intended"
    TRANSMITTED = "transmitted"
    WORKING = "working"
    CANCELLING = "cancelling"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    ABSENT = "absent"


ENDED = frozenset({OrderStage.FILLED, OrderStage.CANCELLED, OrderStage.REJECTED, OrderStage.ABSENT})


class Order(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An intent and what became of it. `filled` counts whole units booked from executions."""

    intent: Intent
    stage: OrderStage
    intended_at: datetime
    changed_at: datetime
    plan: str = ""
    order_id: int = 0
    perm_id: int = 0
    reported_filled: int = 0
    leg_filled: dict[InstrumentKey, int] = {}
    absent_since: datetime | None = None
    absent_epoch: int = 0

    @property
    def ref(self) -> str:
        """The order's identity."""
        return self.intent.order_ref

    @property
    def filled(self) -> int:
        """Units of the order for which every leg has been booked."""
        counts = [self.leg_filled.get(leg.instrument.key, 0) // abs(leg.ratio) for leg in self.intent.legs]
        return min(counts, default=0)

    @property
    def ended(self) -> bool:
        """Whether nothing more can come: the broker is done with it and every reported fill is booked."""
        return self.stage in ENDED and self.filled >= self.reported_filled


class LayerState(StrEnum):
    """A layer's life."""

    INTENDED = "intended"
    WORKING = "working"
    OPEN = "open"
    PEELING = "peeling"
    CLOSED = "closed"


class Layer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One hedge position. `debit_usd` is the price paid for what is still held, commissions included."""

    layer_id: str
    condor_id: str
    engine: str
    instrument: Instrument
    state: LayerState
    opened_at: datetime
    trigger: str = ""
    bought: int = 0
    held: int = 0
    debit_usd: Decimal = Decimal(0)
    realised_usd: Decimal = Decimal(0)


class CondorState(StrEnum):
    """A condor's life."""

    INTENDED = "intended"
    WORKING = "working"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class Condor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Four options of one expiry: long put, short put, short call, long call; signed legs are per contract.

    `credit_usd` is what was received at entry less commissions; `cash_usd` is all that flowed, commissions
    included. The unit greeks are those of one contract at entry, kept for life.
    """

    condor_id: str
    legs: tuple[Instrument, Instrument, Instrument, Instrument]
    state: CondorState
    opened_at: datetime
    contracts: int = 0
    held: dict[InstrumentKey, int] = {}
    credit_usd: Decimal = Decimal(0)
    cash_usd: Decimal = Decimal(0)
    unit_vega_usd: float | None = None
    unit_theta_usd: float | None = None
    armed: bool = True

    @property
    def expiry(self) -> date:
        """The settlement day of all four legs."""
        expiry = self.legs[0].expiry
        assert expiry is not None
        return expiry

    @property
    def strikes(self) -> tuple[float, float, float, float]:
        """K1 < K2 < K3 < K4, index points."""
        k1, k2, k3, k4 = (leg.strike for leg in self.legs)
        return k1, k2, k3, k4

    @property
    def vega_usd(self) -> float | None:
        """V0: the absolute vega at entry of what is held, USD per vol point."""
        return None if self.unit_vega_usd is None else abs(self.unit_vega_usd) * self.contracts

    @property
    def theta_usd(self) -> float | None:
        """T0: the absolute theta at entry of what is held, USD per day."""
        return None if self.unit_theta_usd is None else abs(self.unit_theta_usd) * self.contracts

    @property
    def notional_usd(self) -> float:
        """N, the defined risk: max(K2-K1, K4-K3) x 100 x contracts."""
        k1, k2, k3, k4 = self.strikes
        return max(k2 - k1, k4 - k3) * self.legs[0].multiplier * self.contracts


class PlanStage(StrEnum):
    """How far a decided action has come."""

    WAITING = "waiting"
    SELECTING = "selecting"
    ORDERED = "ordered"


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An action that was decided and is carried out in `session` from `not_before` on.

    Trigger, subject and fraction are fixed at the decision; contract, strike, quantity and gates come from
    the quotes at sending.
    """

    plan_id: str
    purpose: Purpose
    subject: str
    session: date
    not_before: datetime
    stage: PlanStage = PlanStage.WAITING
    engine: str = ""
    trigger: str = ""
    fraction: float = 0.0
    reason: str = ""
    listed: Expiry | None = None
    trading_class: str = ""
    watching: tuple[Instrument, ...] = ()
    chosen: tuple[Instrument, ...] = ()
    round_since: datetime | None = None
    selecting_since: datetime | None = None
    attempts: int = 0
    last_ref: str = ""


class PeelRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Peeling allowed in one session. Steps are counted per scope: the book, or each condor."""

    session: date
    not_before: datetime
    reason: str
    steps: dict[str, int] = {}
    last_step_at: dict[str, datetime] = {}


class Booked(Struct, frozen=True, array_like=True):
    """An execution that was booked: whose it was, when, and whether its commission came."""

    order_ref: str
    day: date
    commissioned: bool = False


class Seen(Struct, frozen=True):
    """A quote and when it last reached us."""

    quote: Quote
    at: datetime


class Account(Struct, frozen=True, kw_only=True):
    """The broker connection and what it last proved."""

    link: Link = Link.DOWN
    upstream: bool = True
    clock_fault: str = ""
    epoch: int = 0
    account: str = ""
    paper: bool = False
    reconciled_epoch: int = -1
    reconciled_at: datetime | None = None
    snapshot_asked_at: datetime | None = None
    snapshot_awaited: bool = False
    differences: tuple[str, ...] = ()
    net_liquidation_usd: Decimal | None = None


class Market(Struct, frozen=True, kw_only=True):
    """What is listed and quoted; `marks` are the latest mids, kept when quoting ends for the day."""

    quotes: dict[InstrumentKey, Seen] = {}
    marks: dict[InstrumentKey, float] = {}
    futures: tuple[Instrument, ...] = ()
    chains: dict[str, ChainListed] = {}
    expiries: dict[str, ExpiryListed] = {}
    asked: dict[str, datetime] = {}


class RsiState(Struct, frozen=True, kw_only=True):
    """Wilder's running averages; `seen` counts closes, `flat` the latest changes that were zero."""

    seen: int = 0
    last: float = 0.0
    gain: float = 0.0
    loss: float = 0.0
    flat: int = 0


class Signals(Struct, frozen=True, kw_only=True):
    """Incremental signals on final bars, and how long the provisional one has held."""

    rsi: RsiState = RsiState()
    last_session: date | None = None
    vix_closes: tuple[float, ...] = ()
    vix_last_session: date | None = None
    calm_since: datetime | None = None


class Counters(Struct, frozen=True, kw_only=True):
    """Numbers that caps and ids are made of."""

    day: date | None = None
    orders_today: int = 0
    premium_today_usd: Decimal = Decimal(0)
    recent_orders: tuple[datetime, ...] = ()
    hedge_closed_usd: Decimal = Decimal(0)
    condors_closed_usd: Decimal = Decimal(0)
    condors: int = 0
    layers: int = 0
    plans: int = 0
    entry_planned: date | None = None


class State(Struct, frozen=True, kw_only=True):
    """Everything. `seq` is that of the last event folded."""

    schema: int = SCHEMA
    seq: int = 0
    time: datetime | None = None
    journal_id: str = ""
    stopping: bool = False
    rules: Rules = Rules()
    account: Account = Account()
    sessions: tuple[SessionHours, ...] = ()
    market: Market = Market()
    signals: Signals = Signals()
    condors: dict[str, Condor] = {}
    layers: dict[str, Layer] = {}
    plans: dict[str, Plan] = {}
    orders: dict[str, Order] = {}
    booked: dict[str, Booked] = {}
    peel: PeelRun | None = None
    counters: Counters = Counters()
    watch: tuple[InstrumentKey, ...] = ()
    verdicts: dict[str, str] = {}
    decided_seq: int = 0


_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode_state(state: State) -> bytes:
    """Return the state's canonical JSON: equal states, equal bytes."""
    return _ENCODER.encode(state)


def decode_state(raw: bytes) -> State:
    """Return the state of `encode_state`; raises `msgspec.ValidationError` naming the field that is off."""
    return msgspec.json.decode(raw, type=State)


def state_hash(state: State) -> str:
    """Return the sha256 (hex) of the canonical JSON."""
    return hashlib.sha256(encode_state(state)).hexdigest()
