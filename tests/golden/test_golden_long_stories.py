"""The long stories: the summer of 2011, and a calm year in three parts; a file that runs beside the other."""

from collections.abc import Callable

import pytest

pytestmark = [pytest.mark.history, pytest.mark.timeout(3600)]  # 90 to 110 sessions, on a busy machine too


@pytest.mark.parametrize("name", ["2011-07", "2017-01", "2017-05", "2017-09"])
def test_a_long_stretch_is_told_as_it_was(golden: Callable[[str], tuple[str, str]], name: str) -> None:
    """Rule: every decision of a played run, byte for byte; a change is read, then `make golden`."""
    told, committed = golden(name)
    assert told.splitlines() == committed.splitlines()
    assert told == committed
