"""The long stories: the summer of 2011, a calm year in three parts, two autumns; with HEDGED_GOLDEN=all."""

import os
from collections.abc import Callable

import pytest

pytestmark = [
    pytest.mark.history,
    pytest.mark.timeout(3600),  # 85 to 110 sessions, on a busy machine too
    pytest.mark.skipif(
        os.environ.get("HEDGED_GOLDEN") != "all",
        reason="HEDGED_GOLDEN is not all: six long stories take about ten minutes of a core",
    ),
]


@pytest.mark.parametrize("name", ["2008-09", "2011-07", "2017-01", "2017-05", "2017-09", "2018-10"])
def test_a_long_stretch_is_told_as_it_was(golden: Callable[[str], tuple[str, str]], name: str) -> None:
    """Rule: every decision of a played run, byte for byte; a change is read, then `make golden`."""
    told, committed = golden(name)
    assert told.splitlines() == committed.splitlines()
    assert told == committed
