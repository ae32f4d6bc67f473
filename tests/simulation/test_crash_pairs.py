"""A daemon that is killed on the order path, and killed again, recovers."""

import pytest

from soak.crash_pairs import Pair, Suffered, pairs, suffered, told
from soak.crash_points import Kill
from soak.points import Moment

_SAMPLE = 20


def test_a_sample_of_pairs_of_kills_is_recovered_from(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: 100 % of the pairs that are drawn; `python -m soak.crash_pairs` draws more."""
    done = list(suffered(pairs(_SAMPLE, seed=7), jobs=1))
    assert [f"{one.pair}: {text}" for one in done for text in one.broken] == []
    assert "none" not in {one.second for one in done}, "a second kill came after the day"
    with capsys.disabled():
        print(f"\n{told(done)}")  # noqa: T201


def test_the_same_seed_draws_the_same_pairs_and_another_one_others() -> None:
    """Rule: a broken pair can be run again."""
    drawn = pairs(30, seed=1)
    assert drawn == pairs(30, seed=1)
    assert drawn != pairs(30, seed=2)
    assert all(pair.distance >= 1 for pair in drawn)


def test_what_was_not_recovered_from_is_not_counted_as_recovered() -> None:
    """Rule: the printed sum tells."""
    kill = Kill(start="any", number=5, name="send.order", moment=Moment.TORN)
    pair = Pair(first=kill, distance=2, moment=Moment.AFTER)
    held = Suffered(pair=pair, second="store.append", broken=())
    lost = Suffered(pair=pair, second="audit.write", broken=("I6: booked twice",))
    assert told([held, lost]) == (
        "2 pairs of kills, 1 recovered\n"
        "first: 2 send.order torn\n"
        "second: 1 audit.write after, 1 store.append after"
    )
