"""`hedged explain` tells decisions, orders and layers in words, from the audit files alone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import ExitCode

Run = Callable[..., Any]


def _records(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("audit-*.jsonl")):
        for line in path.read_text().splitlines():
            record = json.loads(line)
            if record["kind"] == kind:
                yield record


@pytest.fixture
def explain(hedged: Run, played: Path) -> Callable[..., list[str]]:
    """Explains something of the play; returns the lines."""

    def run(*arguments: str) -> list[str]:
        done = hedged("explain", "--audit", str(played), *arguments)
        assert (done.returncode, done.stderr) == (ExitCode.OK, "")
        lines: list[str] = done.stdout.splitlines()
        return lines

    return run


def test_last_is_the_last_decision_on_file(explain: Callable[..., list[str]], played: Path) -> None:
    """Subject, outcome and every rule."""
    last = list(_records(played, "decision"))[-1]
    lines = explain("--last")
    assert lines[0].startswith(f"seq {last['seq']}, ")
    assert lines[0].endswith(f"{last['subject']}: {last['outcome']}")
    assert [line.split()[0] for line in lines[1 : 1 + len(last["rules"])]] == [
        rule["rule"] for rule in last["rules"]
    ]


def test_at_a_time_each_subject_has_its_last_decision_before(explain: Callable[..., list[str]]) -> None:
    """Nothing later is told, and what the decisions saw is: the bar, and quotes that were there by then."""
    lines = explain("--at", "2026-01-06T09:46")
    heads = [line for line in lines if line.startswith("seq ")]
    subjects = [head.split(" New York: ")[1].rpartition(": ")[0] for head in heads]
    assert len(subjects) == len(set(subjects))
    assert "first_engine:C0001" in subjects
    assert all(head.split(", ")[1] <= "2026-01-06 09:46:00 New York" for head in heads)
    planned = lines.index(next(line for line in lines if "first_engine:C0001: planned" in line))
    saw = [line for line in lines[planned : lines.index("", planned)] if line.startswith("  saw ")]
    assert saw[0].startswith("  saw bar of 2026-01-05 (live, seq ")
    assert "RSI" in saw[0]
    assert [line.split()[1] for line in saw[1:3]] == ["IND.SPX", "IND.VIX"]
    assert all("FUT.VX." in line for line in saw[3:5])


def test_time_of_another_zone_is_the_same_time(explain: Callable[..., list[str]]) -> None:
    """New York is meant unless an offset is given."""
    assert explain("--at", "2026-01-06T14:46:00+00:00") == explain("--at", "2026-01-06 09:46")


def test_order_is_told_from_decision_to_commission(explain: Callable[..., list[str]], played: Path) -> None:
    """Intent, verdicts, transmission, status, fills, commission, in order; and the sum is the ledger's."""
    intended = next(r for r in _records(played, "order_intended") if r["purpose"] == "layer_open")
    ref = intended["order_ref"]
    text = "\n".join(explain("--order", ref))
    parts = [
        f"order {ref}: layer_open for {intended['subject']}",
        f"-> order {ref}:",
        "the intent is on disk",
        "handed to the gateway's socket as order",
        "the broker says Submitted",
        "executed: BOT",
        "booked: BOT",
        "it is filled",
        "commission of execution",
        "in sum: filled,",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    fills = [r for r in _records(played, "fill") if r["order_ref"] == ref]
    paid = sum(float(fill["price"]) * fill["quantity"] * 100 for fill in fills)
    ids = {fill["exec_id"] for fill in fills}
    charged = sum(float(r["commission_usd"]) for r in _records(played, "commission") if r["exec_id"] in ids)
    assert f"paid {paid:.2f} USD, commissions {charged:.2f} USD" in text


def test_combo_is_summed_over_its_legs(explain: Callable[..., list[str]], played: Path) -> None:
    """A condor's order counts whole units and the net of its legs."""
    intended = next(r for r in _records(played, "order_intended") if r["purpose"] == "condor_open")
    (total,) = [line for line in explain("--order", intended["order_ref"]) if line.startswith("in sum:")]
    fills = [r for r in _records(played, "fill") if r["order_ref"] == intended["order_ref"]]
    signs = {"BOT": -1, "SLD": 1}
    cash = sum(signs[f["side"]] * float(f["price"]) * f["quantity"] * 100 for f in fills)
    assert f"10 of 10 filled, received {cash:.2f} USD" in total


def test_layer_is_told_from_its_bar_to_its_state(explain: Callable[..., list[str]]) -> None:
    """The bar, the decision that planned it, the one that ordered it, each state."""
    text = "\n".join(explain("--layer", "L0001"))
    parts = [
        "layer L0001 of condor C0001, first engine: OPT.VIX.",
        "bar of 2026-01-05",
        "first_engine:C0001: planned",
        "layer_open.first:C0001: ordered",
        "layer intended",
        "layer working",
        "BOT ",
        "layer open",
        "in sum: open since",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--order", "hedged-nope-1-1"), "order 'hedged-nope-1-1' is not in the audit files"),
        (("--layer", "L9999"), "layer 'L9999' is not in the audit files"),
        (("--at", "2019-01-01T10:00"), "nothing was decided by 2019-01-01 10:00:00 New York"),
    ],
)
def test_unknown_is_one_error_that_helps(
    hedged: Run, played: Path, arguments: tuple[str, ...], part: str
) -> None:
    """What was not found and where, in one line, with what there is."""
    done = hedged("explain", "--audit", str(played), *arguments)
    assert (done.returncode, done.stdout) == (ExitCode.ERROR, "")
    (line,) = done.stderr.splitlines()
    assert part in line


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--last", "--from", "2026-01-06"), "--from is the day that a story begins on"),
        ((), "one of --last, --at TIME, --order REF, --layer ID or --story"),
        (("--last", "--layer", "L0001"), "one of --last"),
        (("--at", "noon"), "--at 'noon' is no time"),
        (("--at", "2026-01-06"), "--at '2026-01-06' is a day: give the time too"),
    ],
)
def test_question_must_be_one_and_clear(hedged: Run, arguments: tuple[str, ...], part: str) -> None:
    """Usage errors are said before any file is read."""
    done = hedged("explain", *arguments)
    assert done.returncode == ExitCode.USAGE
    assert part in done.stderr


def test_folder_without_audit_files_is_named(hedged: Run, tmp_path: Path) -> None:
    """A wrong folder is no empty history."""
    done = hedged("explain", "--last", "--audit", str(tmp_path))
    assert done.returncode == ExitCode.ERROR
    assert "has no audit files: give the audit folder" in done.stderr


def test_a_story_has_every_layer_order_and_fill(explain: Callable[..., list[str]], played: Path) -> None:
    """A line each, in order of time; what only held or waits is left out."""
    lines = explain("--story")
    moments = [line[:16] for line in lines]
    assert moments == sorted(moments)
    intended = [record["subject"] for record in _records(played, "order_intended")]
    ordered = [line for line in lines if " ordered | " in line]
    assert [line.split(" | ")[1].partition(":")[0] for line in ordered] == intended
    filled = {record["subject"] for record in _records(played, "fill")}
    assert {line.split()[3].rstrip(":") for line in lines if line[17:].startswith("filled ")} == filled
    assert "figures: " in lines[-1]
    assert not any(" hold" in line.partition("|")[0] for line in lines)
    assert lines == explain("--story")


def test_a_story_may_begin_later(explain: Callable[..., list[str]], played: Path) -> None:
    """From a day on: what is held by then, and nothing of the days before."""
    *_, day = sorted({record["time"][:10] for record in _records(played, "decision")})
    lines = explain("--story", "--from", day)
    assert all(line.startswith(day) for line in lines)
    assert any(line.startswith(f"{day} held: condor ") for line in lines)
