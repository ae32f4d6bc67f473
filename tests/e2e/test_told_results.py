"""What an operator is told: the demo's lines and figures, and why the last decision was made."""

import json
import re
from collections.abc import Callable
from typing import Any

Demo = Any  # the fixture's class lives in conftest
Hedged = Callable[..., Any]

_CLOSE = re.compile(r"^2026-01-0[567] 16:01  close \d+\.\d\d  RSI \d+\.\d\d  VIX ", re.MULTILINE)


def test_a_pipe_gets_one_line_a_close_and_the_summary(shock: Demo) -> None:
    """Without a terminal the demo prints plain lines: each close once, layers as they come, a table."""
    told = shock.done.stdout
    assert len(_CLOSE.findall(told)) == 3
    assert re.search(r"condor C0001 open: 10 x ", told)
    assert re.search(r"layer L0001 first open: \d+ x OPT\.VIX\.", told)
    assert "What the daemon did" in told
    assert "\x1b" not in told


def test_json_is_one_object_on_the_last_line(play_demo: Any, processes: Any) -> None:  # noqa: ANN401
    """A script reads the last line of standard output; its figures are those of the audit files."""
    played = play_demo("--regime", "shock", "--sessions", "1", "--seed", "1", "--json")
    (line,) = played.done.stdout.splitlines()
    figures = json.loads(line)
    assert {"sessions", "layers_added", "layers_peeled", "orders_transmitted", "fills", "audit_path"} <= set(
        figures
    )
    assert (figures["sessions"], figures["orders_transmitted"]) == (1, 1)
    fills = list(processes.audit_records(played.folder / "audit", "fill"))
    assert figures["fills"] == len(fills) == 4


def test_the_last_decision_is_explained_with_rules_inputs_and_thresholds(
    shock: Demo,
    hedged: Hedged,
    processes: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """`explain --last` names each rule of the last decision, its verdict, what it saw and compared with."""
    audit = shock.folder / "audit"
    last = list(processes.audit_records(audit, "decision"))[-1]
    done = hedged("explain", "--last", "--audit", str(audit))
    assert (done.returncode, done.stderr) == (0, "")
    head, *lines = done.stdout.splitlines()
    assert head.startswith(f"seq {last['seq']}, ")
    assert head.endswith(f": {last['subject']}: {last['outcome']}")
    assert [line.split()[0] for line in lines] == [rule["rule"] for rule in last["rules"]]
    for rule, line in zip(last["rules"], lines, strict=True):
        assert all(f"{name} " in line for name in rule.get("inputs", {}))
        assert all(f"{name} " in line for name in rule.get("thresholds", {}))
        assert ("thresholds: " in line) == bool(rule.get("thresholds"))


def test_explaining_an_empty_folder_says_what_to_give(hedged: Hedged) -> None:
    """Nothing to explain is one clear error."""
    done = hedged("explain", "--last", "--audit", "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("hedged: error: nowhere has no ")
    assert line.endswith(": give the audit folder of a daemon that has run")
