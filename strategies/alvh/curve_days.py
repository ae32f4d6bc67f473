"""What the VIX futures closed at on the latest sessions, from quotes or from history; bounded."""

from datetime import date

from msgspec import structs

from strategies.alvh.term_structure import Slope
from strategies.core.facts import Bar
from strategies.core.instruments import Instrument, InstrumentKey
from strategies.core.market import Unavailable
from strategies.core.signal_state import CurveDay, CurveState

CONTRACTS = 5
"""So many futures, the nearest first, are followed."""


def note_contracts(curve: CurveState, listed: tuple[Instrument, ...], today: date) -> CurveState:
    """Return the curve with the futures that live on `today`; older ones stay while their closes are kept."""
    alive = [future for future in listed if future.expiry is not None and future.expiry > today]
    oldest = curve.sessions[0] if curve.sessions else today
    known = [f for f in curve.contracts if f.expiry is not None and f.expiry > oldest]
    merged = {future.key: future for future in (*known, *alive[:CONTRACTS])}
    return structs.replace(curve, contracts=tuple(merged[key] for key in sorted(merged)))


def note_session(curve: CurveState, day: date, sessions: int) -> CurveState:
    """Return the curve after the session `day`; it and the `sessions` before it are kept."""
    kept = (*curve.sessions, day)[-sessions - 1 :]
    return structs.replace(curve, sessions=kept, days=tuple(d for d in curve.days if d.day >= kept[0]))


def note_prices(curve: CurveState, day: date, prices: dict[InstrumentKey, float]) -> CurveState:
    """Return the curve with the closing prices (VIX points) of a day; what was noted first stands."""
    known = {entry.day: entry for entry in curve.days}
    before = known[day].prices if day in known else {}
    known[day] = CurveDay(day, {**prices, **before})
    return structs.replace(curve, days=tuple(known[key] for key in sorted(known)))


def note_history(
    curve: CurveState, contract: InstrumentKey, bars: tuple[Bar, ...], since: date
) -> CurveState:
    """Return the curve with completed closes of one future, those from `since` on."""
    for bar in bars:
        if bar.day >= since:
            curve = note_prices(curve, bar.day, {contract: bar.close})
    return curve


def slope_on(curve: CurveState, day: date) -> Slope | Unavailable:
    """Return the slope at the close of `day`, of the two futures that were M1 and M2 then."""
    alive = sorted((f.expiry, f.key) for f in curve.contracts if f.expiry is not None and f.expiry > day)
    if len(alive) < 2:
        return Unavailable("VX futures are not listed")
    (_, first), (_, second) = alive[:2]
    prices = _prices_on(curve, day)
    if first not in prices or second not in prices:
        return Unavailable("the session was not seen live, and history has no close of M1 and M2")
    return Slope(m1=prices[first], m2=prices[second], m1_contract=first, m2_contract=second)


def steepening(curve: CurveState, slope: Slope | Unavailable, sessions: int) -> bool | Unavailable:
    """Return whether the slope is larger than the same two contracts' spread `sessions` sessions ago.

    The latest session noted in `curve` is the slope's own.
    """
    if isinstance(slope, Unavailable):
        return slope
    if len(curve.sessions) <= sessions:
        return Unavailable("fewer sessions than steepening needs")
    day = curve.sessions[-sessions - 1]
    prices = _prices_on(curve, day)
    first, second = slope.m1_contract, slope.m2_contract
    if first not in prices or second not in prices:
        return Unavailable(f"the close of {day} of M1 and M2 is not known")
    return slope.points > prices[second] - prices[first]


def _prices_on(curve: CurveState, day: date) -> dict[InstrumentKey, float]:
    return next((entry.prices for entry in curve.days if entry.day == day), {})
