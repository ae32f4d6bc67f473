"""The numbers of the strategy, as plain data. Their meaning and bounds stand beside them in settings.toml."""

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

from strategies.core.gate_rules import (
    BetaTiltRules,
    DecayRules,
    FlowRules,
    ReitRules,
    StewardRules,
    ThetaPressRules,
    WaccRules,
)
from strategies.core.layer_rules import (
    AdviseRules,
    BreachRules,
    ConfirmationRules,
    RollRules,
    SecondRules,
    SlopeRules,
)


class ClockRules(Struct, frozen=True, kw_only=True):
    """How far the gateway's clock and ours may be apart."""

    skew_max_s: float = 30.0


class StaleRules(Struct, frozen=True, kw_only=True):
    """How old an input may be before it is unavailable."""

    index_s: float = 600.0
    future_s: float = 900.0
    option_s: float = 900.0


class MacroRules(Struct, frozen=True, kw_only=True):
    """How many days ago the newest figure of a series may have been released."""

    fed_funds_days: int = 10
    fomc_days: int = 60
    cpi_days: int = 45
    ppi_days: int = 45
    reer_days: int = 60
    gdp_growth_days: int = 120
    pe_days: int = 45
    ipo_count_days: int = 45
    p_cf_days: int = 45
    reit_volatility_days: int = 7
    sp500_cap_days: int = 7
    sp500_equal_days: int = 7
    spx_rv5m_days: int = 7


class RsiRules(Struct, frozen=True, kw_only=True):
    """Wilder's RSI on daily SPX closes, its bands and its neutral zone."""

    period: int = 14
    oversold: float = 30.0
    overbought: float = 70.0
    neutral_low: float = 40.0
    neutral_high: float = 60.0
    warmup_sessions: int = 500


class MacdRules(Struct, frozen=True, kw_only=True):
    """Periods of the MACD's three averages, in sessions."""

    fast: int = 12
    slow: int = 26
    signal: int = 9


class DivergenceRules(Struct, frozen=True, kw_only=True):
    """How a swing is recognised, and how long a divergence counts."""

    swing_bars: int = 3
    valid_sessions: int = 10


class BreadthRules(Struct, frozen=True, kw_only=True):
    """The trend of advancing less declining NYSE issues, in its own standard deviations."""

    enabled: bool = True
    trend_sessions: int = 20
    deviation_sessions: int = 252
    clip: float = 2.0


class RealisedRules(Struct, frozen=True, kw_only=True):
    """The window of realised volatility."""

    sessions: int = 21


class EpisodeRules(Struct, frozen=True, kw_only=True):
    """An episode is over after this many sessions without its condition."""

    end_after_sessions: int = 3


class TermStructureRules(Struct, frozen=True, kw_only=True):
    """Contango and backwardation begin beyond this many VIX points; steepening looks so far back."""

    flat_points: float = 0.05
    steepening_sessions: int = 5


class ExpansionRules(Struct, frozen=True, kw_only=True):
    """When volatility counts as expanding."""

    mean_ratio: float = 1.20
    mean_sessions: int = 20
    jump_ratio: float = 1.15
    jump_sessions: int = 3


class BarRules(Struct, frozen=True, kw_only=True):
    """What a bar that is not final may decide, and after how long."""

    provisional: Literal["off", "peel"] = "peel"
    provisional_hold_s: float = 1800.0


class ScheduleRules(Struct, frozen=True, kw_only=True):
    """Delay after the open before what was decided on a final bar is carried out."""

    act_after_open_s: float = 900.0


class FirstEngineRules(Struct, frozen=True, kw_only=True):
    """The first engine: share of the condor's notional, tenor and delta of the calls."""

    enabled: bool = True
    fraction_min: float = 0.15
    fraction_max: float = 0.25
    full_at_rsi_beyond: float = 10.0
    dte_target: int = 30
    dte_min: int = 25
    dte_max: int = 60
    delta_target: float = 0.30


class PeelRules(Struct, frozen=True, kw_only=True):
    """How layers come off."""

    hold_while_expanding: bool = True
    step_s: float = 900.0
    steps_per_session: int = 2
    scope: Literal["book", "condor"] = "book"
    liquidity_ratio_min: float = 1.0
    leave_below_debit_share: float = 0.05


class CondorRules(Struct, frozen=True, kw_only=True):
    """The condors that the hedge protects."""

    manage: bool = True
    max_open: int = 4
    size: Literal["fixed", "share"] = "fixed"
    contracts: int = 10
    net_liquidation_share: float = 0.05
    adopt: bool = True
    dte_target: int = 45
    dte_min: int = 30
    dte_max: int = 60
    delta_short: float = 0.16
    wing_points: float = 50.0
    profit_share: float = 0.50
    exit_dte: int = 21


class GateRules(Struct, frozen=True, kw_only=True):
    """Break-even limits on a condor's hedge debit."""

    debit_spx_share_max: float = 0.015
    debit_credit_share_max: float = 0.50


class CapRules(Struct, frozen=True, kw_only=True):
    """Account caps; shares are of net liquidation."""

    layers_open_max: int = 12
    contracts_per_layer_max: int = 50
    premium_day_share_max: float = 0.02
    premium_total_share_max: float = 0.10
    orders_per_minute_max: int = 10
    orders_per_day_max: int = 60


class OrderRules(Struct, frozen=True, kw_only=True):
    """How orders are priced and how long they may wait."""

    cross_share: float = 1.0
    working_timeout_s: float = 300.0
    attempts_per_plan_max: int = 3
    ack_timeout_s: float = 30.0
    selection_timeout_s: float = 1800.0


class PricingRules(Struct, frozen=True, kw_only=True):
    """Rates for the deltas of SPX options, per year, continuously compounded."""

    rate: float = 0.02
    dividend_yield: float = 0.019


class ReconcileRules(Struct, frozen=True, kw_only=True):
    """How often the broker's truth is read, and the quiet period between two proofs of absence."""

    every_s: float = 900.0
    quiet_s: float = 60.0
    fills_missing_s: float = 900.0


class HaltRules(Struct, frozen=True, kw_only=True):
    """When trading halts by itself; 0 switches a halt off."""

    loss_day_share_max: float = 0.05
    unknown_orders_max: int = 5
    clock_step_max_s: float = 60.0


class Rules(Struct, frozen=True, kw_only=True):
    """Everything that a decision may depend on besides the events."""

    mode: Literal["auto", "advise"] = "auto"
    clock: ClockRules = ClockRules()
    stale: StaleRules = StaleRules()
    macro: MacroRules = MacroRules()
    rsi: RsiRules = RsiRules()
    macd: MacdRules = MacdRules()
    divergence: DivergenceRules = DivergenceRules()
    breadth: BreadthRules = BreadthRules()
    realised: RealisedRules = RealisedRules()
    episode: EpisodeRules = EpisodeRules()
    term_structure: TermStructureRules = TermStructureRules()
    expansion: ExpansionRules = ExpansionRules()
    bars: BarRules = BarRules()
    schedule: ScheduleRules = ScheduleRules()
    first_engine: FirstEngineRules = FirstEngineRules()
    slope: SlopeRules = SlopeRules()
    second: SecondRules = SecondRules()
    breach: BreachRules = BreachRules()
    confirmation: ConfirmationRules = ConfirmationRules()
    advise: AdviseRules = AdviseRules()
    peel: PeelRules = PeelRules()
    condors: CondorRules = CondorRules()
    gates: GateRules = GateRules()
    wacc: WaccRules = WaccRules()
    decay: DecayRules = DecayRules()
    steward: StewardRules = StewardRules()
    roll: RollRules = RollRules()
    theta_press: ThetaPressRules = ThetaPressRules()
    flow: FlowRules = FlowRules()
    beta_tilt: BetaTiltRules = BetaTiltRules()
    reit: ReitRules = ReitRules()
    caps: CapRules = CapRules()
    orders: OrderRules = OrderRules()
    pricing: PricingRules = PricingRules()
    reconcile: ReconcileRules = ReconcileRules()
    halts: HaltRules = HaltRules()


def rules_hash(rules: Rules) -> str:
    """Return the sha256 (hex) of the rules' canonical JSON."""
    return hashlib.sha256(msgspec.json.encode(rules, order="deterministic")).hexdigest()
