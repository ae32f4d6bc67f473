"""The numbers of gates 3 and 4 and of the modifiers, as plain data: one structure a section of settings."""

from typing import Literal

from msgspec import Struct


class WaccRules(Struct, frozen=True, kw_only=True):
    """What the hedge's capital costs: weights and premiums as decimals, per year."""

    equity_weight: float = 0.8
    equity_premium: float = 0.045
    credit_spread: float = 0.015
    mean_months: int = 60


class DecayRules(Struct, frozen=True, kw_only=True):
    """Gate 3: how much of the condors' theta the layers may cost a day."""

    share_max: float = 0.35
    share_max_low_inflation: float = 0.25
    cpi_low_pct: float = 2.5
    ppi_low_pct: float = 2.0
    wacc_excess_factor: float = 10.0
    scale_min: float = 0.7
    scale_max: float = 1.3


class StewardRules(Struct, frozen=True, kw_only=True):
    """Gate 4: what a layer must be worth in stress, in multiples of its debit."""

    mode: Literal["veto", "advise", "off"] = "veto"
    multiple_first: float = 4.0
    multiple_slope: float = 4.0
    multiple_second: float = 2.0
    multiple_breach: float = 2.0
    multiple_roll: float = 4.0
    shock_points: float = 20.0
    shock_tenor_days: float = 30.0
    later_days: float = 7.0


class ThetaPressRules(Struct, frozen=True, kw_only=True):
    """The theta-press regime: lighter overlays while sold volatility pays."""

    enabled: bool = True
    factor: float = 0.5
    vix_over_realised_min: float = 1.5
    return_sessions: int = 63
    history_min: int = 200


class FlowRules(Struct, frozen=True, kw_only=True):
    """The flow regime: wider bands and larger first layers in fast flow."""

    enabled: bool = True
    factor: float = 1.3
    oversold: float = 25.0
    overbought: float = 75.0
    variance_sessions: int = 21
    ipo_history_min: int = 60
    variance_history_min: int = 200


class BetaTiltRules(Struct, frozen=True, kw_only=True):
    """The beta tilt: dollar, growth and the book's own beta."""

    enabled: bool = True
    reer_factor: float = 1.05
    growth_factor: float = 1.05
    growth_quarters: int = 40
    beta_ratio_min: float = 0.9
    beta_ratio_max: float = 1.1
    factor_min: float = 0.9
    factor_max: float = 1.2
    beta_sessions: int = 252
    median_sessions: int = 252


class ReitRules(Struct, frozen=True, kw_only=True):
    """The REIT modifier: real estate moves more than the index while it is dear."""

    enabled: bool = True
    factor: float = 1.15
    volatility_ratio_min: float = 1.3
    p_cf_history_min: int = 60
