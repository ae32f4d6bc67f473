"""What is held, ordered and planned: orders, layers, condors, plans; plain frozen parts of the state."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from strategies.core.commands import Intent, Purpose
from strategies.core.episode import Episode
from strategies.core.facts import Expiry
from strategies.core.instruments import Instrument, InstrumentKey
from strategies.core.records import Verdict


class OrderStage(StrEnum):
    """Where an order stands. `unknown` is a state: it blocks its subject until the broker's truth is read."""

    PROPOSED = "proposed"
    INTENDED = "intended"
    TRANSMITTED = "transmitted"
    WORKING = "working"
    CANCELLING = "cancelling"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


ENDED = frozenset(
    {
        OrderStage.FILLED,
        OrderStage.CANCELLED,
        OrderStage.REJECTED,
        OrderStage.ABSENT,
        OrderStage.WITHDRAWN,
    }
)


class Order(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An intent and what became of it. `filled` counts whole units booked from executions.

    A proposed order carries the verdicts that an operator is shown; `answer` says how its proposal ended.
    `sent_epoch`: the connection of this process that it was handed to, 0 where it was none of them.
    """

    intent: Intent
    stage: OrderStage
    intended_at: datetime
    changed_at: datetime
    plan: str = ""
    successor: str = ""
    order_id: int = 0
    sent_epoch: int = 0
    perm_id: int = 0
    reported_filled: int = 0
    leg_filled: dict[InstrumentKey, int] = {}
    absent_since: datetime | None = None
    absent_epoch: int = 0
    verdicts: tuple[Verdict, ...] = ()
    answer: str = ""

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
    ROLLING = "rolling"
    CLOSED = "closed"


class Engine(StrEnum):
    """The rule that a layer comes from."""

    FIRST = "first"
    SLOPE = "slope"
    SECOND = "second"
    BREACH = "breach"
    DELTA_CUT = "delta_cut"


class Layer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One hedge position. `debit_usd` is the price paid for what is still held, commissions included.

    A delta cut has a sold leg too: `short`, of which `short_held` (never positive) is held. Its debit is the
    net of all that it paid and received, until it is flat. `slot` and `episode` say what its fill uses up on
    the condor; `extrinsic` is the time value per unit (points) at its order.
    """

    layer_id: str
    condor_id: str
    engine: Engine
    instrument: Instrument
    state: LayerState
    opened_at: datetime
    trigger: str = ""
    slot: str = ""
    episode: str = ""
    extrinsic: float | None = None
    rolled_from: str = ""
    short: Instrument | None = None
    short_held: int = 0
    bought: int = 0
    held: int = 0
    debit_usd: Decimal = Decimal(0)
    realised_usd: Decimal = Decimal(0)

    @property
    def positions(self) -> tuple[tuple[Instrument, int], ...]:
        """What is held, signed contracts; a leg that holds nothing is left out."""
        legs = ((self.instrument, self.held), (self.short, self.short_held))
        return tuple((leg, quantity) for leg, quantity in legs if leg is not None and quantity)

    @property
    def peelable(self) -> bool:
        """Whether the peel may sell of it: delta cuts are closed whole, by rules of their own."""
        return self.held > 0 and self.engine is not Engine.DELTA_CUT


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
    included. The unit greeks are those of one contract at entry, kept for life. `entered` is what was
    filled at entry, `equity_before_usd` what the book had made by then. `used` names, by slot, the
    episode in which a layer was last filled; `breaches` are the running episodes of a short strike breached,
    by side. An `adopted` condor was opened by others.
    """

    condor_id: str
    legs: tuple[Instrument, Instrument, Instrument, Instrument]
    state: CondorState
    opened_at: datetime
    contracts: int = 0
    entered: int = 0
    equity_before_usd: Decimal | None = None
    held: dict[InstrumentKey, int] = {}
    credit_usd: Decimal = Decimal(0)
    cash_usd: Decimal = Decimal(0)
    unit_vega_usd: float | None = None
    unit_theta_usd: float | None = None
    armed: bool = True
    used: dict[str, str] = {}
    breaches: dict[str, Episode] = {}
    adopted: bool = False

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
    engine: Engine | None = None
    trigger: str = ""
    fraction: float = 0.0
    factor: float = 1.0
    slot: str = ""
    episode: str = ""
    side: str = ""
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
    """Peeling allowed in one session. Steps are counted per scope: the book, or each condor.

    `due` are the layers that time-shifting hands over: they come first, or alone where `only_due`.
    """

    session: date
    not_before: datetime
    reason: str
    steps: dict[str, int] = {}
    due: tuple[str, ...] = ()
    only_due: bool = False
    last_step_at: dict[str, datetime] = {}
