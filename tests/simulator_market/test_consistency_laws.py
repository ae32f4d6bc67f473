"""Laws on 250 random real days: Cboe's formula on the published chains gives VIX and VVIX; no arbitrage."""

import math
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from simulator.market.model import Market
from simulator.market.sources import open_history

pytestmark = pytest.mark.history

DAYS, SEED = 250, 20
MINUTES_YEAR = 525_600.0
# Below half a tick of five cents there is no bid, and Cboe's sum ends.
LEAST_PRICE = 0.025
RATE = 0.015


@pytest.fixture(scope="module")
def closes(data_folder: Path) -> "Closes":
    """The closes of the drawn days, each reached in turn."""
    return Closes(open_history(data_folder, date(2007, 4, 2), date(2019, 12, 31), SEED))


class Closes:
    """Prices of the chains of 250 days, computed once in one walk through 2007 to 2019."""

    def __init__(self, market: Market) -> None:
        drawn = random.Random(SEED).sample(list(market.sessions), DAYS)
        self.days: list[tuple[date, float, dict[str, list[Chain]]]] = []
        for session in sorted(drawn, key=lambda session: session.day):
            market.move_to(session.close)
            level = market.index("VIX")
            assert level is not None
            chains = {
                "SPX": list(_bracket(market, ("SPX", "SPXW"), session.close, 23.0)),
                "VIX": list(_bracket(market, ("VIX",), session.close, 7.0)),
            }
            self.days.append((session.day, level, chains))


class Chain:
    """Prices by strike of one expiry; time in years of minutes, as Cboe counts."""

    def __init__(self, market: Market, trading_class: str, expiry: date, now: datetime) -> None:
        settles = _settles(trading_class, expiry, now)
        self.years = (settles - now).total_seconds() / 60.0 / MINUTES_YEAR
        self.calls: dict[float, float] = {}
        self.puts: dict[float, float] = {}
        self.volatility: dict[float, float] = {}
        for strike in market.strikes(trading_class, expiry):
            call, put = (market.option(trading_class, expiry, strike, right) for right in "CP")
            assert call is not None
            assert put is not None
            self.calls[strike], self.puts[strike] = call.price, put.price
            self.volatility[strike] = call.implied_vol
        growth = math.exp(RATE * self.years)
        at = min(self.calls, key=lambda strike: abs(self.calls[strike] - self.puts[strike]))
        self.forward = at + growth * (self.calls[at] - self.puts[at])

    def variance(self) -> float:
        """Cboe's sum, annual."""
        centre = max(strike for strike in self.calls if strike <= self.forward)
        strikes = sorted(self.calls)
        total = 0.0
        for side, prices in ((-1, self.puts), (1, self.calls)):
            at = strikes.index(centre) + side
            while 0 < at < len(strikes) - 1 and prices[strikes[at]] >= LEAST_PRICE:
                width = (strikes[at + 1] - strikes[at - 1]) / 2.0
                total += width / strikes[at] ** 2 * prices[strikes[at]]
                at += side
        at = strikes.index(centre)
        width = (strikes[at + 1] - strikes[at - 1]) / 2.0
        total += width / centre**2 * (self.calls[centre] + self.puts[centre]) / 2.0
        growth = math.exp(RATE * self.years)
        return (2.0 * growth * total - (self.forward / centre - 1.0) ** 2) / self.years


def _settles(trading_class: str, expiry: date, now: datetime) -> datetime:
    """The opening (AM) or the close, an hour off in summer: a thousandth of a month."""
    hour, minute = (21, 0) if trading_class == "SPXW" else (14, 30)
    return datetime(expiry.year, expiry.month, expiry.day, hour, minute, tzinfo=UTC)


def _bracket(market: Market, classes: tuple[str, ...], now: datetime, least: float) -> Iterator[Chain]:
    """The two expiries around 30 days, none of fewer than `least`; the first two where all are later."""
    dated = sorted(
        ((expiry, name) for name in classes for expiry in market.expiries(name, now.date())),
        key=lambda pair: pair[0],
    )
    usable = [pair for pair in dated if (pair[0] - now.date()).days >= least]
    last = max(next((at for at, pair in enumerate(usable) if (pair[0] - now.date()).days > 30), 1), 1)
    for expiry, name in usable[last - 1 : last + 1]:
        yield Chain(market, name, expiry, now)


def _index(chains: list[Chain]) -> float:
    """The 30-day level in points, from the two expiries' total variances."""
    near, far = chains
    thirty = 30.0 / 365.0
    share = (thirty - near.years) / (far.years - near.years)
    total = (1.0 - share) * near.variance() * near.years + share * far.variance() * far.years
    return 100.0 * math.sqrt(total / thirty)


def test_cboes_formula_gives_vix_back(closes: Closes) -> None:
    """On every drawn day within 0.5 points."""
    errors = {day: _index(chains["SPX"]) - level for day, level, chains in closes.days}
    assert {day: error for day, error in errors.items() if abs(error) > 0.5} == {}


def test_cboes_formula_gives_vvix_back(closes: Closes, data_folder: Path) -> None:
    """On every drawn day with a known VVIX within 3 points."""
    lines = (data_folder / "vvix_daily.csv").read_text().splitlines()[1:]
    known = {date.fromisoformat(line[:10]): float(line[11:]) for line in lines}
    errors = {day: _index(chains["VIX"]) - known[day] for day, _, chains in closes.days if day in known}
    assert len(errors) > 0.9 * DAYS
    assert {day: error for day, error in errors.items() if abs(error) > 3.0} == {}
    assert abs(median(errors.values())) < 1.0


@pytest.mark.parametrize("name", ["SPX", "VIX"])
def test_no_published_chain_can_be_arbitraged(closes: Closes, name: str) -> None:
    """Calls fall and puts rise with strike, butterflies cost something, parity holds."""
    for day, _, chains in closes.days:
        for chain in chains[name]:
            strikes = sorted(chain.calls)
            discount = math.exp(-RATE * chain.years)
            for prices, sign in ((chain.calls, -1.0), (chain.puts, 1.0)):
                slopes = [(prices[b] - prices[a]) / (b - a) for a, b in pairwise(strikes)]
                assert all(sign * slope >= -1e-9 for slope in slopes), day
                assert all(after >= before - 1e-9 for before, after in pairwise(slopes)), day
            gaps = [
                chain.calls[strike] - chain.puts[strike] - discount * (chain.forward - strike)
                for strike in strikes
            ]
            assert max(map(abs, gaps)) < 0.05, day


def test_spx_total_variance_rises_from_one_expiry_to_the_next(closes: Closes) -> None:
    """At each share of the forward the later expiry carries at least the earlier one's variance."""
    for day, _, chains in closes.days:
        near, far = chains["SPX"]
        for share in (0.8, 0.9, 0.97, 1.0, 1.03, 1.08):
            totals = []
            for chain in (near, far):
                strike = min(chain.volatility, key=lambda listed: abs(listed - share * chain.forward))
                totals.append(chain.volatility[strike] ** 2 * chain.years)
            assert totals[0] <= totals[1], (day, share)
