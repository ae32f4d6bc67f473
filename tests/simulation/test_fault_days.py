"""Whole days of the real daemon in virtual time. `make soak` runs as many of them as one likes.

The invariants I1 to I14 are those of docs/reliability.md; every day checks them all.
"""

from datetime import timedelta

import pytest

from soak.day import run_day
from soak.fault_kinds import ALL_KINDS
from soak.outcome import Asked
from soak.run import day_of
from soak.schedule import COMPANIONS, fault_plan
from soak.start_states import starts
from strategies.core.commands import Purpose

_TRADES = {
    "crash-8-21": {Purpose.LAYER_PEEL, Purpose.LAYER_ROLL, Purpose.LAYER_OPEN},
    "melt-up-3-26": {Purpose.CUT_OPEN, Purpose.LAYER_OPEN},
    "melt-up-3-28": {Purpose.CUT_CLOSE, Purpose.CONDOR_CLOSE},
    "shock-1-0": {Purpose.LAYER_OPEN},
    "shock-1-18": {Purpose.LAYER_PEEL, Purpose.CONDOR_CLOSE, Purpose.CONDOR_OPEN},
    "whipsaw-1-1": {Purpose.LAYER_PEEL},
}
"""What the next morning of a start has; between them every purpose there is."""


@pytest.mark.parametrize("start", sorted(_TRADES))
def test_an_undisturbed_day_trades_and_keeps_every_invariant(start: str) -> None:
    """A net that is never touched proves nothing: what the moment was chosen for is sent and filled."""
    outcome = run_day(1, Asked(faults=False, start=start))
    assert outcome.broken == []
    assert outcome.executions
    assert set(outcome.purposes) >= _TRADES[start]


def test_the_starts_have_orders_of_every_purpose() -> None:
    """Rule: nothing that the daemon can send is left out of the fault days."""
    assert set.union(*_TRADES.values()) == set(Purpose)
    assert {start.name for start in starts()} > set(_TRADES)


@pytest.mark.parametrize("kind", sorted(COMPANIONS))
def test_a_fault_that_needs_another_has_it_beside_it(kind: str) -> None:
    """Nothing is cancelled that has filled, and no gateway forgets its ids that did not restart."""
    seed = ALL_KINDS.index(kind)
    begin = starts()[0].begins
    planned = {plan.kind for plan in fault_plan(seed, [(begin, begin + timedelta(hours=1))])}
    assert kind in planned
    assert planned & set(COMPANIONS[kind])


@pytest.mark.parametrize("seed", range(0, 24, 2))
def test_a_fault_day_keeps_every_invariant(seed: int) -> None:
    """Seeds that failed once are in `soak/seeds.txt`; these are the first of the thousand that CI runs."""
    assert run_day(seed).broken == []


@pytest.mark.parametrize("seed", [10, 15])
def test_the_same_seed_writes_the_same_bytes(seed: int) -> None:
    """I10: nothing but the seed and the code decides what is written, faults included."""
    outcome = day_of(seed, twice=True)
    assert outcome.broken == []
    assert outcome.commits


def test_a_seed_always_plans_the_same_faults() -> None:
    """A printed seed is the whole story."""
    windows = [(start.begins, start.begins.replace(hour=21)) for start in starts()[1:2]]
    assert fault_plan(7, windows) == fault_plan(7, windows)
    assert fault_plan(7, windows) != fault_plan(8, windows)
