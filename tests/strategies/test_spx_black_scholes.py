"""SPX options by Black-76 on the forward against QuantLib's Black-Scholes-Merton engine."""

import math

import pytest
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.core.instruments import Right
from strategies.core.option_model import black76


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    moneyness=st.floats(0.8, 1.2),
    days=st.integers(2, 400),
    volatility=st.floats(0.06, 0.9),
    rate=st.floats(0.0, 0.07),
    dividend_yield=st.floats(0.0, 0.04),
    right=st.sampled_from([Right.PUT, Right.CALL]),
)
def test_black76_on_the_forward_is_black_scholes(
    moneyness: float, days: int, volatility: float, rate: float, dividend_yield: float, right: Right
) -> None:
    """Value and vega are the same; delta and theta differ by holding the forward instead of the spot.

    F = S exp((r - q) T), so delta(S) = delta(F) x F / S, and theta(S) = theta(F) - (r - q) x F x delta(F):
    per calendar day, negative where time takes value away.
    """
    spot, strike, years = 2800.0, 2800.0 * moneyness, days / 365
    option = quantlib_option(spot, strike, days, volatility, rate, dividend_yield, right)
    forward = spot * math.exp((rate - dividend_yield) * years)
    ours = black76(forward=forward, strike=strike, years=years, volatility=volatility, rate=rate, right=right)
    assert ours.value == pytest.approx(option.NPV(), rel=1e-8, abs=1e-8)
    assert ours.vega == pytest.approx(option.vega() / 100, rel=1e-8, abs=1e-8)
    assert ours.delta * forward / spot == pytest.approx(option.delta(), rel=1e-8, abs=1e-8)
    drift = (rate - dividend_yield) * forward * ours.delta / 365
    assert ours.theta - drift == pytest.approx(option.theta() / 365, rel=1e-6, abs=1e-7)


def quantlib_option(
    spot: float, strike: float, days: int, volatility: float, rate: float, dividend_yield: float, right: Right
) -> QuantLib.VanillaOption:
    """Return QuantLib's own European option, priced analytically, act/365."""
    today = QuantLib.Date(22, 1, 2018)
    QuantLib.Settings.instance().evaluationDate = today
    count = QuantLib.Actual365Fixed()
    flat = [
        QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, level, count))
        for level in (dividend_yield, rate)
    ]
    process = QuantLib.BlackScholesMertonProcess(
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(spot)),
        *flat,
        QuantLib.BlackVolTermStructureHandle(
            QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), volatility, count)
        ),
    )
    kind = QuantLib.Option.Call if right is Right.CALL else QuantLib.Option.Put
    option = QuantLib.VanillaOption(
        QuantLib.PlainVanillaPayoff(kind, strike), QuantLib.EuropeanExercise(today + days)
    )
    option.setPricingEngine(QuantLib.AnalyticEuropeanEngine(process))
    return option


def test_an_option_near_the_money_loses_value_by_the_day() -> None:
    """Theta is negative for what is held and per calendar day: tomorrow's value less today's."""
    now, tomorrow = (
        black76(forward=15, strike=16, years=d / 365, volatility=0.8, rate=0.01, right=Right.CALL)
        for d in (30, 29)
    )
    assert now.theta < 0.0
    assert tomorrow.value - now.value == pytest.approx(now.theta, rel=0.02)
