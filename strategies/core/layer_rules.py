"""The numbers of the rules that add, roll and propose layers: one structure a section of settings."""

from typing import Literal

from msgspec import Struct


class SlopeRules(Struct, frozen=True, kw_only=True):
    """The slope overlay: a share of the condor's entry vega while the curve is steep and steepening."""

    enabled: bool = True
    unit: Literal["points", "percent"] = "points"
    points_min: float = 3.0
    percent_min: float = 12.0
    vega_share: float = 0.5
    needs_open: bool = True


class SecondRules(Struct, frozen=True, kw_only=True):
    """The second engine: longer protection, VIX calls or VXX shares."""

    enabled: bool = True
    instrument: Literal["VIX", "VXX"] = "VIX"
    fraction: float = 0.10
    dte_target: int = 110
    dte_min: int = 75
    dte_max: int = 150
    delta_target: float = 0.30
    breadth_weight: float = 0.25
    needs_first: bool = False


class BreachRules(Struct, frozen=True, kw_only=True):
    """What is done when SPX is beyond a strike of the condor."""

    enabled: bool = True
    level: Literal["short", "long"] = "short"
    delta_cut: float = 0.50
    use_xsp: bool = False
    cut_exit_dte: int = 14
    cut_loss_move: float = 0.05


class ConfirmationRules(Struct, frozen=True, kw_only=True):
    """Which layers need a confirmation when there is one already, and whose layers count."""

    scope: Literal["condor", "book"] = "condor"
    applies_to: tuple[Literal["first", "slope", "second", "breach"], ...] = ("first",)


class RollRules(Struct, frozen=True, kw_only=True):
    """Time-shifting: when a layer is rolled; a ratio of 0 switches the forward-volatility limit off."""

    enabled: bool = True
    dte_max: int = 14
    extrinsic_share_min: float = 0.30
    forward_vol_ratio_max: float = 0.0


class AdviseRules(Struct, frozen=True, kw_only=True):
    """With `mode = "advise"`: how long a proposal waits for an operator."""

    lifetime_s: float = 1800.0
