"""`hedged halt`, `resume` and `flatten` tell the running daemon, and the journal, what may be sent."""

import getpass
import os
from typing import Any

import pytest

from daemon.errors import ExitCode


def mode_changes(world: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - see conftest
    """Return the records of mode changes."""
    found: list[dict[str, Any]] = world.audit("mode_changed")
    return found


def test_a_halt_is_recorded_with_who_and_why_and_survives_the_daemon(
    live: Any,  # noqa: ANN401 - see conftest
    told: Any,  # noqa: ANN401 - see conftest
) -> None:
    """I14: kill -9, start again, still halted; health says 6 until a person resumes."""
    world, _, daemon = live
    done = world.hedged("halt", "--reason", "odd quotes", **world.variables())
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert done.stdout.startswith("halted since record ")
    health = world.hedged("health", **world.variables())
    assert health.returncode == ExitCode.HALTED
    assert "odd quotes" in health.stderr
    daemon.kill()
    again = world.daemon(HEDGED_CLOCK__SOURCE="system")
    again.wait_for(lambda: told(world.folder / "state") is not None, "an answering daemon")
    status = world.hedged("status", **world.variables())
    who = f"{getpass.getuser()} (uid {os.geteuid()})"
    assert status.stdout.startswith(f"NOT READY: halted by {who}: odd quotes at")
    done = world.hedged("resume", "--reason", "looked at them", **world.variables())
    assert done.stdout.startswith("active since record ")
    changes = [(c["before"], c["mode"], c["cause"], c["who"], c["reason"]) for c in mode_changes(world)]
    assert changes == [
        ("active", "halted", "operator", who, "odd quotes"),
        ("halted", "active", "operator", who, "looked at them"),
    ]


def test_reduce_only_and_flatten(live: Any) -> None:  # noqa: ANN401 - see conftest
    """Flatten wants its confirmation, and stays reduce-only."""
    world, _, _ = live
    done = world.hedged("halt", "--reduce-only", "--reason", "late in the week", **world.variables())
    assert done.stdout.startswith("reduce-only since record ")
    refused = world.hedged("flatten", "--reason", "holiday", **world.variables())
    assert refused.returncode == ExitCode.USAGE
    assert "--confirm" in refused.stderr
    done = world.hedged("flatten", "--confirm", "--reason", "holiday", **world.variables())
    assert done.stdout.startswith("reduce-only since record ")
    assert "everything is being closed" in world.hedged("status", **world.variables()).stdout
    assert [change.get("flatten", False) for change in mode_changes(world)] == [False, True]


@pytest.mark.parametrize("reason", ["", "two\nlines", "x" * 201])
def test_a_reason_is_one_printable_line(live: Any, reason: str) -> None:  # noqa: ANN401 - see conftest
    """It stands in the journal for good."""
    world, _, _ = live
    done = world.hedged("halt", "--reason", reason, **world.variables())
    assert done.returncode == ExitCode.ERROR
    assert "--reason: give one line of 1 to 200 printable characters" in done.stderr
    assert mode_changes(world) == []


def test_without_a_daemon_nobody_is_halted(world: Any) -> None:  # noqa: ANN401 - see conftest
    """Exit 3: nothing was changed."""
    for verb in (("halt",), ("resume",), ("flatten", "--confirm")):
        done = world.hedged(*verb, "--reason", "why", **world.variables())
        assert done.returncode == ExitCode.NOT_RUNNING
