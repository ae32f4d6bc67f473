"""The stories of real months are what they were when somebody last read them."""

from collections.abc import Callable

import pytest

pytestmark = [pytest.mark.history, pytest.mark.timeout(3600)]  # about a second of a core a session


@pytest.mark.parametrize("name", ["2010-05", "2015-08", "2016-11", "2018-02"])
def test_a_month_is_told_as_it_was(golden: Callable[[str], tuple[str, str]], name: str) -> None:
    """Rule: every decision of a played run, byte for byte; a change is read, then `make golden`."""
    told, committed = golden(name)
    assert told.splitlines() == committed.splitlines()
    assert told == committed
