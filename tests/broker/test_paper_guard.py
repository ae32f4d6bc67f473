"""Only paper accounts, and back-off that a second run repeats."""

import pytest

from daemon.broker.paper_guard import guarded_account
from daemon.broker.session import reconnect_delay_s
from daemon.errors import ConfigError, LiveAccount

PREFIXES = ("DU", "DF")


def test_one_live_account_among_paper_ones_is_refused_by_name() -> None:
    """Whatever account is wanted, the gateway must manage no other than paper accounts."""
    with pytest.raises(LiveAccount, match="U7654321"):
        guarded_account(["DU1234567", "U7654321"], PREFIXES, "DU1234567")


def test_the_sole_account_is_taken_and_one_of_several_must_be_named() -> None:
    """Nothing is guessed."""
    assert guarded_account(["DU1"], PREFIXES, "") == "DU1"
    assert guarded_account(["DU1", "DF2"], PREFIXES, "DF2") == "DF2"
    with pytest.raises(ConfigError, match="manages 2 accounts"):
        guarded_account(["DU1", "DF2"], PREFIXES, "")
    with pytest.raises(ConfigError, match="DU9 is not managed"):
        guarded_account(["DU1"], PREFIXES, "DU9")


def test_the_delay_grows_to_its_bound_and_is_the_same_every_time() -> None:
    """Bounded, never shorter than the minimum, and a pure function of its numbers."""
    delays = [reconnect_delay_s(n, 3, delay_min_s=1.0, delay_max_s=60.0) for n in range(1, 200)]
    assert delays == [reconnect_delay_s(n, 3, delay_min_s=1.0, delay_max_s=60.0) for n in range(1, 200)]
    assert all(1.0 <= delay <= 60.0 for delay in delays)
    assert min(delays[10:]) >= 45.0
