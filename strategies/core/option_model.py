"""Black-76 in closed form, with greeks and implied volatility.

An SPX option is priced on its forward S exp((r - q) T), a VIX option on the VIX future of its expiry: one
formula serves both (Black 1976). Volatility is per year, `years` is calendar time / 365.
"""

import math
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from strategies.core.instruments import Instrument, Right

_NEW_YORK = ZoneInfo("America/New_York")
_AM_CLASSES = frozenset({"SPX", "VIX"})
_SQRT_2PI = math.sqrt(2.0 * math.pi)
_VOLATILITY_MIN, _VOLATILITY_MAX = 0.001, 10.0
_AT_THE_MONEY = 0.2
_STEPS_MAX = 100
_PRECISION = 1e-14


class Greeks(Struct, frozen=True, kw_only=True):
    """Per unit of the option: value, delta per point of the forward, vega per vol point, theta per day."""

    value: float
    delta: float
    vega: float
    theta: float


def years_to_settlement(instrument: Instrument, now: datetime) -> float:
    """Return the time from `now` to the settlement instant in years; never negative.

    AM-settled classes (SPX monthlies, VIX) settle at 09:30 New York on their expiry, the others at 16:00.
    """
    assert instrument.expiry is not None
    hour = time(9, 30) if instrument.trading_class in _AM_CLASSES else time(16, 0)
    settles = datetime.combine(instrument.expiry, hour, _NEW_YORK)
    return max((settles - now).total_seconds(), 0.0) / (365.0 * 86_400.0)


@lru_cache(maxsize=256)  # asked several times for the same moment, and a zone's rules are slow
def new_york_day(now: datetime) -> date:
    """Return the New York calendar day of an aware time."""
    return now.astimezone(_NEW_YORK).date()


def black76(
    *, forward: float, strike: float, years: float, volatility: float, rate: float, right: Right
) -> Greeks:
    """Return value and greeks of a European option on a forward (all prices in points)."""
    discount = math.exp(-rate * years)
    sign = 1.0 if right is Right.CALL else -1.0
    if years <= 0.0 or volatility <= 0.0:
        inside = sign * (forward - strike) > 0
        value = discount * max(sign * (forward - strike), 0.0)
        return Greeks(value=value, delta=sign * discount if inside else 0.0, vega=0.0, theta=0.0)
    deviation = volatility * math.sqrt(years)
    d1 = math.log(forward / strike) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    density = math.exp(-0.5 * d1 * d1) / _SQRT_2PI
    value = discount * sign * (forward * _norm(sign * d1) - strike * _norm(sign * d2))
    per_year = rate * value - discount * forward * density * volatility / (2.0 * math.sqrt(years))
    return Greeks(
        value=value,
        delta=discount * sign * _norm(sign * d1),
        vega=discount * forward * density * math.sqrt(years) / 100.0,
        theta=per_year / 365.0,
    )


def implied_volatility(
    *, price: float, forward: float, strike: float, years: float, rate: float, right: Right
) -> float | None:
    """Return the volatility that gives `price`, or None where no volatility does.

    Newton's steps inside a bracket on [0.1 %, 1000 %], halved where a step would leave it: the price is
    monotone in volatility, so each step comes nearer. One of almost nothing (1e-40) would take more steps
    than are made, and has none. It begins where vega is largest, from where the steps do not overshoot
    (S. Manaster and G. Koehler, The Calculation of Implied Variances, 1982).
    """

    def at(volatility: float) -> Greeks:
        return black76(
            forward=forward, strike=strike, years=years, volatility=volatility, rate=rate, right=right
        )

    low, high = _VOLATILITY_MIN, _VOLATILITY_MAX
    if min(price, forward, strike, years) <= 0.0 or not at(low).value <= price <= at(high).value:
        return None
    guess = math.sqrt(2.0 * abs(math.log(forward / strike)) / years) or _AT_THE_MONEY
    guess = min(max(guess, low), high)
    for _ in range(_STEPS_MAX):
        found = at(guess)
        if found.value < price:
            low = guess
        else:
            high = guess
        slope = 100.0 * found.vega
        step = (price - found.value) / slope if slope > 0.0 else math.inf
        following = guess + step
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - guess) <= _PRECISION * guess:
            return following
        guess = following
    return None


def _norm(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))
