"""The slope of the VIX futures curve: M2 - M1, in VIX points."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from strategies.core.instruments import InstrumentKey
from strategies.core.market import Unavailable, front_futures, future_price
from strategies.core.turn import Turn


class Curve(StrEnum):
    """The shape of the front of the curve."""

    CONTANGO = "contango"
    FLAT = "flat"
    BACKWARDATION = "backwardation"


class Slope(Struct, frozen=True, kw_only=True):
    """M1, M2 and their difference, VIX points, with the contracts that they were read from."""

    m1: float
    m2: float
    m1_contract: InstrumentKey
    m2_contract: InstrumentKey

    @property
    def points(self) -> float:
        """M2 - M1."""
        return self.m2 - self.m1


def read_slope(turn: Turn, at: datetime | None = None) -> Slope | Unavailable:
    """Return the slope from quotes that are fresh at `at` (now by default)."""
    fronts = front_futures(turn)
    if isinstance(fronts, Unavailable):
        return fronts
    first, second = fronts
    m1, m2 = future_price(turn, first, at), future_price(turn, second, at)
    if isinstance(m1, Unavailable):
        return Unavailable(f"M1: {m1.reason}")
    if isinstance(m2, Unavailable):
        return Unavailable(f"M2: {m2.reason}")
    return Slope(m1=m1, m2=m2, m1_contract=first.key, m2_contract=second.key)


def curve(slope: float, flat_points: float) -> Curve:
    """Return the shape; within `flat_points` (VIX points) either way it is flat."""
    if slope > flat_points:
        return Curve.CONTANGO
    return Curve.BACKWARDATION if slope < -flat_points else Curve.FLAT
