"""How large a delta cut is, and what it may cost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.alvh.cut_risk import Side, Synthetic, cut_loss_gate, cut_loss_usd, delta_cut_contracts

STRIKES = (2675.0, 2725.0, 2915.0, 2965.0)


@pytest.mark.parametrize(
    ("delta", "cut", "per_contract", "contracts"),
    [(4.1, 0.5, 1.0, 2), (-4.1, 0.5, 1.0, 2), (1.9, 0.5, 1.0, 0), (1.9, 0.5, 0.1, 9), (3.0, 7.0, 1.0, 3)],
)
def test_a_cut_is_a_share_of_the_delta_in_whole_contracts(
    delta: float, cut: float, per_contract: float, contracts: int
) -> None:
    """Floor of cut x |delta|, of either sign; in XSP tenths; a share above one is one."""
    found = delta_cut_contracts(condor_delta=delta, cut=cut, per_contract=per_contract)
    assert found == contracts


def test_a_cut_is_counted_in_spx_unless_told_otherwise() -> None:
    """One synthetic is one contract of delta."""
    assert delta_cut_contracts(condor_delta=4.1, cut=1.0) == 4


@settings(derandomize=True, max_examples=100)
@given(delta=st.floats(-50, 50), cut=st.floats(-1, 2), per=st.sampled_from([1.0, 0.1]))
def test_a_cut_never_turns_the_delta_round(delta: float, cut: float, per: float) -> None:
    """Never larger than flat."""
    contracts = delta_cut_contracts(condor_delta=delta, cut=cut, per_contract=per)
    assert 0 <= contracts * per <= abs(delta) * (1 + 1e-12)


def synthetic(side: Side, strike: float, contracts: int = 2, paid: float = 0.0) -> Synthetic:
    """Return a cut in SPX contracts."""
    return Synthetic(side=side, strike=strike, usd_per_point=100.0 * contracts, paid_usd=paid)


def test_a_conversion_loses_when_the_index_recovers() -> None:
    """Put side, 2650 up 5 % to 2782.5: the condor keeps its credit, the short synthetic loses 132.5."""
    loss = cut_loss_usd(
        strikes=STRIKES,
        contracts=10,
        credit_usd=8360.0,
        synthetic=synthetic("put", 2650.0, paid=300.0),
        spx=2650.0,
        move=0.05,
    )
    assert loss == pytest.approx(132.5 * 200 + 300.0 - 8360.0)


def test_a_reversal_loses_when_the_index_falls_back() -> None:
    """Call side, SPX 2950 down 5 % to 2802.5: the long synthetic loses 147.5 points, received 100 USD."""
    loss = cut_loss_usd(
        strikes=STRIKES,
        contracts=10,
        credit_usd=8360.0,
        synthetic=synthetic("call", 2950.0, paid=-100.0),
        spx=2950.0,
        move=0.05,
    )
    assert loss == pytest.approx(147.5 * 200 - 100.0 - 8360.0)


@pytest.mark.parametrize(
    ("side", "spx", "payout_points"),
    [("put", 2850.0, 27.5 + 50.0), ("put", 3000.0, 50.0), ("call", 2850.0, 17.5)],
)
def test_the_condor_may_lose_on_its_other_side_as_well(side: Side, spx: float, payout_points: float) -> None:
    """What the move makes the condor pay out, at most its width, is in the loss."""
    settles = spx * (1.05 if side == "put" else 0.95)
    width = 50.0
    expected = min(max(settles - 2915.0, 0.0), width) + min(max(2725.0 - settles, 0.0), width)
    loss = cut_loss_usd(
        strikes=STRIKES,
        contracts=10,
        credit_usd=0.0,
        synthetic=synthetic(side, spx, contracts=0),
        spx=spx,
        move=0.05,
    )
    assert loss == pytest.approx(expected * 1000)
    assert expected <= payout_points


@settings(derandomize=True, max_examples=100)
@given(spx=st.floats(1500, 4000), n=st.integers(0, 10), side=st.sampled_from(["put", "call"]))
def test_a_larger_cut_never_loses_less_against_the_move(spx: float, n: int, side: Side) -> None:
    """Struck at the money, each further contract loses the move."""

    def loss(contracts: int) -> float:
        return cut_loss_usd(
            strikes=STRIKES,
            contracts=10,
            credit_usd=8360.0,
            synthetic=synthetic(side, spx, contracts=contracts),
            spx=spx,
            move=0.05,
        )

    assert loss(n + 1) - loss(n) == pytest.approx(0.05 * spx * 100)


@pytest.mark.parametrize(("loss", "verdict"), [(50_000.0, "pass"), (50_000.01, "refuse"), (-1.0, "pass")])
def test_condor_and_cut_lose_at_most_the_notional(loss: float, verdict: str) -> None:
    """The bound itself is allowed."""
    said = cut_loss_gate(loss_usd=loss, notional_usd=50_000.0, move=0.05)
    assert (said.rule, said.verdict) == ("delta_cut_loss", verdict)
    assert bool(said.reason) == (verdict == "refuse")
