"""The two surfaces: Black-76 throughout, no arbitrage, VIX given back."""

import math
from itertools import pairwise

import pytest
import QuantLib as ql  # noqa: N813 - its customary name

from simulator.pricing import black, spx, vix

RIGHTS = {"C": ql.Option.Call, "P": ql.Option.Put}
LEVELS = (9.0, 12.0, 20.0, 40.0, 80.0)


def _spx_volatility(level: float, years: float, strike: float, forward: float) -> float:
    smile, atm = spx.slice_at(level, None, years)
    return smile.volatility(math.log(strike / forward), atm, math.sqrt(years))


@pytest.mark.parametrize("right", ["C", "P"])
@pytest.mark.parametrize("strike", [2400.0, 2800.0, 3100.0])
def test_values_and_greeks_are_quantlibs(strike: float, right: str) -> None:
    """The short forms used for speed agree with QuantLib's BlackCalculator to rounding."""
    expiry = spx.expiry_at(2832.97, 46 / 365)
    found = black.value(expiry, strike, right, 0.12)
    deviation = 0.12 * math.sqrt(expiry.years)
    discount = math.exp(-expiry.rate * expiry.years)
    peer = ql.BlackCalculator(
        ql.PlainVanillaPayoff(RIGHTS[right], strike), expiry.forward, deviation, discount
    )
    assert found.price == pytest.approx(peer.value(), rel=1e-9, abs=1e-9)
    assert found.delta == pytest.approx(peer.delta(2832.97), rel=1e-9)
    assert found.gamma == pytest.approx(peer.gamma(2832.97), rel=1e-9)
    assert found.vega == pytest.approx(peer.vega(expiry.years) / 100, rel=1e-9)
    assert found.theta == pytest.approx(peer.theta(2832.97, expiry.years) / 365, rel=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("days", [1, 7, 30, 100])
def test_put_call_parity_holds(level: float, days: int) -> None:
    """Call less put is the discounted forward less strike."""
    expiry = spx.expiry_at(2800.0, days / 365)
    for strike in (2500.0, 2800.0, 3000.0):
        volatility = _spx_volatility(level, expiry.years, strike, expiry.forward)
        call = black.value(expiry, strike, "C", volatility).price
        put = black.value(expiry, strike, "P", volatility).price
        discount = math.exp(-expiry.rate * expiry.years)
        assert call - put == pytest.approx(discount * (expiry.forward - strike), abs=1e-8)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("days", [2, 10, 30, 60, 100])
def test_spx_prices_leave_no_butterfly_arbitrage(level: float, days: int) -> None:
    """Calls fall and are convex in strike wherever the chain has value, within three deviations."""
    expiry = spx.expiry_at(2800.0, days / 365)
    reach = 3.0 * spx.slice_at(level, None, expiry.years).atm * math.sqrt(expiry.years)
    strikes = [expiry.forward * math.exp(reach * step / 60.0) for step in range(-60, 61)]
    _assert_convex(
        strikes,
        [
            black.value(expiry, k, "C", _spx_volatility(level, expiry.years, k, expiry.forward)).price
            for k in strikes
        ],
    )


@pytest.mark.parametrize("vvix", [75.0, 100.0, 180.0])
@pytest.mark.parametrize("days", [5, 30, 58, 107, 180])
def test_vix_prices_leave_no_butterfly_arbitrage(vvix: float, days: int) -> None:
    """The upward smile keeps calls falling and convex in strike."""
    expiry = vix.expiry_at(16.0, days / 365)
    atm, root = vix.atm_volatility(vvix, expiry.years), math.sqrt(expiry.years)
    strikes = [16.0 * math.exp(2.0 * atm * root * step / 60.0) for step in range(-60, 61)]
    smile = vix.smile_at(expiry.years)
    volatilities = [smile.volatility(math.log(strike / 16.0), atm, root) for strike in strikes]
    prices = [black.value(expiry, k, "C", v).price for k, v in zip(strikes, volatilities, strict=True)]
    _assert_convex(strikes, prices)


def _assert_convex(strikes: list[float], prices: list[float]) -> None:
    slopes = [
        (prices[at + 1] - prices[at]) / (strikes[at + 1] - strikes[at]) for at in range(len(strikes) - 1)
    ]
    assert all(slope < 0.0 for slope in slopes)
    assert all(after - before > -1e-9 for before, after in pairwise(slopes))


@pytest.mark.parametrize("ratio", [0.6, 0.75, 0.9, 1.0, 1.15, 1.4])
@pytest.mark.parametrize("level", [5.0, *LEVELS])
def test_total_variance_never_falls_with_tenor(level: float, ratio: float) -> None:
    """No calendar arbitrage at any share of the forward, also where the curve is steeply inverted."""
    for moneyness in (-0.3, -0.1, -0.03, 0.0, 0.02, 0.1):
        totals = []
        for days in range(1, 400, 3):
            smile, atm = spx.slice_at(level, ratio * level, days / 365)
            volatility = smile.volatility(moneyness, atm, math.sqrt(days / 365))
            totals.append(volatility**2 * days)
        assert totals == sorted(totals), moneyness


@pytest.mark.parametrize("vvix", [60.0, 100.0, 200.0])
def test_vix_total_variance_never_falls_with_tenor(vvix: float) -> None:
    """A farther future moves less, but never less in all."""
    for moneyness in (-0.4, 0.0, 0.5, 1.0):
        totals = []
        for days in range(5, 280, 3):
            atm = vix.atm_volatility(vvix, days / 365)
            totals.append(
                vix.smile_at(days / 365).volatility(moneyness, atm, math.sqrt(days / 365)) ** 2 * days
            )
        assert totals == sorted(totals), moneyness


@pytest.mark.parametrize(("tenor", "index"), [(30, 0), (93, 1)])
@pytest.mark.parametrize(
    "levels", [(9.5, 12.3), (11.03, 12.99), (17.65, 19.58), (30.0, 29.5), (45.0, 40.0), (80.0, 68.0)]
)
def test_the_chain_gives_vix_and_vix3m_back(levels: tuple[float, float], tenor: int, index: int) -> None:
    """The replication sum over the options of 30 and of 93 days returns the two indices it was set by."""
    expiry = spx.expiry_at(2800.0, tenor / 365)
    smile, atm = spx.slice_at(*levels, expiry.years)
    growth = math.exp(expiry.rate * expiry.years)
    total = 0.0
    for strike in range(200, 12000, 5):
        right = "P" if strike < expiry.forward else "C"
        volatility = smile.volatility(math.log(strike / expiry.forward), atm, math.sqrt(expiry.years))
        total += 5.0 / strike**2 * growth * black.value(expiry, strike, right, volatility).price
    assert 100.0 * math.sqrt(2.0 / expiry.years * total) == pytest.approx(levels[index], abs=0.05)
