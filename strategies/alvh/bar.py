"""A final bar with its signals, as the rules read it."""

from datetime import date

from msgspec import Struct


class FinalBar(Struct, frozen=True, kw_only=True):
    """One completed session. A signal that is None has its reason in `unavailable`."""

    day: date
    close: float
    rsi: float | None
    vix: float | None
    m1: float | None
    m2: float | None
    slope: float | None
    expanding: bool | None
    unavailable: dict[str, str]
