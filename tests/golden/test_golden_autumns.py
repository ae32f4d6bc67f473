"""The autumns of 2008 and 2018: they are told as they were when somebody last read them."""

from collections.abc import Callable

import pytest

pytestmark = [pytest.mark.history, pytest.mark.timeout(3600)]  # 85 to 110 sessions, on a busy machine too


@pytest.mark.parametrize("name", ["2008-09", "2018-10"])
def test_an_autumn_is_told_as_it_was(golden: Callable[[str], tuple[str, str]], name: str) -> None:
    """Rule: every decision of a played run, byte for byte; a change is read, then `make golden`."""
    told, committed = golden(name)
    assert told.splitlines() == committed.splitlines()
    assert told == committed
