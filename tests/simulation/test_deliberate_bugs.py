"""Proof that the net catches: a bug that is put in on purpose is found.

`make soak ARGS=--bug=NAME` looks for more seeds that find one.
"""

import pytest

from soak.bugs import BUGS
from soak.day import run_day
from soak.outcome import Asked
from soak.start_states import starts

FINDS = {
    "absent_after_one_snapshot": (17, "I"),
    "commit_given_up": (14, ""),
    "fill_booked_twice": (0, "I6"),
    "fills_only_as_pushed": (23, "I"),
    "halt_forgotten": (60, "I14"),
    "inferred_cancel_believed": (8, "I2"),
    "journal_after_send": (3, "I4"),
    "no_fencing": (44, ""),
    "order_id_as_identity": (30, "I"),
    "resend_on_timeout": (4, "I1"),
    "snapshot_before_journal": (110, "JournalCorrupt"),
    "stale_is_fresh": (25, "I11"),
    "timeout_is_empty": (3, "I5"),
    "unknown_does_not_block": (23, "I3"),
}
"""The seed that finds each, and what breaks; where the code has changed since, a few seeds after it may be
needed. Two writers without a fence leave a journal that no longer folds, and so does a commit given up."""

MORE = 30


@pytest.mark.parametrize("name", sorted(FINDS))
def test_a_deliberate_bug_is_found(name: str) -> None:
    """The invariant that names a bug's harm must be the one that breaks, within few seeds."""
    starts()  # played without the bug
    first, what = FINDS[name]
    for seed in (first, *range(MORE)):
        broken = run_day(seed, Asked(bug=BUGS[name].patched())).broken
        if broken:
            assert what in broken[0]
            return
    pytest.fail(f"{name} ({BUGS[name].what}) was found neither by seed {first} nor by the first {MORE}")
