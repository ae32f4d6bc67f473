"""The table of regimes is counted from the audit files of a play through the wire."""

from pathlib import Path

import pytest

from bench import regimes


@pytest.fixture(scope="module")
def shock(tmp_path_factory: pytest.TempPathFactory) -> regimes.Played:
    """Two sessions of the shock, played."""
    return regimes.play("shock", 2, 1, tmp_path_factory.mktemp("regime") / "play")


def test_layers_are_counted_once_and_their_premium_is_what_was_paid(shock: regimes.Played) -> None:
    """Rule: what the audit trail says agrees with the figures of the play."""
    layers = shock.figures["layers"]
    assert isinstance(layers, list)
    assert sum(shock.engines.values()) == shock.figures["layers_added"] == len(layers)
    assert (shock.premium_usd > 0) == bool(layers)


def test_a_row_stands_for_a_regime(shock: regimes.Played) -> None:
    """Rule: one line a regime, as many cells as the head."""
    head, rule, row = regimes.table({"shock": shock})
    assert row.startswith("| shock | 2 |")
    assert head.count("|") == rule.count("|") == row.count("|")


def test_rules_are_told_with_the_first_regime_in_which_they_fired(shock: regimes.Played) -> None:
    """Rule: what fires nowhere is not listed."""
    lines = regimes.fired({"shock": shock, "again": shock})
    assert "* `condor_entry`: shock" in lines
    assert not any(line.endswith("again") for line in lines)


def test_a_play_that_fails_says_so(tmp_path: Path) -> None:
    """Rule: the error names the regime and holds the last words."""
    with pytest.raises(regimes.BenchError, match="none: ended with"):
        regimes.play("none", 2, 1, tmp_path / "play")
