"""A calm year in three parts: it is told as it was when somebody last read it."""

from collections.abc import Callable

import pytest

pytestmark = [pytest.mark.history, pytest.mark.timeout(3600)]  # 85 to 110 sessions, on a busy machine too


@pytest.mark.parametrize("name", ["2017-01", "2017-05", "2017-09"])
def test_a_calm_stretch_is_told_as_it_was(golden: Callable[[str], tuple[str, str]], name: str) -> None:
    """Rule: every decision of a played run, byte for byte; a change is read, then `make golden`."""
    told, committed = golden(name)
    assert told.splitlines() == committed.splitlines()
    assert told == committed
