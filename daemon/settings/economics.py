"""Settings of the gates 3 and 4 and of the modifiers: capital, decay, stress, and what bends a size."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from daemon.settings.base import Section


class Wacc(Section, frozen=True, kw_only=True):
    """Cost of capital: w x (r + premium x beta) + (1 - w) x (r + spread), r the fed funds rate to be."""

    equity_weight: Annotated[float, Meta(ge=0, le=1), "w, the share of equity."] = 0.8
    equity_premium: Annotated[float, Meta(ge=0, le=0.25), "A year over r, at a beta of 1."] = 0.045
    credit_spread: Annotated[float, Meta(ge=0, le=0.25), "A year, over r, of what is lent."] = 0.015
    mean_months: Annotated[int, Meta(ge=1, le=60), "Month ends of its mean."] = 60


class Decay(Section, frozen=True, kw_only=True):
    """Gate 3: theta and carry of the layers a day, over the theta of the open condors."""

    share_max: Annotated[float, Meta(gt=0, le=1), "Share of the condors' theta."] = 0.35
    share_max_low_inflation: Annotated[
        float, Meta(gt=0, le=1), "The same while inflation is low or not known."
    ] = 0.25
    cpi_low_pct: Annotated[float, Meta(ge=-10, le=50), "CPI year on year is low below it."] = 2.5
    ppi_low_pct: Annotated[float, Meta(ge=-50, le=100), "PPI year on year is low below it."] = 2.0
    wacc_excess_factor: Annotated[
        float, Meta(ge=0, le=100), "Share scaled by 1 - this x (cost of capital - its mean)."
    ] = 10
    scale_min: Annotated[float, Meta(gt=0, le=1), "That scale is at least this."] = 0.7
    scale_max: Annotated[float, Meta(ge=1, le=3), "That scale is at most this."] = 1.3

    order: ClassVar = (("share_max_low_inflation", "share_max"),)


class Steward(Section, frozen=True, kw_only=True):
    """Gate 4: gain of a layer in stress over its debit, and what the condor yields if nothing happens."""

    mode: Annotated[
        Literal["veto", "advise", "off"], '"advise": recorded, never refused; "off": not looked at.'
    ] = "veto"
    multiple_first: Annotated[float, Meta(ge=0, le=100), "First engine: gain over debit."] = 4
    multiple_slope: Annotated[float, Meta(ge=0, le=100), "Slope overlay."] = 4
    multiple_second: Annotated[float, Meta(ge=0, le=100), "Second engine."] = 2
    multiple_breach: Annotated[float, Meta(ge=0, le=100), "Breach layer."] = 2
    multiple_roll: Annotated[float, Meta(ge=0, le=100), "Roll: stress value over net debit."] = 4
    shock_points: Annotated[
        float, Meta(gt=0, le=200), "VIX points on a future at shock_tenor_days and nearer."
    ] = 20
    shock_tenor_days: Annotated[
        float, Meta(gt=0, le=365), "Farther futures move by the root of this over their days."
    ] = 30
    later_days: Annotated[float, Meta(ge=0, le=60), "Calendar days that the stress takes."] = 7


class ThetaPress(Section, frozen=True, kw_only=True):
    """Regime after a losing condor in which sold volatility pays: lighter overlays, no put-side cuts."""

    enabled: Annotated[bool, "false: the factor is 1."] = True
    factor: Annotated[float, Meta(ge=0.5, le=1), "On the size of overlays."] = 0.5
    vix_over_realised_min: Annotated[
        float, Meta(gt=0, le=10), "VIX over realised volatility must exceed it."
    ] = 1.5
    return_sessions: Annotated[
        int, Meta(ge=2, le=252), "Sessions of the cap- minus equal-weighted return."
    ] = 63
    history_min: Annotated[int, Meta(ge=4, le=237), "Past values that its quartile needs."] = 200


class Flow(Section, frozen=True, kw_only=True):
    """Regime after a losing condor with fast flow in IPO season: tighter bands, larger first layers."""

    enabled: Annotated[bool, "false: the factor is 1."] = True
    factor: Annotated[float, Meta(ge=1, le=1.3), "On the first engine's fraction."] = 1.3
    oversold: Annotated[float, Meta(ge=0, le=100), "RSI band in the regime."] = 25
    overbought: Annotated[float, Meta(ge=0, le=100), "RSI band in the regime."] = 75
    variance_sessions: Annotated[
        int, Meta(ge=2, le=252), "Sessions of the ratio of intraday to close variance."
    ] = 21
    ipo_history_min: Annotated[int, Meta(ge=4, le=180), "Months that the IPO quartile needs."] = 60
    variance_history_min: Annotated[int, Meta(ge=4, le=279), "Past ratios that their quartile needs."] = 200

    order_strict: ClassVar = (("oversold", "overbought"),)


class BetaTilt(Section, frozen=True, kw_only=True):
    """A tilt of every size by the dollar, growth and the book's own beta."""

    enabled: Annotated[bool, "false: the factor is 1."] = True
    reer_factor: Annotated[float, Meta(ge=1, le=1.2), "While REER is up over 12 months."] = 1.05
    growth_factor: Annotated[float, Meta(ge=1, le=1.2), "While growth is under its mean."] = 1.05
    growth_quarters: Annotated[int, Meta(ge=4, le=60), "Quarters of that mean."] = 40
    beta_ratio_min: Annotated[float, Meta(gt=0, le=1), "Book beta over its median, least."] = 0.9
    beta_ratio_max: Annotated[float, Meta(ge=1, le=2), "Book beta over its median, most."] = 1.1
    factor_min: Annotated[float, Meta(gt=0, le=1), "The product is at least this."] = 0.9
    factor_max: Annotated[float, Meta(ge=1, le=1.5), "The product is at most this."] = 1.2
    beta_sessions: Annotated[int, Meta(ge=20, le=1000), "Returns that the beta is made of."] = 252
    median_sessions: Annotated[int, Meta(ge=20, le=1000), "Betas that its median is made of."] = 252


class Reit(Section, frozen=True, kw_only=True):
    """More hedge while real estate moves more than the index and is dear."""

    enabled: Annotated[bool, "false: the factor is 1."] = True
    factor: Annotated[float, Meta(ge=1, le=1.15), "On every size."] = 1.15
    volatility_ratio_min: Annotated[
        float, Meta(gt=0, le=10), "REIT over SPX realised volatility must exceed it."
    ] = 1.3
    p_cf_history_min: Annotated[
        int, Meta(ge=4, le=180), "Past values that the median of price to cash flow needs."
    ] = 60
