"""Condor size after a loss."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.never_raise import size_gate


@pytest.mark.parametrize(
    ("contracts", "last", "equity", "before", "verdict"),
    [
        (10, None, None, None, "pass"),  # nothing has lost yet
        (20, 10, 99.0, None, "pass"),  # no loss is open
        (10, 10, 99.0, 100.0, "pass"),  # not raised
        (9, 10, None, 100.0, "pass"),  # lowered: equity does not matter
        (11, 10, 99.0, 100.0, "refuse"),
        (11, 10, 100.0, 100.0, "refuse"),  # reached is not passed
        (11, 10, 100.01, 100.0, "pass"),
        (11, 10, None, 100.0, "unavailable"),
    ],
)
def test_size_rises_only_once_the_loss_is_made_good(
    contracts: int, last: int | None, equity: float | None, before: float | None, verdict: str
) -> None:
    """Never: a larger condor after a losing one before equity has passed its level before that loss."""
    said = size_gate(
        contracts=contracts, last_contracts=last, equity_usd=equity, equity_before_loss_usd=before
    )
    assert (said.rule, said.verdict) == ("never_raise_size", verdict)
    assert bool(said.reason) == (verdict != "pass" or equity == 100.01)


@settings(derandomize=True, max_examples=100)
@given(
    contracts=st.integers(1, 100),
    last=st.integers(1, 100),
    equity=st.one_of(st.none(), st.floats(0, 1e6)),
    before=st.floats(0, 1e6),
)
def test_less_equity_never_allows_more(
    contracts: int, last: int, equity: float | None, before: float
) -> None:
    """What passes with less equity or without knowing it, or in a larger size, passes anyway."""

    def passes(size: int, worth: float | None) -> bool:
        said = size_gate(contracts=size, last_contracts=last, equity_usd=worth, equity_before_loss_usd=before)
        return said.verdict == "pass"

    assert not passes(contracts, None) or passes(contracts, equity)
    assert not passes(contracts + 1, equity) or passes(contracts, equity)
    if equity is not None:
        assert not passes(contracts, equity) or passes(contracts, equity + 1.0)
