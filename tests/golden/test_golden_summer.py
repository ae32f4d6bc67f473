"""The summer of 2011, from calm to downgrade: it is told as it was when somebody last read it."""

from collections.abc import Callable

import pytest

pytestmark = [pytest.mark.history, pytest.mark.timeout(3600)]  # 85 to 110 sessions, on a busy machine too


@pytest.mark.parametrize("name", ["2011-07"])
def test_the_summer_is_told_as_it_was(golden: Callable[[str], tuple[str, str]], name: str) -> None:
    """Rule: every decision of a played run, byte for byte; a change is read, then `make golden`."""
    told, committed = golden(name)
    assert told.splitlines() == committed.splitlines()
    assert told == committed
