"""A daemon that lives through days on end holds its promises and does not grow."""

from collections import Counter
from datetime import date, timedelta

import pytest

from soak.endurance import endure
from soak.evening import Evening, breaches

_FIRST = date(2026, 1, 5)


def test_ten_sessions_in_one_life_hold_every_promise_and_nothing_grows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Memory, objects, state, tasks, files, journal, audit files, each evening; I1 to I14 as they apply."""
    endured = endure(10)
    assert endured.broken == []
    assert len(endured.evenings) == 10
    assert endured.starts == 1
    assert breaches(endured.evenings, warm_up=6) == []
    last = endured.evenings[-1]
    assert {"condor_open", "layer_open", "layer_peel"} <= set(last.orders)
    assert any(name.endswith(".gz") for name in last.audit_files)
    with capsys.disabled():
        print(f"\nendured: {endured.commits} commits, {dict(last.orders)}, journal {endured.digest}")  # noqa: T201


def _evening(day: int, **more: object) -> Evening:
    figures: dict[str, object] = {
        "day": _FIRST + timedelta(days=day),
        "resident_bytes": 100_000_000,
        "objects": 6_000,
        "state_bytes": 150_000,
        "tasks": 16,
        "descriptors": 10,
        "journal_commits": 2_000,
        "audit_files": (),
        "layers": 1,
        "condors": 1,
        "orders": Counter[str](),
    }
    return Evening(**(figures | more))  # type: ignore[arg-type]


def test_what_stays_as_it_was_is_no_breach() -> None:
    """Rule: the greatest of the warm-up is the measure."""
    assert breaches([_evening(0), _evening(1), _evening(2)], warm_up=1) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("resident_bytes", 106_000_000),
        ("objects", 8_000),
        ("state_bytes", 200_000),
        ("tasks", 17),
        ("descriptors", 11),
    ],
)
def test_what_grows_after_the_warm_up_is_named_with_its_day(name: str, value: int) -> None:
    """Rule: memory 5 %, objects and state a quarter, tasks and open files not at all."""
    found = breaches([_evening(0), _evening(1, **{name: value})], warm_up=1)
    assert len(found) == 1
    assert found[0].startswith(f"2026-01-06: {name} {value}, over")


def test_growth_within_the_warm_up_is_what_the_rest_is_measured_against() -> None:
    """Rule: the book fills in the first days."""
    assert breaches([_evening(0), _evening(1, objects=9_000), _evening(2, objects=9_500)], warm_up=2) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("audit-2026-01-05.jsonl.gz", "is still there"),
        ("audit-2026-01-21.jsonl", "is not compressed"),
    ],
)
def test_an_audit_file_that_was_not_rotated_is_a_breach(name: str, words: str) -> None:
    """Rule: files of more than three days are compressed, of more than seven removed."""
    kept = ("audit-2026-01-18.jsonl.gz", "audit-2026-01-25.jsonl", "state-2026-01-18.json", name)
    found = breaches([_evening(20, audit_files=kept)], warm_up=1)
    assert found == [f"2026-01-25: {name} {words}"]
