"""Proof that the net catches: a bug that is put in on purpose is found.

`make soak ARGS=--bug=NAME` looks for more seeds that find one.
"""

import pytest

from soak.bugs import BUGS
from soak.day import Asked, run_day
from soak.start_states import starts

WITHIN = 30
"""Seeds that are tried, from 0 on; the first that found each bug stands in docs/reliability.md."""

FINDS = {
    "fill_booked_twice": "I6",
    "fills_only_as_pushed": "I",
    "journal_after_send": "I4",
    "no_fencing": "",
    "order_id_as_identity": "I6",
    "resend_on_timeout": "I1",
    "snapshot_before_journal": "JournalCorrupt",
}
"""What breaks first; two writers without a fence leave a journal that no longer folds."""


@pytest.mark.parametrize("name", sorted(FINDS))
def test_a_deliberate_bug_is_found(name: str) -> None:
    """The invariant that names a bug's harm must be the one that breaks, within few seeds."""
    starts()  # played without the bug
    for seed in range(WITHIN):
        broken = run_day(seed, Asked(bug=BUGS[name].patched())).broken
        if broken:
            assert FINDS[name] in broken[0]
            return
    pytest.fail(f"{name} ({BUGS[name].what}) was not found within {WITHIN} seeds")
