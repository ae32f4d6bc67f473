"""Generated regimes have the moments of the real days that they are named after."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import msgspec
import pytest

from simulator.market.estimate import estimate
from simulator.market.estimate import main as estimate_main
from simulator.market.generated import generate_tape
from simulator.market.history import read_tape
from simulator.market.regimes import ESTIMATES, Estimate, regimes
from simulator.market.spans import SPANS, Moments, Observation, moments, observe
from simulator.market.tape import Tape

START = date(2024, 3, 4)
RESAMPLES, BLOCK_DAYS, PLAYS = 200, 5, 11


@pytest.fixture(scope="module")
def real(data_folder: Path) -> Tape:
    """All real days from 2007 to 2019."""
    return read_tape(data_folder, date(2007, 4, 2), date(2019, 12, 31), 0)


def _resampled(days: list[Observation]) -> list[Moments]:
    """Moments of block bootstraps of some days (circular, blocks of a week)."""
    draws, found = random.Random(1), []
    for _ in range(RESAMPLES):
        sample: list[Observation] = []
        while len(sample) < len(days):
            start = draws.randrange(len(days))
            sample += [days[(start + step) % len(days)] for step in range(BLOCK_DAYS)]
        found.append(moments(sample[: len(days)]))
    return found


def _played(name: str, lengths: list[int], play: int) -> Moments:
    """Moments of generated days, in runs as long as the real spans."""
    days: list[Observation] = []
    for number, length in enumerate(lengths):
        tape = generate_tape(name, START, length, 10 * play + number, None)
        days += observe(tape, tape.sessions[0].day, tape.sessions[-1].day)
    return moments(days)


@pytest.mark.history
@pytest.mark.parametrize("name", sorted(SPANS))
def test_moments_lie_in_the_real_regimes_bootstrap_interval(real: Tape, name: str) -> None:
    """SPX deviation and kurtosis, VIX level and jump, their correlation, backwardation: the median play's."""
    spans = [observe(real, first, last) for first, last in SPANS[name]]
    resampled = _resampled([day for span in spans for day in span])
    plays = [_played(name, [len(span) for span in spans], play) for play in range(PLAYS)]
    for field in Moments._fields:
        drawn = sorted(getattr(sample, field) for sample in resampled)
        low, high = drawn[round(0.025 * RESAMPLES)], drawn[round(0.975 * RESAMPLES) - 1]
        typical = median(getattr(play, field) for play in plays)
        assert low <= typical <= high, (field, low, typical, high)


@pytest.mark.history
def test_the_committed_numbers_are_what_the_script_estimates(real: Tape) -> None:
    """Nothing in the parameter file was edited by hand: one regime estimated anew is the committed one."""
    committed = msgspec.json.decode(ESTIMATES.read_bytes(), type=dict[str, Estimate])
    assert estimate(real, "crash") == committed["crash"]
    assert sorted([*committed, "shock"]) == sorted(SPANS)


def test_a_folder_without_data_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, one line, and the parameter file stays as it was."""
    before = ESTIMATES.read_bytes()
    assert estimate_main([str(tmp_path / "nowhere")]) == 2
    assert "no such folder" in capsys.readouterr().err
    assert ESTIMATES.read_bytes() == before


@pytest.mark.parametrize("name", [*regimes()])
def test_every_regime_is_reproducible_and_grows_by_appending(name: str) -> None:
    """Same seed, same days, and a longer play begins with the shorter one's; another seed differs."""
    short, long, other = (
        generate_tape(name, START, n, seed, None) for n, seed in ((24, 3), (40, 3), (24, 4))
    )

    def days(tape: Tape) -> list[object]:
        last = short.sessions[-1].day
        series: tuple[Callable[[], object], ...] = (
            lambda: tape.spx.upto(last, 60),
            lambda: tape.vix.upto(last, 60),
            lambda: tape.vvix.upto(last, 60),
            lambda: tape.breadth.upto(last, 60),
            lambda: [tape.futures[expiry].upto(last, 60) for expiry in sorted(short.futures)],
        )
        return [each() for each in series]

    assert days(short) == days(long)
    assert days(short) != days(other)


@pytest.mark.parametrize("name", [*regimes()])
def test_every_regime_has_whole_days(name: str) -> None:
    """On each session: consistent bars, VVIX and breadth within reason, at least eight futures settled."""
    tape = generate_tape(name, START, 60, 11, None)
    for session in tape.sessions:
        for series in (tape.spx, tape.vix):
            bar = series.at(session.day)
            assert bar is not None
            assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        vvix, breadth = tape.vvix.at(session.day), tape.breadth.at(session.day)
        assert vvix is not None
        assert breadth is not None
        assert 40 < vvix.value < 300
        assert min(breadth.advancing, breadth.declining) > 0
        assert sum(rows.at(session.day) is not None for rows in tape.futures.values()) >= 8
