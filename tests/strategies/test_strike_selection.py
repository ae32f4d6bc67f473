"""The strike nearest a delta, found with few quotes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.core.instruments import Right
from strategies.core.market import Unavailable
from strategies.core.selection import QuoteMore, nearest_delta

RIGHTS = st.sampled_from([Right.PUT, Right.CALL])


def find(chain: dict[float, float], target: float, right: Right) -> tuple[float, int]:
    """Quote what is asked for until a strike is named; return it and the number of quotes."""
    known: dict[float, float] = {}
    for _ in range(len(chain) + 1):
        said = nearest_delta(sorted(chain), known, target, right)
        if isinstance(said, QuoteMore):
            assert said.strikes
            assert len(said.strikes) <= 6
            assert not set(said.strikes) & set(known)
            known.update({strike: chain[strike] for strike in said.strikes})
        else:
            assert not isinstance(said, Unavailable)
            return said, len(known)
    raise AssertionError("the search does not end")


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    deltas=st.lists(st.integers(1, 999), min_size=1, max_size=250, unique=True),
    target=st.integers(20, 600),
    right=RIGHTS,
)
def test_the_search_finds_the_best_strike_with_few_quotes(
    deltas: list[int], target: int, right: Right
) -> None:
    """On a monotone chain it finds what looking at every strike finds, the higher strike on a tie."""
    ordered = sorted(deltas, reverse=right is Right.CALL)
    chain = {100.0 + 5 * n: float(delta) for n, delta in enumerate(ordered)}
    best = min(chain, key=lambda strike: (abs(chain[strike] - target), -strike))
    found, quotes = find(chain, target, right)
    assert found == best
    assert quotes <= 26


def test_a_tie_goes_to_the_higher_strike() -> None:
    """Two strikes equally far from the target: the higher one, for calls and for puts."""
    assert find({10.0: 0.5, 11.0: 0.25}, 0.375, Right.CALL)[0] == 11.0
    assert find({10.0: 0.25, 11.0: 0.5}, 0.375, Right.PUT)[0] == 11.0


def test_an_empty_chain_has_no_strike() -> None:
    """Nothing listed is unavailable, with a reason."""
    assert isinstance(nearest_delta([], {}, 0.3, Right.CALL), Unavailable)
