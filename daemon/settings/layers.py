"""Settings of the rules that add to the hedge besides the first engine, roll it, or ask an operator."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from daemon.settings.base import Section


class Slope(Section, frozen=True, kw_only=True):
    """The slope overlay: more vega while the VIX curve is steep and steepening."""

    enabled: Annotated[bool, "false: nothing is added."] = True
    unit: Annotated[Literal["points", "percent"], '"points": M2 - M1 in VIX points; "percent": of M1.'] = (
        "points"
    )
    points_min: Annotated[float, Meta(gt=0, le=50), "The slope must be above it."] = 3.0
    percent_min: Annotated[float, Meta(gt=0, le=200), 'The same with unit = "percent".'] = 12.0
    vega_share: Annotated[float, Meta(gt=0, le=2), "Of the condor's vega at entry."] = 0.5
    needs_open: Annotated[bool, "Only on a condor that has an open layer."] = True


class Second(Section, frozen=True, kw_only=True):
    """The second engine: longer protection as volatility expands."""

    enabled: Annotated[bool, "false: nothing is added."] = True
    instrument: Annotated[Literal["VIX", "VXX"], "VIX calls, or VXX shares."] = "VIX"
    fraction: Annotated[float, Meta(gt=0, le=1), "Of the condor's notional."] = 0.10
    dte_target: Annotated[int, Meta(ge=1, le=365), "Calendar days to expiry, the nearest."] = 110
    dte_min: Annotated[int, Meta(ge=1, le=365), "Nearer expiries are not used."] = 75
    dte_max: Annotated[int, Meta(ge=1, le=365), "Farther expiries are not used."] = 150
    delta_target: Annotated[float, Meta(gt=0, lt=1), "Delta of the calls."] = 0.30
    breadth_weight: Annotated[
        float, Meta(ge=0, le=0.5), "Size x (1 - this x A/D trend), the trend from -2 to 2."
    ] = 0.25
    needs_first: Annotated[bool, "Only on a condor with a layer of the first engine."] = False

    order: ClassVar = (("dte_min", "dte_target", "dte_max"),)


class Breach(Section, frozen=True, kw_only=True):
    """SPX beyond a strike of the condor: a call layer, or a cut of its delta."""

    enabled: Annotated[bool, "false: nothing is done."] = True
    level: Annotated[Literal["short", "long"], "Which strike counts."] = "short"
    delta_cut: Annotated[float, Meta(ge=0, le=1), "Share of the condor's delta that is cut."] = 0.50
    use_xsp: Annotated[bool, "Cut in XSP, a tenth, where SPX rounds to nothing."] = False
    cut_exit_dte: Annotated[int, Meta(ge=0, le=365), "A cut is closed at so many days."] = 14
    cut_loss_move: Annotated[
        float, Meta(gt=0, lt=1), "Condor and cut lose at most the notional in such a move."
    ] = 0.05


class Confirmation(Section, frozen=True, kw_only=True):
    """What a further layer on a condor needs: a hidden bullish divergence and an elevated P/E."""

    scope: Annotated[Literal["condor", "book"], "Whose layers count."] = "condor"
    applies_to: Annotated[
        tuple[Literal["first", "slope", "second", "breach"], ...], "The rules whose layers need it."
    ] = ("first",)


class Roll(Section, frozen=True, kw_only=True):
    """Time-shifting: rolling a layer to its rule's target tenor."""

    enabled: Annotated[bool, "false: layers are left to run out."] = True
    dte_max: Annotated[int, Meta(ge=0, le=365), "Rolled at so many calendar days."] = 14
    extrinsic_share_min: Annotated[
        float, Meta(ge=0, lt=1), "Rolled below this share of the time value at entry."
    ] = 0.30
    forward_vol_ratio_max: Annotated[
        float, Meta(ge=0, le=10), "Forward volatility over the held one's at most; 0: no limit."
    ] = 0.0


class Advise(Section, frozen=True, kw_only=True):
    """What mode = "advise" asks of an operator."""

    lifetime_s: Annotated[int, Meta(ge=10, le=23_400), "Then a proposal lapses."] = 1800
