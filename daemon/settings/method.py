"""Settings of the method: its signals, its layers and the condors it protects."""

from typing import ClassVar, Literal

from pydantic import Field

from daemon.settings.base import Section


class Rsi(Section):
    """Wilder's relative strength index on daily SPX closes, and its bands (RSI points)."""

    period: int = Field(default=14, ge=2, le=200, description="Sessions.")
    oversold: float = Field(default=30, ge=0, le=100, description="Below it the first engine may add.")
    overbought: float = Field(default=70, ge=0, le=100, description="Above it the first engine may add.")
    neutral_low: float = Field(
        default=40, ge=0, le=100, description="From here to neutral_high layers are peeled."
    )
    neutral_high: float = Field(default=60, ge=0, le=100, description="Upper end of the peel zone.")
    warmup_sessions: int = Field(
        default=500, ge=15, le=5000, description="History read at start, so that the seed has faded."
    )

    order_strict: ClassVar = (
        ("oversold", "neutral_low", "neutral_high", "overbought"),
        ("period", "warmup_sessions"),
    )


class Macd(Section):
    """Moving average convergence/divergence on daily SPX closes."""

    fast: int = Field(default=12, ge=2, le=200, description="Sessions of the fast average.")
    slow: int = Field(default=26, ge=3, le=400, description="Sessions of the slow average.")
    signal: int = Field(default=9, ge=1, le=200, description="Sessions of the signal line.")

    order_strict: ClassVar = (("fast", "slow"),)


class Divergence(Section):
    """Price against RSI or MACD at two consecutive swings of daily SPX closes."""

    swing_bars: int = Field(
        default=3,
        ge=1,
        le=20,
        description="Closes on each side that a swing is strictly beyond; so many later it is known.",
    )
    valid_sessions: int = Field(
        default=10, ge=1, le=252, description="A divergence counts on so many bars from its confirmation on."
    )


class Breadth(Section):
    """The trend of advancing less declining NYSE issues, in its own standard deviations."""

    enabled: bool = Field(
        default=True, description="false: the index AD-NYSE is not quoted, breadth is unavailable."
    )
    trend_sessions: int = Field(default=20, ge=1, le=252, description="Sessions summed.")
    deviation_sessions: int = Field(
        default=252,
        ge=2,
        le=1000,
        description="Sessions of the standard deviation; unavailable until so many were seen.",
    )
    clip: float = Field(default=2.0, gt=0, le=10, description="The trend stays within it either way.")

    order: ClassVar = (("trend_sessions", "deviation_sessions"),)


class Realised(Section):
    """Realised volatility of the SPX, close to close."""

    sessions: int = Field(default=21, ge=2, le=252, description="Daily returns in the window.")


class Episode(Section):
    """A run of sessions with a condition, short pauses bridged."""

    end_after_sessions: int = Field(
        default=3, ge=1, le=60, description="Over after so many sessions in a row without the condition."
    )


class TermStructure(Section):
    """The slope M2 - M1 of the VIX futures."""

    flat_points: float = Field(
        default=0.05, ge=0, le=5, description="VIX points; within it the curve is flat."
    )
    steepening_sessions: int = Field(
        default=5,
        ge=1,
        le=60,
        description="Steepening: the same two futures were closer together so many sessions ago.",
    )


class Expansion(Section):
    """When volatility counts as expanding; either test suffices."""

    mean_ratio: float = Field(
        default=1.20, ge=1, le=5, description="VIX over its mean of the completed sessions before."
    )
    mean_sessions: int = Field(default=20, ge=2, le=252, description="Sessions of that mean.")
    jump_ratio: float = Field(default=1.15, ge=1, le=5, description="VIX over its close some sessions ago.")
    jump_sessions: int = Field(default=3, ge=1, le=60, description="How many sessions ago.")


class Bars(Section):
    """What a bar before its official close may be used for."""

    provisional: Literal["off", "peel"] = Field(
        default="peel", description='"peel": for peeling only; "off": for nothing.'
    )
    provisional_hold_s: int = Field(
        default=1800, ge=0, le=23_400, description="A provisional reading counts after this long on one side."
    )


class FirstEngine(Section):
    """VIX calls bought in either RSI band while the curve is in contango."""

    enabled: bool = Field(default=True, description="false: no new layers of this engine.")
    fraction_min: float = Field(
        default=0.15, gt=0, le=1, description="Share of the condor's notional at the band's edge."
    )
    fraction_max: float = Field(default=0.25, gt=0, le=1, description="Share of notional at the far end.")
    full_at_rsi_beyond: float = Field(
        default=10, gt=0, le=50, description="RSI points beyond the edge where that is reached."
    )
    dte_target: int = Field(
        default=30, ge=1, le=365, description="Calendar days to expiry, the nearest is taken."
    )
    dte_min: int = Field(default=25, ge=1, le=365, description="Nearer expiries are not used.")
    dte_max: int = Field(default=60, ge=1, le=365, description="Farther expiries are not used.")
    delta_target: float = Field(default=0.30, gt=0, lt=1, description="Call delta, the nearest is taken.")

    order: ClassVar = (("fraction_min", "fraction_max"), ("dte_min", "dte_target", "dte_max"))


class Peel(Section):
    """Selling layers again once calm has returned."""

    hold_while_expanding: bool = Field(
        default=True, description="RSI passes through the peel zone on the way into a crash."
    )
    step_s: int = Field(default=900, ge=1, le=23_400, description="Time between two steps.")
    steps_per_session: int = Field(default=2, ge=1, le=100, description="At most so many steps a session.")
    scope: Literal["book", "condor"] = Field(
        default="book", description="What the steps of a session are counted over."
    )
    liquidity_ratio_min: float = Field(
        default=1.0, ge=0, le=100, description="Displayed bid over the order's value; below it half a step."
    )
    leave_below_debit_share: float = Field(
        default=0.05, ge=0, lt=1, description="Worth less than this share of its debit: left to expire."
    )


class Condors(Section):
    """The SPX iron condors."""

    manage: bool = Field(
        default=True, description="false: only condors found in the account are hedged, none is traded."
    )
    max_open: int = Field(default=4, ge=1, le=100, description="At most so many at a time.")
    size: Literal["fixed", "share"] = Field(
        default="fixed", description='"fixed": contracts; "share": of net liquidation.'
    )
    contracts: int = Field(default=10, ge=1, le=1000, description="Size of each, if fixed.")
    net_liquidation_share: float = Field(
        default=0.05, gt=0, le=1, description="Defined risk of each over net liquidation, if a share."
    )
    adopt: bool = Field(default=True, description="Condors found in the account are hedged too.")
    dte_target: int = Field(
        default=45, ge=1, le=365, description="Calendar days to expiry, the nearest is taken."
    )
    dte_min: int = Field(default=30, ge=1, le=365, description="Nearer expiries are not used.")
    dte_max: int = Field(default=60, ge=1, le=365, description="Farther expiries are not used.")
    delta_short: float = Field(default=0.16, gt=0, lt=0.5, description="Absolute delta of the short strikes.")
    wing_points: float = Field(default=50, gt=0, le=1000, description="SPX points from short to long strike.")
    profit_share: float = Field(
        default=0.50, gt=0, lt=1, description="Closed at this share of the credit as profit."
    )
    exit_dte: int = Field(default=21, ge=0, le=365, description="Closed at so many calendar days to expiry.")

    order: ClassVar = (("dte_min", "dte_target", "dte_max"),)
    order_strict: ClassVar = (("exit_dte", "dte_min"),)


class Pricing(Section):
    """Inputs of the SPX options' Black-Scholes deltas; VIX options take the future as their forward."""

    rate: float = Field(default=0.02, ge=-0.05, le=0.25, description="A year, continuous.")
    dividend_yield: float = Field(default=0.019, ge=0, le=0.25, description="A year, continuous.")
