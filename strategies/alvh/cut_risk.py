"""Cutting a condor's delta by a synthetic: how many contracts, and what they may cost if SPX turns.

Strategy section 3, wing breach. The synthetic is the option legs of a conversion (short call + long put, put
side breached) or of a reversal (long call + short put, call side breached), same strike and expiry.
"""

import math
from typing import Literal

from msgspec import Struct

from strategies.core.records import Verdict

Side = Literal["put", "call"]


class Synthetic(Struct, frozen=True, kw_only=True):
    """The whole cut. `side` was breached: "put" is cut by a conversion, "call" by a reversal.

    `strike` in SPX points (an XSP strike times ten), `usd_per_point` of SPX (contracts x 100, for XSP x 10),
    `paid_usd` for all of it, negative where it was received.
    """

    side: Side
    strike: float
    usd_per_point: float
    paid_usd: float


def delta_cut_contracts(*, condor_delta: float, cut: float, per_contract: float = 1.0) -> int:
    """Return floor(cut x |delta|); never more than would make the condor flat.

    Args:
        condor_delta: of the whole condor, in SPX contracts (sum of held x option delta).
        cut: share of it that is cut, 0 to 1.
        per_contract: delta of one synthetic in SPX contracts: 1 for SPX, 0.1 for XSP.
    """
    return math.floor(min(max(cut, 0.0), 1.0) * abs(condor_delta) / per_contract)


def cut_loss_usd(
    *,
    strikes: tuple[float, float, float, float],
    contracts: int,
    credit_usd: float,
    synthetic: Synthetic,
    spx: float,
    move: float,
    multiplier: int = 100,
) -> float:
    """Return what condor and cut lose together if SPX moves against the synthetic (USD; a gain is negative).

    Values at settlement, so that no model enters (ours): what the condor pays out less its credit, and the
    synthetic's price less what it settles at.

    Args:
        strikes: K1 < K2 < K3 < K4 (index points).
        contracts: of the condor.
        credit_usd: received for it.
        synthetic: the cut.
        spx: now (index points).
        move: of SPX, a decimal (0.05): up against a conversion, down against a reversal.
        multiplier: of the condor's options.
    """
    upwards = synthetic.side == "put"
    settles = spx * (1.0 + move if upwards else 1.0 - move)
    k1, k2, k3, k4 = strikes
    put_spread = max(k2 - settles, 0.0) - max(k1 - settles, 0.0)
    call_spread = max(settles - k3, 0.0) - max(settles - k4, 0.0)
    condor_loss = (put_spread + call_spread) * multiplier * contracts - credit_usd
    points = synthetic.strike - settles if upwards else settles - synthetic.strike
    return condor_loss + synthetic.paid_usd - points * synthetic.usd_per_point


def cut_loss_gate(*, loss_usd: float, notional_usd: float, move: float) -> Verdict:
    """Say "delta_cut_loss": condor plus cut lose at most N in that move."""
    good = loss_usd <= notional_usd
    return Verdict(
        rule="delta_cut_loss",
        verdict="pass" if good else "refuse",
        reason="" if good else "condor and cut could lose more than the condor's notional",
        inputs={"loss_usd": loss_usd, "move": move},
        thresholds={"notional_usd": notional_usd},
    )
