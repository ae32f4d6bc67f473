"""The condors' size is not raised after a loss until the book has made it good; strategy section 3, "Never".

Asked at the last gate before an order leaves, not only where sizes are made.
"""

from msgspec import structs

from strategies.core.records import Value, Verdict


def size_gate(
    *,
    contracts: int,
    last_contracts: int | None,
    equity_usd: float | None,
    equity_before_loss_usd: float | None,
) -> Verdict:
    """Say "never_raise_size".

    Args:
        contracts: of the condor about to be ordered.
        last_contracts: of the losing condor; None where none has lost.
        equity_usd: of the book now; None where it is not known.
        equity_before_loss_usd: the level to be passed; None where no loss is open.
    """
    inputs: dict[str, Value] = {"contracts": contracts, "equity_usd": equity_usd}
    thresholds: dict[str, Value] = {
        "last_contracts": last_contracts,
        "equity_before_loss_usd": equity_before_loss_usd,
    }
    raised = last_contracts is not None and contracts > last_contracts
    verdict = Verdict(rule="never_raise_size", verdict="pass", inputs=inputs, thresholds=thresholds)
    if not raised or equity_before_loss_usd is None:
        return verdict
    if equity_usd is None:
        reason = "equity is not known and the size would rise after a loss"
        return structs.replace(verdict, verdict="unavailable", reason=reason)
    if equity_usd > equity_before_loss_usd:
        return structs.replace(verdict, reason="equity has passed its level before the loss")
    reason = "the size would rise after a loss that is not made good"
    return structs.replace(verdict, verdict="refuse", reason=reason)
