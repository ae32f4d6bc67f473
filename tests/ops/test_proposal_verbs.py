"""`hedged proposals`, `approve` and `refuse`: in advise mode an operator decides on each order."""

import getpass
import json
import os
from typing import Any

import pytest

from daemon.errors import ExitCode

World = Any  # the helpers' classes: modules found at run time have no static type

WHO = f"{getpass.getuser()} (uid {os.geteuid()})"
# So small a step that an operator finds a proposal within its session.
PLAY = ("--regime=shock", "--sessions=1", "--seed=1", "--step-s=2")
ADVISE = {"HEDGED_MODE": "advise", "HEDGED_ADVISE__LIFETIME_S": "23400"}


@pytest.fixture
def say(hedged: Any) -> Any:  # noqa: ANN401 - see World
    """Runs a verb on a world's daemon."""

    def run(world: World, *arguments: str) -> Any:  # noqa: ANN401 - see World
        return hedged(*arguments, **world.variables(**ADVISE))

    return run


@pytest.fixture
def proposed(world: World) -> tuple[World, Any, str]:
    """A daemon in play whose first condor waits for an operator: world, daemon, the order's reference."""
    world.gateway(*PLAY)
    daemon = world.daemon(**ADVISE)
    daemon.wait_for(lambda: world.audit("proposal"), "a proposal")
    (record,) = world.audit("proposal")
    return world, daemon, record["order_ref"]


def test_killed_between_proposal_and_approval_it_is_sent_once(
    proposed: tuple[World, Any, str],
    say: Any,  # noqa: ANN401 - see World
) -> None:
    """The proposal outlives kill -9; approved by its short form it fills, and is told with who."""
    world, daemon, ref = proposed
    daemon.kill()
    assert world.ledger("place") == []
    daemon = world.daemon(**ADVISE)
    daemon.wait_for(lambda: ref in say(world, "proposals").stdout, "the proposal, listed")
    listed = say(world, "proposals").stdout.splitlines()
    assert listed[0].split() == ["ref", "what", "quantity", "limit", "lapses", "in"]
    assert listed[1].startswith(f"{ref}  condor open C0001")
    assert any(line.startswith("    condor_size allows it") for line in listed)
    line = next(text for text in say(world, "status").stdout.splitlines() if text.startswith(f"  {ref}: "))
    assert line.startswith(f"  {ref}: condor_open C0001, 10 at -")
    daemon.wait_for(lambda: say(world, "status").stdout.startswith("READY"), "books compared")
    done = say(world, "approve", ref.partition("-")[2].partition("-")[2])
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert done.stdout.startswith(f"{ref} approved by {WHO}; it goes out now (record ")
    daemon.wait_for(lambda: world.audit("fill"), "a fill")
    assert [record["order_ref"] for record in world.ledger("place")] == [ref]
    again = say(world, "approve", ref)
    assert again.returncode == ExitCode.ERROR
    assert f"{ref} waits no more: it is " in again.stderr
    told = say(world, "explain", "--order", ref).stdout
    for words in ("proposed: waits for an operator", f"approved by {WHO}", "booked: BOT 10"):
        assert words in told, told


def test_a_refused_proposal_is_never_sent(
    proposed: tuple[World, Any, str],
    say: Any,  # noqa: ANN401 - see World
) -> None:
    """Recorded with who and why; errors name what waits, what was answered, and which gate says no."""
    world, _, ref = proposed
    unknown = say(world, "approve", "L0009")
    assert unknown.returncode == ExitCode.ERROR
    assert unknown.stderr.endswith(f" refused: L0009 is no proposal; what waits: {ref}\n")
    assert say(world, "halt", "--reason", "odd").returncode == ExitCode.OK
    gated = say(world, "approve", ref)
    assert gated.returncode == ExitCode.ERROR
    assert f"{ref} is not approved: ready refuses: halted by {WHO}: odd; it waits on" in gated.stderr
    (line,) = json.loads(say(world, "proposals", "--json").stdout)["proposals"]
    assert (line["order_ref"], line["subject"], line["quantity"]) == (ref, "C0001", 10)
    done = say(world, "refuse", "C0001", "--reason", "earnings week")
    assert done.stdout.startswith(f"{ref} refused by {WHO}: earnings week; it is withdrawn (record ")
    late = say(world, "approve", ref)
    assert f"{ref} waits no more: it is withdrawn, refused by {WHO}: earnings week" in late.stderr
    assert say(world, "proposals").stdout == "no order waits for an operator\n"
    (answer,) = [r for r in world.audit("proposal_answered") if not r["approved"]]
    assert (answer["by"], answer["reason"]) == (WHO, "earnings week")
    assert world.ledger("place") == []
    told = say(world, "explain", "--order", ref).stdout
    assert f"withdrawn: refused by {WHO}: earnings week" in told


def test_what_nobody_answers_lapses_and_nothing_is_sent(world: World) -> None:
    """A whole session in advise mode without a word: no order leaves."""
    world.gateway("--regime=shock", "--sessions=1", "--seed=1")
    daemon = world.daemon(HEDGED_MODE="advise")
    assert daemon.ended() == 0, daemon.said()
    states = [(record["state"], record["reason"]) for record in world.audit("proposal")]
    assert states == [
        ("proposed", "waits for an operator"),
        ("withdrawn", "lapsed: nobody answered in time"),
    ]
    assert world.ledger("place") == []
    verified = world.hedged("audit", "verify", str(world.audit_folder))
    assert (verified.returncode, verified.stderr) == (0, "")
