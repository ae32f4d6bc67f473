"""The whole state: a fold of the journal, nothing else. Plain frozen data; the ideas live elsewhere."""

import hashlib
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from strategies.core.beta_state import BetaState
from strategies.core.episode import Episode
from strategies.core.events import ChainListed, ExpiryListed, Link
from strategies.core.facts import Quote, SessionHours
from strategies.core.holdings import Condor, Layer, Order, PeelRun, Plan
from strategies.core.instruments import Instrument, InstrumentKey
from strategies.core.macro_facts import Points, Series
from strategies.core.mode import TradingMode
from strategies.core.rules import Rules
from strategies.core.signal_state import BreadthState, CurveState, DivergenceState, MacdState

SCHEMA = 2


class Booked(Struct, frozen=True, array_like=True):
    """An execution that was booked: whose it was, when, whether its commission came, and what was booked.

    `suffix` counts the broker's corrections. Schema 1 kept no figures: its `instrument` is empty.
    """

    order_ref: str
    day: date
    commissioned: bool = False
    bought: bool = True
    suffix: int = 0
    instrument: str = ""
    quantity: int = 0
    price: Decimal = Decimal(0)


class Differing(Struct, frozen=True, array_like=True):
    """A position on which book and account differ: since when, signed contracts in either."""

    since: datetime
    book: int
    account: int


class Sighting(Struct, frozen=True, kw_only=True):
    """Foreign condors in the account, by name, and since when they stand so."""

    names: tuple[str, ...]
    since: datetime


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
    macd: MacdState = MacdState()
    divergence: DivergenceState = DivergenceState()
    realised_closes: tuple[float, ...] = ()
    breadth: BreadthState = BreadthState()
    curve: CurveState = CurveState()
    expansion_episode: Episode | None = None
    steepening_episode: Episode | None = None
    last_session: date | None = None
    vix_closes: tuple[float, ...] = ()
    vix_last_session: date | None = None
    calm_since: datetime | None = None


class Counters(Struct, frozen=True, kw_only=True):
    """Numbers that caps and ids are made of.

    `equity_usd` is what the book had made on the last bar with marks. After a losing condor of
    `lost_contracts` no condor is larger until the equity has passed `equity_to_pass_usd`.
    """

    day: date | None = None
    orders_today: int = 0
    premium_today_usd: Decimal = Decimal(0)
    recent_orders: tuple[datetime, ...] = ()
    order_id_max: int = 0
    hedge_closed_usd: Decimal = Decimal(0)
    condors_closed_usd: Decimal = Decimal(0)
    condors: int = 0
    layers: int = 0
    plans: int = 0
    entry_planned: date | None = None
    last_condor_lost: bool = False
    lost_contracts: int | None = None
    equity_to_pass_usd: Decimal | None = None
    equity_usd: Decimal = Decimal(0)


class Guard(Struct, frozen=True, kw_only=True):
    """What the automatic halts go by: the day's base of the loss limit, USD, and recent unknown orders.

    `alarmed` is what was said since the last resume, so that it is said once.
    """

    day: date | None = None
    base_usd: Decimal | None = None
    unknown_at: tuple[datetime, ...] = ()
    alarmed: tuple[str, ...] = ()


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
    macro: dict[Series, Points] = {}
    signals: Signals = Signals()
    beta: BetaState = BetaState()
    condors: dict[str, Condor] = {}
    layers: dict[str, Layer] = {}
    plans: dict[str, Plan] = {}
    orders: dict[str, Order] = {}
    booked: dict[str, Booked] = {}
    peel: PeelRun | None = None
    sighting: Sighting | None = None
    counters: Counters = Counters()
    watch: tuple[InstrumentKey, ...] = ()
    verdicts: dict[str, str] = {}
    decided_seq: int = 0
    trading: TradingMode = TradingMode()
    guard: Guard = Guard()
    differing: dict[InstrumentKey, Differing] = {}
    quarantine: dict[str, str] = {}


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
