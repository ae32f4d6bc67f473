"""Generated days: the shock's story, determinism, agreement of ticks, bars and settlements."""

from datetime import date, timedelta

import pytest

from simulator.market.model import Market, MarketDataError
from simulator.market.sources import generate
from simulator.market.story import is_expanding, rsi

START = date(2024, 3, 4)


def _slope(market: Market, day: date) -> float:
    front, second = (market.settlement(expiry, day) for expiry in market.futures(day)[:2])
    assert front is not None
    assert second is not None
    return second - front


@pytest.mark.parametrize("seed", range(20))
def test_every_seed_tells_the_shock_story(seed: int) -> None:
    """Overbought in contango, a spike into backwardation, then calm inside RSI 40 to 60 that lasts."""
    market = generate("shock", START, 24, seed)
    market.move_to(market.sessions[-1].close)
    count = 24 + 300
    closes = [bar.close for bar in market.daily("SPX", market.sessions[-1].day, count)]
    levels = [bar.close for bar in market.daily("VIX", market.sessions[-1].day, count)]
    relative = rsi(closes)[-24:]
    slopes = [_slope(market, session.day) for session in market.sessions]
    expanding = [is_expanding(levels, at) for at in range(300, count)]
    worst = slopes.index(min(slopes))
    assert any(
        strength > 70 and slope > 0.05 for strength, slope in zip(relative[:7], slopes[:7], strict=True)
    )
    assert slopes[worst] < -0.05
    assert max(levels[-24:]) > 30
    assert all(40 <= strength <= 60 for strength in relative[-4:])
    assert not any(expanding[-4:])


def test_rsi_is_wilders() -> None:
    """The series of Wilder's smoothing on a known example (14 rises of 1 and falls of 0.5, then a fall)."""
    closes = [100.0]
    for at in range(14):
        closes.append(closes[-1] + (1.0 if at % 2 == 0 else -0.5))
    closes.append(closes[-1] - 1.5)
    found = rsi(closes)
    assert found[14] == pytest.approx(100 * 7.0 / 10.5)
    assert found[15] == pytest.approx(100 * (0.5 * 13) / (0.5 * 13 + 0.25 * 13 + 1.5))


def test_the_same_seed_is_the_same_world_and_another_is_not() -> None:
    """Same seed and questions, same answers; a longer play begins with the shorter one's days."""
    worlds = [generate("shock", START, count, seed) for count, seed in ((24, 3), (24, 3), (30, 3), (24, 4))]
    told = []
    for market in worlds:
        answers: list[object] = []
        for session in market.sessions[:8]:
            for passed in (0, 17, 200):
                market.move_to(session.open + timedelta(minutes=passed))
                front = market.futures(session.day)[0]
                answers += [market.index("SPX"), market.index("VIX"), market.future(front)]
                answers.append(market.option("VIX", market.expiries("VIX", session.day)[1], 16.0, "C"))
        told.append(answers)
    assert told[0] == told[1] == told[2]
    assert told[0] != told[3]


def test_skipping_ahead_changes_no_path() -> None:
    """A day's path does not depend on which days were asked before."""
    walked, jumped = generate("calm", START, 5, 1), generate("calm", START, 5, 1)
    for session in walked.sessions:
        walked.move_to(session.open + timedelta(minutes=100))
    jumped.move_to(jumped.sessions[-1].open + timedelta(minutes=100))
    assert walked.index("SPX") == jumped.index("SPX")


def test_ticks_bars_and_settlements_agree(shock: Market) -> None:
    """What was printed through the day is what the daily bars of indices and futures then say."""
    session = shock.sessions[8]
    front = shock.futures(session.day)[0]
    prints: dict[str, list[float]] = {"SPX": [], "VIX": [], "VX": []}
    for passed in range(391):
        shock.move_to(session.open + timedelta(minutes=passed))
        for name, level in (
            ("SPX", shock.index("SPX")),
            ("VIX", shock.index("VIX")),
            ("VX", shock.future(front)),
        ):
            assert level is not None
            prints[name].append(level)
    bars = {name: shock.daily(name, session.day, 1)[0] for name in ("SPX", "VIX")}
    bars["VX"] = shock.daily_future(front, session.day, 1)[0]
    for name, path in prints.items():
        bar = bars[name]
        assert bar.day == session.day
        assert (path[0], max(path), min(path), path[-1]) == (bar.open, bar.high, bar.low, bar.close)
    assert shock.settlement(front, session.day) == prints["VX"][-1]


def test_values_stand_still_until_the_evening(shock: Market) -> None:
    """After the close the last prints hold; the futures trade again from 18:00 New York."""
    first = shock.sessions[0]
    shock.move_to(first.close)
    held = (shock.index("SPX"), shock.index("VIX"), shock.future(shock.futures(first.day)[0]))
    shock.move_to(first.close + timedelta(hours=1, minutes=59))
    assert (shock.index("SPX"), shock.index("VIX"), shock.future(shock.futures(first.day)[0])) == held


def test_a_market_moves_forward_only(shock: Market) -> None:
    """Going back, or a naive time, is a fault of the caller."""
    shock.move_to(shock.sessions[1].open)
    with pytest.raises(ValueError, match="only moves forward"):
        shock.move_to(shock.sessions[0].open)
    with pytest.raises(ValueError, match="no time zone"):
        shock.move_to(shock.sessions[2].open.replace(tzinfo=None))


def test_there_are_600_sessions_before_the_first(shock: Market) -> None:
    """A generated world has history for every signal to warm up on, and a value before its first open."""
    assert len(shock.daily("SPX", shock.sessions[0].day, 1000)) >= 600
    assert shock.index("SPX") is not None


@pytest.mark.parametrize(
    ("regime", "start", "sessions", "says"),
    [
        (
            "boom",
            START,
            24,
            "regime = 'boom' is unknown: give one of calm, crash, grind-down, melt-up, plateau, shock",
        ),
        ("shock", START, 0, "sessions = 0 is out of range"),
        ("shock", date(1980, 1, 1), 24, "start = 1980-01-01 is out of range"),
    ],
)
def test_a_wrong_wish_is_refused_by_name(regime: str, start: date, sessions: int, says: str) -> None:
    """The message names the field, the value and what can be given."""
    with pytest.raises(MarketDataError, match=says):
        generate(regime, start, sessions, 1)
