"""When volatility counts as expanding."""

from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.expansion import expanding, keep
from strategies.core.market import Unavailable
from strategies.core.rules import ExpansionRules

RULES = ExpansionRules()


def plainly(closes: list[float]) -> bool:
    """Return the rule as the strategy words it, for the last close of a series."""
    today, before = closes[-1], closes[:-1]
    mean = sum(before[len(before) - 20 :]) / 20
    return today >= 1.20 * mean or today >= 1.15 * closes[-1 - 3]


@settings(derandomize=True, deadline=None, max_examples=80)
@given(closes=st.lists(st.floats(9.0, 40.0), min_size=25, max_size=60))
def test_expansion_equals_its_definition_on_every_close(closes: list[float]) -> None:
    """Kept incrementally, the rule says what its definition says, without a look ahead."""
    kept: tuple[float, ...] = ()
    for n, close in enumerate(closes):
        said = expanding(close, kept, RULES)
        if n < 20:
            assert said == Unavailable("fewer VIX closes than the expansion rule needs")
        else:
            assert said == plainly(closes[: n + 1])
        kept = keep(kept, close, RULES)
        assert len(kept) <= 21


def test_a_threshold_that_is_met_exactly_counts() -> None:
    """Both rules include their threshold."""
    before = (10.0,) * 17 + (14.0, 10.0, 10.0)
    mean = sum(before) / 20
    assert expanding(1.20 * mean, before, RULES) is True
    assert expanding(1.15 * 14.0 - 0.01, (14.0,) * 20, RULES) is False
    assert expanding(1.15 * 14.0, (14.0,) * 20, RULES) is True
