"""Settings of the method: its signals, its layers and the condors it protects."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from daemon.settings.base import Section


class Rsi(Section, frozen=True, kw_only=True):
    """Wilder's relative strength index on daily SPX closes, and its bands (RSI points)."""

    period: Annotated[int, Meta(ge=2, le=200), "Sessions."] = 14
    oversold: Annotated[float, Meta(ge=0, le=100), "Below it the first engine may add."] = 30
    overbought: Annotated[float, Meta(ge=0, le=100), "Above it the first engine may add."] = 70
    neutral_low: Annotated[float, Meta(ge=0, le=100), "From here to neutral_high layers are peeled."] = 40
    neutral_high: Annotated[float, Meta(ge=0, le=100), "Upper end of the peel zone."] = 60
    warmup_sessions: Annotated[
        int, Meta(ge=15, le=5000), "History read at start, so that the seed has faded."
    ] = 500

    order_strict: ClassVar = (
        ("oversold", "neutral_low", "neutral_high", "overbought"),
        ("period", "warmup_sessions"),
    )


class Macd(Section, frozen=True, kw_only=True):
    """Moving average convergence/divergence on daily SPX closes."""

    fast: Annotated[int, Meta(ge=2, le=200), "Sessions of the fast average."] = 12
    slow: Annotated[int, Meta(ge=3, le=400), "Sessions of the slow average."] = 26
    signal: Annotated[int, Meta(ge=1, le=200), "Sessions of the signal line."] = 9

    order_strict: ClassVar = (("fast", "slow"),)


class Divergence(Section, frozen=True, kw_only=True):
    """Price against RSI or MACD at two consecutive swings of daily SPX closes."""

    swing_bars: Annotated[
        int,
        Meta(ge=1, le=20),
        "Closes on each side that a swing is strictly beyond; so many later it is known.",
    ] = 3
    valid_sessions: Annotated[
        int, Meta(ge=1, le=252), "A divergence counts on so many bars from its confirmation on."
    ] = 10


class Breadth(Section, frozen=True, kw_only=True):
    """The trend of advancing less declining NYSE issues, in its own standard deviations."""

    enabled: Annotated[bool, "false: the index AD-NYSE is not quoted, breadth is unavailable."] = True
    trend_sessions: Annotated[int, Meta(ge=1, le=252), "Sessions summed."] = 20
    deviation_sessions: Annotated[
        int, Meta(ge=2, le=1000), "Sessions of the standard deviation; unavailable until so many were seen."
    ] = 252
    clip: Annotated[float, Meta(gt=0, le=10), "The trend stays within it either way."] = 2.0

    order: ClassVar = (("trend_sessions", "deviation_sessions"),)


class Realised(Section, frozen=True, kw_only=True):
    """Realised volatility of the SPX, close to close."""

    sessions: Annotated[int, Meta(ge=2, le=252), "Daily returns in the window."] = 21


class Episode(Section, frozen=True, kw_only=True):
    """A run of sessions with a condition, short pauses bridged."""

    end_after_sessions: Annotated[
        int, Meta(ge=1, le=60), "Over after so many sessions in a row without the condition."
    ] = 3


class TermStructure(Section, frozen=True, kw_only=True):
    """The slope M2 - M1 of the VIX futures."""

    flat_points: Annotated[float, Meta(ge=0, le=5), "VIX points; within it the curve is flat."] = 0.05
    steepening_sessions: Annotated[
        int, Meta(ge=1, le=60), "Steepening: the same two futures were closer together so many sessions ago."
    ] = 5


class Expansion(Section, frozen=True, kw_only=True):
    """When volatility counts as expanding; either test suffices."""

    mean_ratio: Annotated[float, Meta(ge=1, le=5), "VIX over its mean of the completed sessions before."] = (
        1.20
    )
    mean_sessions: Annotated[int, Meta(ge=2, le=252), "Sessions of that mean."] = 20
    jump_ratio: Annotated[float, Meta(ge=1, le=5), "VIX over its close some sessions ago."] = 1.15
    jump_sessions: Annotated[int, Meta(ge=1, le=60), "How many sessions ago."] = 3


class Bars(Section, frozen=True, kw_only=True):
    """What a bar before its official close may be used for."""

    provisional: Annotated[Literal["off", "peel"], '"peel": for peeling only; "off": for nothing.'] = "peel"
    provisional_hold_s: Annotated[
        int, Meta(ge=0, le=23_400), "A provisional reading counts after this long on one side."
    ] = 1800


class FirstEngine(Section, frozen=True, kw_only=True):
    """VIX calls bought in either RSI band while the curve is in contango."""

    enabled: Annotated[bool, "false: no new layers of this engine."] = True
    fraction_min: Annotated[float, Meta(gt=0, le=1), "Share of the condor's notional at the band's edge."] = (
        0.15
    )
    fraction_max: Annotated[float, Meta(gt=0, le=1), "Share of notional at the far end."] = 0.25
    full_at_rsi_beyond: Annotated[
        float, Meta(gt=0, le=50), "RSI points beyond the edge where that is reached."
    ] = 10
    dte_target: Annotated[int, Meta(ge=1, le=365), "Calendar days to expiry, the nearest is taken."] = 30
    dte_min: Annotated[int, Meta(ge=1, le=365), "Nearer expiries are not used."] = 25
    dte_max: Annotated[int, Meta(ge=1, le=365), "Farther expiries are not used."] = 60
    delta_target: Annotated[float, Meta(gt=0, lt=1), "Call delta, the nearest is taken."] = 0.30

    order: ClassVar = (("fraction_min", "fraction_max"), ("dte_min", "dte_target", "dte_max"))


class Peel(Section, frozen=True, kw_only=True):
    """Selling layers again once calm has returned."""

    hold_while_expanding: Annotated[bool, "RSI passes through the peel zone on the way into a crash."] = True
    step_s: Annotated[int, Meta(ge=1, le=23_400), "Time between two steps."] = 900
    steps_per_session: Annotated[int, Meta(ge=1, le=100), "At most so many steps a session."] = 2
    scope: Annotated[Literal["book", "condor"], "What the steps of a session are counted over."] = "book"
    liquidity_ratio_min: Annotated[
        float, Meta(ge=0, le=100), "Displayed bid over the order's value; below it half a step."
    ] = 1.0
    leave_below_debit_share: Annotated[
        float, Meta(ge=0, lt=1), "Worth less than this share of its debit: left to expire."
    ] = 0.05


class Condors(Section, frozen=True, kw_only=True):
    """The SPX iron condors."""

    manage: Annotated[bool, "false: only condors found in the account are hedged, none is traded."] = True
    max_open: Annotated[int, Meta(ge=1, le=100), "At most so many at a time."] = 4
    size: Annotated[Literal["fixed", "share"], '"fixed": contracts; "share": of net liquidation.'] = "fixed"
    contracts: Annotated[int, Meta(ge=1, le=1000), "Size of each, if fixed."] = 10
    net_liquidation_share: Annotated[
        float, Meta(gt=0, le=1), "Defined risk of each over net liquidation, if a share."
    ] = 0.05
    adopt: Annotated[bool, "Condors found in the account are hedged too."] = True
    dte_target: Annotated[int, Meta(ge=1, le=365), "Calendar days to expiry, the nearest is taken."] = 45
    dte_min: Annotated[int, Meta(ge=1, le=365), "Nearer expiries are not used."] = 30
    dte_max: Annotated[int, Meta(ge=1, le=365), "Farther expiries are not used."] = 60
    delta_short: Annotated[float, Meta(gt=0, lt=0.5), "Absolute delta of the short strikes."] = 0.16
    wing_points: Annotated[float, Meta(gt=0, le=1000), "SPX points from short to long strike."] = 50
    profit_share: Annotated[float, Meta(gt=0, lt=1), "Closed at this share of the credit as profit."] = 0.50
    exit_dte: Annotated[int, Meta(ge=0, le=365), "Closed at so many calendar days to expiry."] = 21

    order: ClassVar = (("dte_min", "dte_target", "dte_max"),)
    order_strict: ClassVar = (("exit_dte", "dte_min"),)


class Pricing(Section, frozen=True, kw_only=True):
    """Inputs of the SPX options' Black-Scholes deltas; VIX options take the future as their forward."""

    rate: Annotated[float, Meta(ge=-0.05, le=0.25), "A year, continuous."] = 0.02
    dividend_yield: Annotated[float, Meta(ge=0, le=0.25), "A year, continuous."] = 0.019
