"""Black-76 against QuantLib, and the way back from a price to its volatility."""

import math
from datetime import UTC, date, datetime

import pytest
import QuantLib
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from strategies.core.instruments import Instrument, Kind, Right
from strategies.core.option_model import black76, implied_volatility, years_to_settlement

RIGHTS = st.sampled_from([Right.PUT, Right.CALL])


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    forward=st.floats(8.0, 4000.0),
    moneyness=st.floats(0.5, 2.0),
    years=st.floats(0.003, 2.0),
    volatility=st.floats(0.05, 2.5),
    rate=st.floats(-0.01, 0.08),
    right=RIGHTS,
)
def test_value_and_greeks_equal_quantlib(
    forward: float, moneyness: float, years: float, volatility: float, rate: float, right: Right
) -> None:
    """Value, delta to the forward, vega per vol point and theta per day are QuantLib's, rescaled."""
    strike = forward * moneyness
    discount = math.exp(-rate * years)
    kind = QuantLib.Option.Call if right is Right.CALL else QuantLib.Option.Put
    oracle = QuantLib.BlackCalculator(
        QuantLib.PlainVanillaPayoff(kind, strike), forward, volatility * math.sqrt(years), discount
    )
    ours = black76(forward=forward, strike=strike, years=years, volatility=volatility, rate=rate, right=right)
    # theta with the forward held still: the spot of BlackCalculator.theta is the discounted forward
    # only up to the drift of the forward, so the derivative is taken by time itself.
    step = min(1e-5, years / 1000.0)
    later, sooner = (
        QuantLib.BlackCalculator(
            QuantLib.PlainVanillaPayoff(kind, strike),
            forward,
            volatility * math.sqrt(years + shift),
            math.exp(-rate * (years + shift)),
        ).value()
        for shift in (step, -step)
    )
    assert ours.value == pytest.approx(oracle.value(), rel=1e-9, abs=1e-9)
    assert ours.delta == pytest.approx(oracle.deltaForward(), rel=1e-9, abs=1e-9)
    assert ours.vega == pytest.approx(oracle.vega(years) / 100.0, rel=1e-9, abs=1e-9)
    assert ours.theta == pytest.approx(-(later - sooner) / (2.0 * step) / 365.0, rel=1e-4, abs=1e-6 * forward)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    moneyness=st.floats(0.6, 1.8),
    years=st.floats(0.01, 1.0),
    volatility=st.floats(0.05, 3.0),
    right=RIGHTS,
)
def test_implied_volatility_finds_the_way_back(
    moneyness: float, years: float, volatility: float, right: Right
) -> None:
    """The volatility read from a price gives that price again, and where vega speaks, is the same one."""
    terms = {"forward": 15.0, "strike": 15.0 * moneyness, "years": years, "rate": 0.02}
    there = black76(**terms, volatility=volatility, right=right)
    assume(there.vega > 1e-6)
    back = implied_volatility(price=there.value, **terms, right=right)
    assert back is not None
    assert back == pytest.approx(volatility, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("price", "forward", "strike", "years"),
    [
        (1.0, 20.0, 15.0, 0.1),  # under the discounted intrinsic value
        (25.0, 20.0, 15.0, 0.1),  # above the forward itself
        (-0.1, 20.0, 15.0, 0.1),
        (0.0, 12.0, 40.0, 0.1),  # zero is not a price
        (1.0, 15.0, 15.0, 0.0),  # settled
        (1.0, 0.0, 15.0, 0.1),  # a forward that cannot be
        (1.0, -5.0, 15.0, 0.1),
        (1.0, 15.0, 0.0, 0.1),
    ],
)
def test_no_volatility_explains_an_impossible_price(
    price: float, forward: float, strike: float, years: float
) -> None:
    """What no volatility explains is None, never a number and never an exception."""
    found = implied_volatility(
        price=price, forward=forward, strike=strike, years=years, rate=0.02, right=Right.CALL
    )
    assert found is None


@pytest.mark.parametrize(("right", "value", "delta"), [(Right.CALL, 5.0, 1.0), (Right.PUT, 0.0, 0.0)])
def test_a_settled_option_is_worth_its_intrinsic_value(right: Right, value: float, delta: float) -> None:
    """At settlement value and delta are intrinsic, vega and theta are gone."""
    greeks = black76(forward=20.0, strike=15.0, years=0.0, volatility=0.8, rate=0.02, right=right)
    assert (greeks.value, greeks.delta, greeks.vega, greeks.theta) == (value, delta, 0.0, 0.0)


@pytest.mark.parametrize(("trading_class", "hours"), [("VIX", 0.5), ("SPX", 0.5), ("SPXW", 7.0)])
def test_morning_classes_settle_at_the_open_and_others_at_the_close(trading_class: str, hours: float) -> None:
    """VIX and monthly SPX options settle at 09:30 New York of their expiry, weeklies at 16:00."""
    option = Instrument(
        kind=Kind.OPTION,
        symbol=trading_class[:3],
        exchange="CBOE",
        trading_class=trading_class,
        expiry=date(2018, 3, 21),
        right=Right.CALL,
    )
    nine = datetime(2018, 3, 21, 13, tzinfo=UTC)
    assert years_to_settlement(option, nine) == pytest.approx(hours / (365 * 24))
    assert years_to_settlement(option, datetime(2018, 3, 22, 13, tzinfo=UTC)) == 0.0


def test_a_price_of_almost_nothing_has_no_volatility() -> None:
    """So far out of the money that the steps do not get there: none, not a wrong one."""
    option = {"forward": 2526.588004503523, "strike": 1432.567834709439, "years": 0.15862183279689515}
    assert implied_volatility(price=5.584240121323549e-40, rate=0.02, right=Right.PUT, **option) is None
