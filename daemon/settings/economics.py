"""Settings of the gates 3 and 4 and of the modifiers: capital, decay, stress, and what bends a size."""

from typing import ClassVar, Literal

from pydantic import Field

from daemon.settings.base import Section


class Wacc(Section):
    """Cost of capital: w x (r + premium x beta) + (1 - w) x (r + spread), r the fed funds rate to be."""

    equity_weight: float = Field(default=0.8, ge=0, le=1, description="w, the share of equity.")
    equity_premium: float = Field(default=0.045, ge=0, le=0.25, description="A year over r, at a beta of 1.")
    credit_spread: float = Field(default=0.015, ge=0, le=0.25, description="A year, over r, of what is lent.")
    mean_months: int = Field(default=60, ge=1, le=60, description="Month ends of its mean.")


class Decay(Section):
    """Gate 3: theta and carry of the layers a day, over the theta of the open condors."""

    share_max: float = Field(default=0.35, gt=0, le=1, description="Share of the condors' theta.")
    share_max_low_inflation: float = Field(
        default=0.25, gt=0, le=1, description="The same while inflation is low or not known."
    )
    cpi_low_pct: float = Field(default=2.5, ge=-10, le=50, description="CPI year on year is low below it.")
    ppi_low_pct: float = Field(default=2.0, ge=-50, le=100, description="PPI year on year is low below it.")
    wacc_excess_factor: float = Field(
        default=10, ge=0, le=100, description="Share scaled by 1 - this x (cost of capital - its mean)."
    )
    scale_min: float = Field(default=0.7, gt=0, le=1, description="That scale is at least this.")
    scale_max: float = Field(default=1.3, ge=1, le=3, description="That scale is at most this.")

    order: ClassVar = (("share_max_low_inflation", "share_max"),)


class Steward(Section):
    """Gate 4: gain of a layer in stress over its debit, and what the condor yields if nothing happens."""

    mode: Literal["veto", "advise", "off"] = Field(
        default="veto", description='"advise": recorded, never refused; "off": not looked at.'
    )
    multiple_first: float = Field(default=4, ge=0, le=100, description="First engine: gain over debit.")
    multiple_slope: float = Field(default=4, ge=0, le=100, description="Slope overlay.")
    multiple_second: float = Field(default=2, ge=0, le=100, description="Second engine.")
    multiple_breach: float = Field(default=2, ge=0, le=100, description="Breach layer.")
    multiple_roll: float = Field(default=4, ge=0, le=100, description="Roll: stress value over net debit.")
    shock_points: float = Field(
        default=20, gt=0, le=200, description="VIX points on a future at shock_tenor_days and nearer."
    )
    shock_tenor_days: float = Field(
        default=30, gt=0, le=365, description="Farther futures move by the root of this over their days."
    )
    later_days: float = Field(default=7, ge=0, le=60, description="Calendar days that the stress takes.")


class ThetaPress(Section):
    """Regime after a losing condor in which sold volatility pays: lighter overlays, no put-side cuts."""

    enabled: bool = Field(default=True, description="false: the factor is 1.")
    factor: float = Field(default=0.5, ge=0.5, le=1, description="On the size of overlays.")
    vix_over_realised_min: float = Field(
        default=1.5, gt=0, le=10, description="VIX over realised volatility must exceed it."
    )
    return_sessions: int = Field(
        default=63, ge=2, le=252, description="Sessions of the cap- minus equal-weighted return."
    )
    history_min: int = Field(default=200, ge=4, le=237, description="Past values that its quartile needs.")


class Flow(Section):
    """Regime after a losing condor with fast flow in IPO season: tighter bands, larger first layers."""

    enabled: bool = Field(default=True, description="false: the factor is 1.")
    factor: float = Field(default=1.3, ge=1, le=1.3, description="On the first engine's fraction.")
    oversold: float = Field(default=25, ge=0, le=100, description="RSI band in the regime.")
    overbought: float = Field(default=75, ge=0, le=100, description="RSI band in the regime.")
    variance_sessions: int = Field(
        default=21,
        ge=2,
        le=252,
        description="Sessions of the ratio of intraday to close variance.",
    )
    ipo_history_min: int = Field(default=60, ge=4, le=180, description="Months that the IPO quartile needs.")
    variance_history_min: int = Field(
        default=200, ge=4, le=279, description="Past ratios that their quartile needs."
    )

    order_strict: ClassVar = (("oversold", "overbought"),)


class BetaTilt(Section):
    """A tilt of every size by the dollar, growth and the book's own beta."""

    enabled: bool = Field(default=True, description="false: the factor is 1.")
    reer_factor: float = Field(default=1.05, ge=1, le=1.2, description="While REER is up over 12 months.")
    growth_factor: float = Field(default=1.05, ge=1, le=1.2, description="While growth is under its mean.")
    growth_quarters: int = Field(default=40, ge=4, le=60, description="Quarters of that mean.")
    beta_ratio_min: float = Field(default=0.9, gt=0, le=1, description="Book beta over its median, least.")
    beta_ratio_max: float = Field(default=1.1, ge=1, le=2, description="Book beta over its median, most.")
    factor_min: float = Field(default=0.9, gt=0, le=1, description="The product is at least this.")
    factor_max: float = Field(default=1.2, ge=1, le=1.5, description="The product is at most this.")
    beta_sessions: int = Field(default=252, ge=20, le=1000, description="Returns that the beta is made of.")
    median_sessions: int = Field(default=252, ge=20, le=1000, description="Betas that its median is made of.")


class Reit(Section):
    """More hedge while real estate moves more than the index and is dear."""

    enabled: bool = Field(default=True, description="false: the factor is 1.")
    factor: float = Field(default=1.15, ge=1, le=1.15, description="On every size.")
    volatility_ratio_min: float = Field(
        default=1.3, gt=0, le=10, description="REIT over SPX realised volatility must exceed it."
    )
    p_cf_history_min: int = Field(
        default=60, ge=4, le=180, description="Past values that the median of price to cash flow needs."
    )
