"""A layer is rolled through the whole daemon, over the wire, as one calendar order."""

from typing import Any

World = Any  # the helpers' class: a module found at run time has no static type

PLAY = ("--regime=shock", "--sessions=3", "--seed=1")
# With these a call of six weeks is short of time, and the next expiry is its target.
LATER = {
    "HEDGED_ROLL__DTE_MAX": "45",
    "HEDGED_FIRST_ENGINE__DTE_TARGET": "70",
    "HEDGED_FIRST_ENGINE__DTE_MIN": "60",
    "HEDGED_FIRST_ENGINE__DTE_MAX": "100",
    "HEDGED_STEWARD__MODE": "advise",
}


def test_a_layer_is_rolled_as_one_order_and_its_chain_is_told(
    world: World,
    processes: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """New settings at a restart make it due: one order, the old layer closed, the new one open."""
    macro = {"HEDGED_MACRO__FOLDER": str(world.folder / "macro")}
    world.gateway(*PLAY, f"--macro={macro['HEDGED_MACRO__FOLDER']}")
    daemon = world.daemon(**macro)
    daemon.wait_for(lambda: [r for r in world.audit("layer") if r["state"] == "open"], "a layer")
    daemon.kill()
    daemon = world.daemon(**macro, **LATER)
    assert daemon.ended() == 0, daemon.said()
    state = processes.check_books(world, sessions=3)
    (roll,) = [r for r in world.audit("order_intended") if r["purpose"] == "layer_roll"]
    placed = [r for r in world.ledger("place") if r["order_ref"] == roll["order_ref"]]
    assert len(placed) == 1
    old, new = state.layers["L0001"], state.layers["L0002"]
    assert (old.held, old.state, new.rolled_from) == (0, "closed", "L0001")
    assert new.held == new.bought == old.bought
    told = world.hedged("explain", "--layer", "L0002", "--audit", str(world.audit_folder)).stdout
    assert told.startswith("rolled: L0001 -> L0002\n")
    assert "time_shift:L0001: planned" in told
