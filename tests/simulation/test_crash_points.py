"""Every boundary of the order path, killed before, in the middle of and after it, is recovered from."""

from collections import Counter

import pytest

from soak.crash_points import order_path, suffer


@pytest.mark.parametrize("start", ["shock-1-0"])
def test_every_crash_point_of_the_order_path_is_recovered_from(
    start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """100 % of the boundaries between an intent's append and its fills on record, counted and printed."""
    kills = list(order_path(start))
    broken = []
    for kill in kills:
        outcome = suffer(kill)
        assert outcome.starts == 3, f"{kill} did not kill"
        broken += [f"{kill}: {text}" for text in outcome.broken]
    counted = Counter(f"{kill.name} {kill.moment}" for kill in kills)
    with capsys.disabled():
        points = ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
        print(f"\ncrash points of {start}: {len(kills)} killed and recovered ({points})")  # noqa: T201
    assert broken == []
