"""Settings of the rules that add to the hedge besides the first engine, roll it, or ask an operator."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from daemon.settings.base import FromList, Section


class Slope(Section):
    """The slope overlay: more vega while the VIX curve is steep and steepening."""

    enabled: bool = Field(default=True, description="false: nothing is added.")
    unit: Literal["points", "percent"] = Field(
        default="points", description='"points": M2 - M1 in VIX points; "percent": of M1.'
    )
    points_min: float = Field(default=3.0, gt=0, le=50, description="The slope must be above it.")
    percent_min: float = Field(default=12.0, gt=0, le=200, description='The same with unit = "percent".')
    vega_share: float = Field(default=0.5, gt=0, le=2, description="Of the condor's vega at entry.")
    needs_open: bool = Field(default=True, description="Only on a condor that has an open layer.")


class Second(Section):
    """The second engine: longer protection as volatility expands."""

    enabled: bool = Field(default=True, description="false: nothing is added.")
    instrument: Literal["VIX", "VXX"] = Field(default="VIX", description="VIX calls, or VXX shares.")
    fraction: float = Field(default=0.10, gt=0, le=1, description="Of the condor's notional.")
    dte_target: int = Field(default=110, ge=1, le=365, description="Calendar days to expiry, the nearest.")
    dte_min: int = Field(default=75, ge=1, le=365, description="Nearer expiries are not used.")
    dte_max: int = Field(default=150, ge=1, le=365, description="Farther expiries are not used.")
    delta_target: float = Field(default=0.30, gt=0, lt=1, description="Delta of the calls.")
    breadth_weight: float = Field(
        default=0.25, ge=0, le=0.5, description="Size x (1 - this x A/D trend), the trend from -2 to 2."
    )
    needs_first: bool = Field(default=False, description="Only on a condor with a layer of the first engine.")

    order: ClassVar = (("dte_min", "dte_target", "dte_max"),)


class Breach(Section):
    """SPX beyond a strike of the condor: a call layer, or a cut of its delta."""

    enabled: bool = Field(default=True, description="false: nothing is done.")
    level: Literal["short", "long"] = Field(default="short", description="Which strike counts.")
    delta_cut: float = Field(default=0.50, ge=0, le=1, description="Share of the condor's delta that is cut.")
    use_xsp: bool = Field(default=False, description="Cut in XSP, a tenth, where SPX rounds to nothing.")
    cut_exit_dte: int = Field(default=14, ge=0, le=365, description="A cut is closed at so many days.")
    cut_loss_move: float = Field(
        default=0.05, gt=0, lt=1, description="Condor and cut lose at most the notional in such a move."
    )


class Confirmation(Section):
    """What a further layer on a condor needs: a hidden bullish divergence and an elevated P/E."""

    scope: Literal["condor", "book"] = Field(default="condor", description="Whose layers count.")
    applies_to: Annotated[tuple[Literal["first", "slope", "second", "breach"], ...], FromList] = Field(
        default=("first",), description="The rules whose layers need it."
    )


class Roll(Section):
    """Time-shifting: rolling a layer to its rule's target tenor."""

    enabled: bool = Field(default=True, description="false: layers are left to run out.")
    dte_max: int = Field(default=14, ge=0, le=365, description="Rolled at so many calendar days.")
    extrinsic_share_min: float = Field(
        default=0.30, ge=0, lt=1, description="Rolled below this share of the time value at entry."
    )
    forward_vol_ratio_max: float = Field(
        default=0.0, ge=0, le=10, description="Forward volatility over the held one's at most; 0: no limit."
    )


class Advise(Section):
    """What mode = "advise" asks of an operator."""

    lifetime_s: int = Field(default=1800, ge=10, le=23_400, description="Then a proposal lapses.")
