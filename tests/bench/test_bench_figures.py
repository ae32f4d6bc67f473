"""How figures are judged and shown."""

import pytest

from bench.figures import Figure, as_json, as_page, as_text, percentile, ratio_of


def _figure(value: float, **more: object) -> Figure:
    fields: dict[str, object] = {"name": "cost", "title": "cost a tick", "value": value, "limit": 2.0}
    return Figure(**(fields | more))  # type: ignore[arg-type]


def test_a_figure_at_its_limit_is_kept_and_above_it_is_missed() -> None:
    """Rule: the limit itself is allowed."""
    assert _figure(2.0).ok
    assert not _figure(2.0001).ok


def test_a_fault_is_a_miss_whatever_the_value() -> None:
    """Rule: a figure whose facts do not hold is no figure."""
    assert not _figure(0.1, faults=("a last value was not decided on",)).ok


def test_ratios_are_given_by_median_and_spread() -> None:
    """Rule: one lucky repetition does not make a figure."""
    assert ratio_of([3.0, 1.0, 2.0]) == (2.0, (1.0, 3.0))


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int) -> None:
    """Rule: nearest rank, no interpolation."""
    assert percentile([float(n) for n in range(100, 0, -1)], share) == value


def test_text_page_and_json_tell_the_same() -> None:
    """Rule: value, limit and verdict stand wherever figures are shown."""
    found = [_figure(1.25, spread=(1.0, 1.5), facts={"rounds": 3}), _figure(3.0, unit="s")]
    for shown in (as_text(found), as_page(found, "make bench")):
        assert "1.00 to 1.50" in shown
        assert "rounds" in shown
        assert "3.00 s" in shown
        assert "miss" in shown
    figures = as_json(found)["figures"]
    assert isinstance(figures, list)
    assert [(figure["value"], figure["ok"]) for figure in figures] == [(1.25, True), (3.0, False)]
