"""A delta cut in XSP through the whole daemon, over the wire, as one combo of two option legs."""

from typing import Any

World = Any  # the helpers' class: a module found at run time has no static type

PLAY = ("--regime=shock", "--sessions=3", "--seed=1")
# Short strikes so near that two rising days breach one; half of the delta is less than one SPX contract.
NEAR = {
    "HEDGED_CONDORS__DELTA_SHORT": "0.45",
    "HEDGED_CONDORS__DTE_TARGET": "39",  # a weekly expiry, which XSP has too
    "HEDGED_BREACH__USE_XSP": "true",
}


def test_a_breached_call_side_is_cut_by_a_reversal_in_xsp(
    world: World,
    processes: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """Half of the condor's delta, rounded down: long call, short put of one strike, as one order."""
    macro = str(world.folder / "macro")
    world.gateway(*PLAY, f"--macro={macro}")
    daemon = world.daemon(HEDGED_MACRO__FOLDER=macro, **NEAR)
    assert daemon.ended() == 0, daemon.said()
    state = processes.check_books(world, sessions=3)
    (cut,) = [layer for layer in state.layers.values() if layer.engine == "delta_cut"]
    assert cut.short is not None
    assert (cut.instrument.trading_class, cut.instrument.right, cut.short.right) == ("XSP", "C", "P")
    assert cut.instrument.strike == cut.short.strike
    assert cut.held == -cut.short_held > 0
    (intended,) = [r for r in world.audit("order_intended") if r["purpose"] == "cut_open"]
    (placed,) = [r for r in world.ledger("place") if r["order_ref"] == intended["order_ref"]]
    assert placed["client"] == 1
    told = world.hedged("explain", "--layer", cut.layer_id, "--audit", str(world.audit_folder)).stdout
    assert f"delta cut: {cut.instrument.key} less {cut.short.key}" in told
    assert "delta_cut:C0001: planned" in told
